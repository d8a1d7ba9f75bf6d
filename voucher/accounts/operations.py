"""Making accounts, and what happens at the door."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask_security import hash_password
from flask_security.utils import verify_password
from sqlalchemy import case, select, update

from voucher.access import Actor, Role
from voucher.accounts import rules
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor, find_account
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.divisions.models import Division
from voucher.refusals import N_, BadInput, NotFound, Refusal

CONSOLE_NAME = "console"
NOBODY = Actor(key="nobody", name="", channel="web")


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
    if role is Role.CONSOLE:
        raise BadInput("role_unknown", N_("角色 %(role)s 不能授予个人"), role=str(role))
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
    _record(actor, "accounts.add", account.id, now, name=name, role=str(role), area=area)
    return NewAccount(account, first_password)


def renew_first_password(*, actor: Actor, name: str, now: datetime) -> NewAccount:
    """
    Give somebody who cannot sign in a new first password; every session of theirs ends.

    :raises NotFound: account_unknown, also for the console, which has no password.
    """
    account = find_account(name=name)
    if account is None or account.role == Role.CONSOLE:
        raise NotFound("account_unknown", N_("没有账号“%(name)s”"), name=name[:40])
    first_password = rules.make_first_password()
    account.password_hash = hash_password(first_password)
    account.must_change_password = True
    account.first_password_expires_at = now + rules.FIRST_PASSWORD_LIFE
    account.missed_sign_ins = 0
    account.locked_until = None
    account.session_mark = secrets.token_urlsafe(32)
    _record(actor, "accounts.renew_first_password", account.id, now, name=account.name)
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
    _record(actor, "accounts.add_console", account.id, now, name=CONSOLE_NAME)
    return account


@dataclass(frozen=True, slots=True)
class Attempt:
    """A name and a password, looked at; `account_id` is None when there is no such account."""

    account_id: int | None
    is_right: bool


def examine_attempt(*, name: str, password: str) -> Attempt:
    """
    Look at a name and a password; writes nothing, so no writer waits for the slow hash.

    An unknown name takes the time that a wrong password takes.
    """
    account = find_account(name=name)
    if account is None or account.password_hash is None:
        hash_password(password[: rules.PASSWORD_MAX])
        return Attempt(None, is_right=False)
    return Attempt(account.id, _is_right(account, password))


def admit_account(*, attempt: Attempt, now: datetime) -> Account | None:
    """
    Let somebody in, or count the miss and give None without saying why: commit in either case.

    A right password examined before the fifth miss and admitted after it stays outside.
    """
    if attempt.account_id is None:
        _record(NOBODY, "accounts.sign_in_refused", "", now, reason="unknown")
        return None
    account = db.session.get_one(Account, attempt.account_id)
    actor = describe_actor(account, channel="web")
    if reason := _why_closed(account, now) or ("" if attempt.is_right else "password"):
        _count_miss(account, now)
        _record(actor, "accounts.sign_in_refused", account.id, now, reason=reason)
        return None
    account.missed_sign_ins = 0
    account.locked_until = None
    if account.first_password_expires_at is not None:
        soon = now + rules.FIRST_PASSWORD_GRACE
        account.first_password_expires_at = min(account.first_password_expires_at, soon)
    _record(actor, "accounts.sign_in", account.id, now)
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
    if not _is_right(account, current):
        raise Refusal("password_wrong", N_("当前密码不正确，请重新输入"))
    if current == wanted:
        raise BadInput("password_same", N_("新密码不能与当前密码相同"))
    account.password_hash = hash_password(rules.check_password(wanted, account_name=account.name))
    account.must_change_password = False
    account.first_password_expires_at = None
    account.session_mark = secrets.token_urlsafe(32)
    _record(actor, "accounts.change_password", account.id, now)
    return account


def sign_out(*, actor: Actor, now: datetime) -> None:
    """End every session of the account; a copied cookie is dead from here on."""
    ended = (
        update(Account)
        .where(Account.id == actor.account_id)
        .values(session_mark=secrets.token_urlsafe(32))
    )
    count_changed(ended)
    _record(actor, "accounts.sign_out", actor.account_id, now)


def _is_right(account: Account, password: str) -> bool:
    # Longer than any password can be: not worth the hashing.
    tidy = rules.normalize_password(password)[: rules.PASSWORD_MAX + 1]
    return account.password_hash is not None and verify_password(tidy, account.password_hash)


def _why_closed(account: Account, now: datetime) -> str | None:
    if not account.is_active:
        return "inactive"
    if account.locked_until is not None and now < account.locked_until:
        return "locked"
    expires_at = account.first_password_expires_at
    if expires_at is not None and now >= expires_at:
        return "first_password_expired"
    return None


def _count_miss(account: Account, now: datetime) -> None:
    # Counted by the database, so that misses at the same moment all count. An account that is
    # closed for a while is not closed for longer by more misses.
    if account.locked_until is not None and now < account.locked_until:
        return
    misses = Account.missed_sign_ins + 1
    is_last = misses >= rules.MISSES_ALLOWED
    count_changed(
        update(Account)
        .where(Account.id == account.id)
        .values(
            missed_sign_ins=case((is_last, 0), else_=misses),
            locked_until=case((is_last, now + rules.LOCKED_FOR), else_=Account.locked_until),
        )
    )


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


def _record(actor: Actor, action: str, account_id: object, now: datetime, **facts: object) -> None:
    record_event(
        actor=actor,
        action=action,
        subject_kind="account",
        subject_id=account_id,
        now=now,
        facts=facts,
    )
