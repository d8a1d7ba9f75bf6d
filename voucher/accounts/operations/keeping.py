"""Making accounts, changing what they may do, stopping them; one's own password."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask_security import hash_password
from sqlalchemy import select

from voucher.access import Actor, Role
from voucher.accounts import rules
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import is_right_password
from voucher.accounts.operations.recording import record_account_event
from voucher.accounts.queries import find_account, get_account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, BadInput, NotFound, Refusal

CONSOLE_NAME = "console"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account just made, with the password that is told once and kept nowhere."""

    account: Account
    first_password: str


def add_account(
    *, actor: Actor, name: str, role: Role, area: str | None, now: datetime
) -> NewAccount:
    """
    Make an account for a person, with a first password that works once and for seven days.

    :raises BadInput: name_format, role_unknown. :raises Refusal: account_exists.
    :raises NotFound: division_unknown.
    """
    name = rules.check_account_name(name)
    _check_role(role)
    if find_account(name=name) is not None:
        raise Refusal("account_exists", N_("账号“%(name)s”已存在，请换一个名字"), name=name)
    first_password = rules.make_first_password()
    account = _insert_account(
        name=name,
        role=role,
        division_id=_get_division_id(area),
        password_hash=hash_password(first_password),
        must_change_password=True,
        first_password_expires_at=now + rules.FIRST_PASSWORD_LIFE,
        now=now,
    )
    record_account_event(
        actor, "accounts.add", account.id, now, name=name, role=str(role), area=area
    )
    return NewAccount(account, first_password)


def renew_first_password(*, actor: Actor, name: str, now: datetime) -> NewAccount:
    """
    Give somebody who cannot sign in a new first password; every session of theirs ends.

    :raises NotFound: account_unknown, also for the console, which has no password.
    :raises Refusal: own_account.
    """
    account = _get_person(name)
    _check_other(actor, account)
    first_password = rules.make_first_password()
    account.password_hash = hash_password(first_password)
    account.must_change_password = True
    account.first_password_expires_at = now + rules.FIRST_PASSWORD_LIFE
    account.missed_sign_ins = 0
    account.locked_until = None
    account.session_mark = secrets.token_urlsafe(32)
    record_account_event(actor, "accounts.renew_first_password", account.id, now, name=account.name)
    return NewAccount(account, first_password)


def add_console(*, actor: Actor, now: datetime) -> Account:
    """Make the command line's own account, once, when the home is made."""
    account = _insert_account(
        name=CONSOLE_NAME,
        role=Role.CONSOLE,
        division_id=None,
        password_hash=None,
        must_change_password=False,
        first_password_expires_at=None,
        now=now,
    )
    record_account_event(actor, "accounts.add_console", account.id, now, name=CONSOLE_NAME)
    return account


def change_password(
    *, actor: Actor, current: str, wanted: str, repeated: str, now: datetime
) -> Account:
    """
    Replace one's own password and end every other session of the account.

    :raises BadInput: password_differs, password_same, password_length, password_weak.
    :raises Refusal: password_wrong.
    """
    account = db.session.get_one(Account, actor.account_id)
    if wanted != repeated:
        raise BadInput("password_differs", N_("两次输入的新密码不一致，请重新输入"))
    if not is_right_password(account, current):
        raise Refusal("password_wrong", N_("当前密码不正确，请重新输入"))
    if current == wanted:
        raise BadInput("password_same", N_("新密码不能与当前密码相同"))
    account.password_hash = hash_password(rules.check_password(wanted, account_name=account.name))
    account.must_change_password = False
    account.first_password_expires_at = None
    account.session_mark = secrets.token_urlsafe(32)
    record_account_event(actor, "accounts.change_password", account.id, now)
    return account


def change_duty(
    *, actor: Actor, account_id: int, role: Role, area: str | None, now: datetime
) -> Account:
    """
    Give an account another role or area; it acts on the next request.

    :raises NotFound: account_unknown, division_unknown. :raises BadInput: role_unknown.
    :raises Refusal: own_account, last_admin.
    """
    account = get_account(account_id=account_id)
    _check_other(actor, account)
    _check_role(role)
    if role is not Role.ADMIN:
        _check_admin_left(account)
    before = {"role": str(account.role), "division": account.division_id}
    account.role, account.division_id = role, _get_division_id(area)
    after = {"role": str(role), "division": account.division_id}
    facts = {"name": account.name, "before": before, "after": after}
    record_account_event(actor, "accounts.change_duty", account.id, now, **facts)
    return account


