"""What happens at the door: password, code, misses, signing out."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask_security import hash_password
from flask_security.utils import verify_password
from sqlalchemy import case, or_, update

from voucher.access import Actor
from voucher.accounts import rules
from voucher.accounts.models import Account
from voucher.accounts.operations.factors import open_secret
from voucher.accounts.operations.recording import record_account_event
from voucher.accounts.queries import describe_actor, find_account
from voucher.db import count_changed, db

NOBODY = Actor(key="nobody", name="", channel="web")


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
    return Attempt(account.id, is_right_password(account, password))


def admit_account(*, attempt: Attempt, now: datetime) -> Account | None:
    """
    Let somebody in, or count the miss and give None without saying why: commit in either case.

    A right password examined before the fifth miss and admitted after it stays outside. Who has a
    second factor is not inside yet, and earlier misses stand: `admit_by_code` follows.
    """
    if attempt.account_id is None:
        record_account_event(NOBODY, "accounts.sign_in_refused", "", now, reason="unknown")
        return None
    account = db.session.get_one(Account, attempt.account_id, with_for_update=True)
    if reason := _why_closed(account, now) or ("" if attempt.is_right else "password"):
        _refuse(account, now, reason)
        return None
    if account.has_second_factor:
        actor = describe_actor(account, channel="web")
        record_account_event(actor, "accounts.give_password", account.id, now)
        return account
    return _admit(account, now)


def admit_by_code(*, account_id: int, code: str, now: datetime) -> Account | None:
    """
    Let in somebody whose password was right, by a code of the second factor that is used up here.

    A wrong or used code is a miss like a wrong password, and gives None: commit in either case.
    """
    account = db.session.get_one(Account, account_id, with_for_update=True)
    if reason := _why_closed(account, now) or ("" if _use_code(account, code, now) else "code"):
        _refuse(account, now, reason)
        return None
    return _admit(account, now)


def readmit_account(*, attempt: Attempt, code: str, now: datetime) -> Account | None:
    """Take password and code at once from somebody who is asked again: commit in either case."""
    account = admit_account(attempt=attempt, now=now)
    if account is None or not account.has_second_factor:
        return account
    return admit_by_code(account_id=account.id, code=code, now=now)


def sign_out(*, actor: Actor, now: datetime) -> None:
    """End every session of the account; a copied cookie is dead from here on."""
    ended = (
        update(Account)
        .where(Account.id == actor.account_id)
        .values(session_mark=secrets.token_urlsafe(32))
    )
    count_changed(ended)
    record_account_event(actor, "accounts.sign_out", actor.account_id, now)


def is_right_password(account: Account, password: str) -> bool:
    """Tell whether this is the account's password."""
    # Longer than any password can be: not worth the hashing.
    tidy = rules.normalize_password(password)[: rules.PASSWORD_MAX + 1]
    return account.password_hash is not None and verify_password(tidy, account.password_hash)


def _admit(account: Account, now: datetime) -> Account:
    account.missed_sign_ins = 0
    account.locked_until = None
    if account.first_password_expires_at is not None:
        soon = now + rules.FIRST_PASSWORD_GRACE
        account.first_password_expires_at = min(account.first_password_expires_at, soon)
    actor = describe_actor(account, channel="web")
    record_account_event(actor, "accounts.sign_in", account.id, now)
    return account


def _refuse(account: Account, now: datetime, reason: str) -> None:
    _count_miss(account, now)
    actor = describe_actor(account, channel="web")
    record_account_event(actor, "accounts.sign_in_refused", account.id, now, reason=reason)


def _use_code(account: Account, code: str, now: datetime) -> bool:
    if not account.has_second_factor:
        return False
    secret = open_secret(account)
    step = rules.find_step(secret, code, now=now, last=account.totp_counter)
    if step is None:
        return False
    # The database decides, so that one code sent twice at the same moment opens once.
    is_unused = or_(Account.totp_counter.is_(None), Account.totp_counter < step)
    used = update(Account).where(Account.id == account.id, is_unused).values(totp_counter=step)
    return count_changed(used) == 1


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
