"""What the pages of shops and tills show: parts of lists, what waits, one shop's past prices."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.sealing import unseal
from voucher.shops.models import Device, Shop, ShopAccount, ShopService
from voucher.shops.queries import PHONE_COLUMN, device_unknown, list_shops, within_scope
from voucher.shops.rules.states import ShopState
from voucher.text import mask_phone

SHOP_SORTS = ("code", "name", "community", "registration", "state")
DEVICE_SORTS = ("id", "shop", "state", "made_at", "expires_at")
# A shop's state, or that an account of it waits.
ACCOUNT_WAITING = "account_waiting"

_enroller = aliased(Account)
_proposer, _account_proposer = aliased(Account), aliased(Account)
_waits = and_(
    ShopAccount.shop_id == Shop.id, ShopAccount.approved_by.is_(None), ShopAccount.to_date.is_(None)
)


def slice_shops(
    *, actor: Actor, wanted: Wanted, text: str, community: str, service: str, state: str, day: date
) -> Slice[Any]:
    """Give part of the shops of the actor's area, by code, with community and what waits."""
    query: Any = (
        select(
            *(Shop.id, Shop.code, Shop.name, Shop.registration, Shop.state, Shop.address),
            *(Shop.hours, Division.name.label("community"), ShopAccount.id.label("account_id")),
        )
        .join(Division, Division.id == Shop.community_id)
        .outerjoin(ShopAccount, _waits)
        .where(within_scope(actor))
        .order_by(Shop.code)
    )
    if text:
        query = query.where(
            Shop.name.contains(text, autoescape=True)
            | Shop.code.contains(text.upper(), autoescape=True)
        )
    if community:
        query = query.where(Division.code == community)
    if service:
        offered = (
            ShopService.shop_id == Shop.id,
            ShopService.service == service,
            ShopService.from_date <= day,
            or_(ShopService.to_date.is_(None), ShopService.to_date > day),
        )
        query = query.where(exists().where(*offered))
    if state:
        waiting = state == ACCOUNT_WAITING
        query = query.where(ShopAccount.id.is_not(None) if waiting else Shop.state == state)
    columns = (Shop.code, Shop.name, Division.name, Shop.registration, Shop.state)
    sorts: dict[str, Any] = dict(zip(SHOP_SORTS, columns, strict=True))
    return take_slice(query, wanted=wanted, sorts=sorts, last=Shop.id.asc())


def slice_waiting(*, actor: Actor, wanted: Wanted) -> Slice[Any]:
    """Give part of what waits for approval: new shops, accounts, who proposed, what is paid now."""
    query = _select_waiting().where(
        within_scope(actor), (Shop.state == ShopState.PROPOSED) | ShopAccount.id.is_not(None)
    )
    return take_slice(query.order_by(Shop.code), wanted=wanted, sorts={}, last=Shop.id.asc())


def find_waiting(*, shop_id: int) -> Any:
    """Give what waits for approval of one shop as `slice_waiting` does, or None."""
    row = db.session.execute(_select_waiting().where(Shop.id == shop_id)).one()
    return row if row.is_new or row.account_id is not None else None


def _select_waiting() -> Any:
    paid = aliased(ShopAccount)
    paid_now = and_(paid.shop_id == Shop.id, paid.approved_by.is_not(None), paid.to_date.is_(None))
    return (
        select(
            *(Shop.id, Shop.code, Shop.name, Shop.address, Shop.proposed_by, Shop.proposed_at),
            (Shop.state == ShopState.PROPOSED).label("is_new"),
            *(ShopAccount.id.label("account_id"), ShopAccount.bank, ShopAccount.holder),
            *(ShopAccount.number_tail, ShopAccount.proposed_by.label("account_proposed_by")),
            paid.number_tail.label("paid_tail"),
            _proposer.name.label("proposer"),
            _account_proposer.name.label("account_proposer"),
        )
        .join(_proposer, _proposer.id == Shop.proposed_by)
        .outerjoin(ShopAccount, _waits)
        .outerjoin(_account_proposer, _account_proposer.id == ShopAccount.proposed_by)
        .outerjoin(paid, paid_now)
    )


def list_accounts(*, shop_id: int) -> list[ShopAccount]:
    """Give the accounts of a shop that two people put in force, newest first."""
    return list(
        db.session.scalars(
            select(ShopAccount)
            .where(ShopAccount.shop_id == shop_id, ShopAccount.approved_by.is_not(None))
            .order_by(ShopAccount.from_date.desc(), ShopAccount.id.desc())
        )
    )


@dataclass(frozen=True, slots=True)
class About:
    """Where a shop is, and the masked number of who answers for it."""

    street: str
    community: str
    phone: str


def describe_shop(*, shop: Shop) -> About:
    """Give a shop's place by name and its telephone number, masked."""
    street = aliased(Division)
    place = (
        select(street.name, Division.name)
        .join(street, street.id == Division.parent_id)
        .where(Division.id == shop.community_id)
    )
    phone = shop.phone_sealed and unseal(shop.phone_sealed, column=PHONE_COLUMN, row=shop.code)
    return About(*db.session.execute(place).one(), mask_phone(phone or ""))


def list_prices_of(*, shop_id: int) -> list[ShopService]:
    """Give every price a shop ever published, service by service, newest first."""
    return list(
        db.session.scalars(
            select(ShopService)
            .where(ShopService.shop_id == shop_id)
            .order_by(ShopService.service, ShopService.from_date.desc(), ShopService.id.desc())
        )
    )


def list_open_shops(*, actor: Actor) -> list[Shop]:
    """Give the shops of the actor's area that may have tills, by code."""
    return list_shops(actor=actor, state=ShopState.APPROVED)


def slice_devices(*, actor: Actor, wanted: Wanted, text: str, state: str) -> Slice[Any]:
    """Give part of the tills of the actor's area, newest first, with who enrolled them."""
    query: Any = _select_devices().where(within_scope(actor))
    if text:
        query = query.where(
            Shop.name.contains(text, autoescape=True)
            | Shop.code.contains(text.upper(), autoescape=True)
        )
    if state:
        query = query.where(Device.state == state)
    columns = (Device.id, Shop.code, Device.state, Device.made_at, Device.expires_at)
    sorts: dict[str, Any] = dict(zip(DEVICE_SORTS, columns, strict=True))
    return take_slice(query, wanted=wanted, sorts=sorts, last=Device.id.desc())


def list_devices_of(*, shop_id: int) -> list[Any]:
    """Give the tills of one shop as `slice_devices` does, newest first."""
    query = _select_devices().where(Shop.id == shop_id).order_by(Device.id.desc())
    return list(db.session.execute(query))


def get_device(*, actor: Actor, device_id: int) -> Any:
    """
    Give one till as `slice_devices` does.

    :raises NotFound: device_unknown, also outside the actor's area.
    """
    row = db.session.execute(
        _select_devices().where(Device.id == device_id, within_scope(actor))
    ).one_or_none()
    if row is None:
        raise device_unknown(device_id)
    return row


def _select_devices() -> Any:
    return (
        select(
            *(Device.id, Device.state, Device.made_at, Device.expires_at, Device.suspended_at),
            *(Device.code_expires_at, Shop.code.label("shop_code"), Shop.name.label("shop_name")),
            _enroller.name.label("enroller"),
        )
        .join(Shop, Shop.id == Device.shop_id)
        .join(_enroller, _enroller.id == Device.enrolled_by)
    )