def stop_account(*, actor: Actor, account_id: int, now: datetime) -> Account:
    """
    Stop an account: its sessions are dead from here on, and nobody signs in by it.

    :raises NotFound: account_unknown. :raises Refusal: own_account, account_state, last_admin.
    """
    account = get_account(account_id=account_id)
    _check_other(actor, account)
    _check_state(account, is_active=True)
    _check_admin_left(account)
    account.is_active = False
    account.session_mark = secrets.token_urlsafe(32)
    record_account_event(actor, "accounts.stop", account.id, now, name=account.name)
    return account


def start_account(*, actor: Actor, account_id: int, now: datetime) -> Account:
    """
    Let an account that was stopped sign in again, by the password it had.

    :raises NotFound: account_unknown. :raises Refusal: own_account, account_state.
    """
    account = get_account(account_id=account_id)
    _check_other(actor, account)
    _check_state(account, is_active=False)
    account.is_active = True
    record_account_event(actor, "accounts.start", account.id, now, name=account.name)
    return account


def take_off_second_factor(*, actor: Actor, name: str, now: datetime) -> Account:
    """
    Take off a second factor that was lost; every session of the account ends.

    :raises NotFound: account_unknown. :raises Refusal: own_account, second_factor_missing.
    """
    account = _get_person(name)
    _check_other(actor, account)
    if not account.has_second_factor:
        raise Refusal("second_factor_missing", N_("这个账号没有设置两步验证"))
    account.totp_sealed = account.totp_counter = None
    account.session_mark = secrets.token_urlsafe(32)
    record_account_event(
        actor, "accounts.take_off_second_factor", account.id, now, name=account.name
    )
    return account


def _get_person(name: str) -> Account:
    account = find_account(name=name)
    if account is None or account.role == Role.CONSOLE:
        raise NotFound("account_unknown", N_("没有账号“%(name)s”"), name=name[:40])
    return account


def _check_role(role: Role) -> None:
    if role is Role.CONSOLE:
        raise BadInput("role_unknown", N_("角色 %(role)s 不能授予个人"), role=str(role))


def _check_other(actor: Actor, account: Account) -> None:
    if actor.account_id == account.id:
        raise Refusal("own_account", N_("不能更改自己的账号，请由另一位管理员操作"))


def _check_state(account: Account, *, is_active: bool) -> None:
    if account.is_active is not is_active:
        raise Refusal("account_state", N_("账号状态已变化，请刷新后再看"))


def _check_admin_left(account: Account) -> None:
    # Their rows are locked, so that two administrators cannot stop each other at one moment.
    admins = (
        select(Account.id)
        .where(Account.role == Role.ADMIN, Account.is_active.is_(True))
        .order_by(Account.id)
        .with_for_update()
    )
    if db.session.scalars(admins).all() == [account.id]:
        raise Refusal("last_admin", N_("这是最后一个管理员账号，不能停用或改作他用"))


def _insert_account(
    *,
    name: str,
    role: Role,
    division_id: int | None,
    password_hash: str | None,
    must_change_password: bool,
    first_password_expires_at: datetime | None,
    now: datetime,
) -> Account:
    account = Account(
        name=name,
        role=role,
        division_id=division_id,
        password_hash=password_hash,
        must_change_password=must_change_password,
        first_password_expires_at=first_password_expires_at,
        session_mark=secrets.token_urlsafe(32),
        made_at=now,
    )
    db.session.add(account)
    db.session.flush()
    return account


def _get_division_id(area: str | None) -> int | None:
    if area is None:
        return None
    present = select(Division.id).where(Division.code == area, Division.to_date.is_(None))
    division_id = db.session.scalar(present)
    if division_id is None:
        raise NotFound("division_unknown", N_("没有编码为 %(code)s 的街道或社区"), code=area)
    return division_id
