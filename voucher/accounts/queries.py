"""Reading accounts."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, Role
from voucher.accounts.models import Account
from voucher.accounts.rules import normalize_name
from voucher.db import db
from voucher.divisions.models import Division, Level
from voucher.refusals import N_, NotFound


def find_account(*, name: str) -> Account | None:
    """Give the account of this name, or None."""
    return db.session.scalar(select(Account).where(Account.name == normalize_name(name)))


def get_actor(*, name: str, channel: str) -> Actor:
    """
    Give the actor that an active account is, through one door.

    :raises NotFound: account_unknown.
    """
    account = find_account(name=name)
    if account is None or not account.is_active:
        raise NotFound("account_unknown", N_("没有账号“%(name)s”，或已停用"), name=name)
    return describe_actor(account, channel=channel)


def count_first_passwords(*, now: datetime) -> tuple[int, int]:
    """Count the accounts whose first password waits to be changed, and those where it expired."""
    unchanged = select(func.count(Account.id)).where(
        Account.is_active, Account.first_password_expires_at.is_not(None)
    )
    expired = unchanged.where(Account.first_password_expires_at <= now)
    in_all, over = (db.session.scalar(query) or 0 for query in (unchanged, expired))
    return in_all - over, over


def count_locked_accounts(*, now: datetime) -> int:
    """Count the accounts that are closed for a while after too many misses."""
    locked = select(func.count(Account.id)).where(Account.is_active, Account.locked_until > now)
    return db.session.scalar(locked) or 0


def describe_actor(account: Account, *, channel: str) -> Actor:
    """Give the actor of an account: role and area as they are at this moment."""
    return Actor(
        key=f"account:{account.id}",
        name=account.name,
        channel=channel,
        role=Role(account.role),
        account_id=account.id,
        community_ids=_list_area(account.division_id),
    )


def _list_area(division_id: int | None) -> frozenset[int] | None:
    """Give the communities of a division, past ones too; None is the whole district."""
    if division_id is None:
        return None
    street = aliased(Division)
    inside = or_(
        Division.id == division_id,
        Division.parent_id == division_id,
        street.parent_id == division_id,
    )
    communities = (
        select(Division.id)
        .outerjoin(street, street.id == Division.parent_id)
        .where(Division.level == Level.COMMUNITY, inside)
    )
    return frozenset(db.session.scalars(communities))
