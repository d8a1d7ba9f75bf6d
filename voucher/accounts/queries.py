"""Reading accounts."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, Role
from voucher.accounts.models import Account
from voucher.accounts.rules import normalize_name
from voucher.db import db
from voucher.divisions.models import Division, Level
from voucher.divisions.queries import list_divisions
from voucher.listing import Slice, Wanted, take_slice
from voucher.refusals import N_, NotFound


class AccountRow(NamedTuple):
    """One line of the administrator's list; `area` is None for the whole district."""

    id: int
    name: str
    role: str
    is_active: bool
    locked_until: datetime | None
    has_second_factor: bool
    made_at: datetime
    area: str | None


def find_account(*, name: str) -> Account | None:
    """Give the account of this name, or None."""
    return db.session.scalar(select(Account).where(Account.name == normalize_name(name)))


def get_account(*, account_id: int) -> Account:
    """
    Give the account of a person; the command line's own is nobody's.

    :raises NotFound: account_unknown.
    """
    account = db.session.get(Account, account_id)
    if account is None or account.role == Role.CONSOLE:
        raise NotFound("account_unknown", N_("没有这个账号"))
    return account


def find_half_way(*, account_id: int, mark: str) -> Account | None:
    """Give the account whose right password waits for its code, or None when it changed since."""
    account = db.session.get(Account, account_id)
    return account if account is not None and account.session_mark == mark else None


def list_accounts(*, wanted: Wanted) -> Slice[AccountRow]:
    """List the accounts of people, by name; filters: q (part of a name), role, state."""
    query: Any = (
        select(
            Account.id,
            Account.name,
            Account.role,
            Account.is_active,
            Account.locked_until,
            Account.totp_sealed.is_not(None).label("has_second_factor"),
            Account.made_at,
            Division.name.label("area"),
        )
        .outerjoin(Division, Division.id == Account.division_id)
        .where(Account.role != Role.CONSOLE)
        .order_by(Account.name)
    )
    if wanted["q"]:
        query = query.where(Account.name.contains(normalize_name(wanted["q"]), autoescape=True))
    if wanted["role"]:
        query = query.where(Account.role == wanted["role"])
    if wanted["state"] in ("active", "stopped"):
        query = query.where(Account.is_active.is_(wanted["state"] == "active"))
    sorts: dict[str, ColumnElement[Any]] = {
        "name": Account.name.expression,
        "role": Account.role.expression,
        "made": Account.made_at.expression,
    }
    return take_slice(query, wanted=wanted, sorts=sorts, last=Account.id.expression)


def describe_area(division_id: int | None) -> str:
    """Give the name of an area, with its street; empty for the whole district."""
    street = aliased(Division)
    names = db.session.execute(
        select(street.name, Division.name, street.level)
        .select_from(Division)
        .outerjoin(street, street.id == Division.parent_id)
        .where(Division.id == division_id)
    ).one_or_none()
    if names is None:
        return ""
    return f"{names[0]} · {names[1]}" if names[2] == Level.STREET else str(names[1])


def list_areas() -> list[tuple[str, str]]:
    """List the streets and communities there are now as code and title, by code."""
    present = {found.id: found for found in list_divisions() if found.level != Level.DISTRICT}
    titles = []
    for found in sorted(present.values(), key=lambda division: division.code):
        street = present.get(found.parent_id or 0)
        titles.append((found.code, f"{street.name} · {found.name}" if street else found.name))
    return titles


def find_area_code(division_id: int | None) -> str:
    """Give the code of an area, empty for the whole district."""
    found = db.session.get(Division, division_id) if division_id is not None else None
    return found.code if found is not None else ""


def get_actor(*, name: str, channel: str) -> Actor:
    """
    Give the actor that an active account is, through one door.

    :raises NotFound: account_unknown.
    """
    account = find_account(name=name)
    if account is None or not account.is_active:
        raise NotFound("account_unknown", N_("没有账号“%(name)s”，或已停用"), name=name)
    return describe_actor(account, channel=channel)


def count_unchanged_first_passwords(*, now: datetime) -> int:
    """Count the accounts whose first password still lets them in and waits to be changed."""
    return _count_active(Account.first_password_expires_at > now)


def count_expired_first_passwords(*, now: datetime) -> int:
    """Count the accounts whose first password expired before it was changed."""
    return _count_active(Account.first_password_expires_at <= now)


def count_locked_accounts(*, now: datetime) -> int:
    """Count the accounts that are closed for a while after too many misses."""
    return _count_active(Account.locked_until > now)


def _count_active(condition: ColumnElement[bool]) -> int:
    counted = select(func.count(Account.id)).where(Account.is_active, condition)
    return db.session.scalar(counted) or 0


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
