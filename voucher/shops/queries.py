"""Reading shops, their prices, accounts and tills."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.sealing import unseal
from voucher.shops.models import Device, Shop, ShopAccount, ShopService
from voucher.shops.rules.enrolment import hash_secret
from voucher.shops.rules.states import DeviceState, ShopState

PHONE_COLUMN = "shops.phone"
NUMBER_COLUMN = "shop_accounts.number"


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a shop's money goes. `number` is the whole account number: show `tail` only."""

    bank: str
    holder: str
    number: str
    tail: str


def find_shop(*, code: str, actor: Actor) -> Shop | None:
    """Give the shop of this code if it lies within what the actor may see, or None."""
    return db.session.scalar(select(Shop).where(Shop.code == code, within_scope(actor)))


def get_shop(*, code: str, actor: Actor) -> Shop:
    """
    Give the shop of this code.

    :raises NotFound: shop_unknown, also for a shop outside the actor's area.
    """
    shop = find_shop(code=code, actor=actor)
    if shop is None:
        raise shop_unknown(code)
    return shop


def list_shops(*, actor: Actor, state: ShopState | None = None) -> list[Shop]:
    """List the shops the actor may see by code, all of them or those in one state."""
    query = select(Shop).where(within_scope(actor)).order_by(Shop.code)
    return list(db.session.scalars(query.where(Shop.state == state) if state else query))


def find_shops(*, actor: Actor, text: str, limit: int) -> list[Shop]:
    """Find shops the actor may see by their code or a part of their name, by code."""
    named = or_(Shop.code == text.upper(), Shop.name.contains(text, autoescape=True))
    wanted = select(Shop).where(within_scope(actor), named).order_by(Shop.code)
    return list(db.session.scalars(wanted.limit(limit)))


def list_prices(*, actor: Actor, day: date) -> dict[int, dict[str, int]]:
    """Give what each shop of the actor's area offers on a day: fen by service, by shop id."""
    rows = db.session.execute(
        select(ShopService.shop_id, ShopService.service, ShopService.price_fen)
        .join(Shop, Shop.id == ShopService.shop_id)
        .where(within_scope(actor), *_on(ShopService, day))
        .order_by(ShopService.service)
    )
    prices: dict[int, dict[str, int]] = {}
    for shop_id, service, price_fen in rows:
        prices.setdefault(shop_id, {})[service] = price_fen
    return prices


def get_published_price(*, shop_id: int, service: str, day: date) -> int | None:
    """Give the price in fen a shop publishes for a service on a day; None: not offered."""
    return db.session.scalar(
        select(ShopService.price_fen).where(
            ShopService.shop_id == shop_id,
            ShopService.service == service,
            *_on(ShopService, day),
        )
    )


@dataclass(frozen=True, slots=True)
class NearShop:
    """What anybody may know of a shop: where, when, and its prices in fen by service."""

    code: str
    name: str
    address: str
    hours: str
    community: str
    prices: dict[str, int] = field(default_factory=dict)


def list_nearest_shops(
    *, community_id: int, services: Collection[str], day: date
) -> list[NearShop]:
    """
    List the open shops of the district that offer any of these services, nearest first.

    Those of the community come first, then those of its street, then the rest, each by code. Shops
    and prices are public: a voucher is taken all over the district.
    """
    home_street = select(Division.parent_id).where(Division.id == community_id).scalar_subquery()
    distance = case(
        (Shop.community_id == community_id, 0), (Division.parent_id == home_street, 1), else_=2
    )
    rows = db.session.execute(
        select(
            *(Shop.code, Shop.name, Shop.address, Shop.hours, Division.name.label("community")),
            *(ShopService.service, ShopService.price_fen),
        )
        .join(ShopService, ShopService.shop_id == Shop.id)
        .join(Division, Division.id == Shop.community_id)
        .where(
            Shop.state == ShopState.APPROVED,
            ShopService.service.in_(sorted(services)),
            *_on(ShopService, day),
        )
        .order_by(distance, Shop.code, ShopService.service)
    )
    found: dict[str, NearShop] = {}
    for code, name, address, hours, community, service, price_fen in rows:
        shop = found.setdefault(code, NearShop(code, name, address, hours, community))
        shop.prices[service] = price_fen
    return list(found.values())


def find_payee(*, shop: Shop, day: date) -> Payee | None:
    """Give the bank account two people put in force for a day, or None when there is none."""
    account = db.session.scalar(
        select(ShopAccount).where(
            ShopAccount.shop_id == shop.id,
            ShopAccount.approved_by.is_not(None),
            *_on(ShopAccount, day),
        )
    )
    if account is None:
        return None
    number = unseal(account.number_sealed, column=NUMBER_COLUMN, row=shop.code)
    return Payee(account.bank, account.holder, number, account.number_tail)


def list_account_tails(*, day: date) -> dict[int, tuple[str, str]]:
    """Give bank and last four digits of every account in force on a day, by shop id."""
    rows = db.session.execute(
        select(ShopAccount.shop_id, ShopAccount.bank, ShopAccount.number_tail).where(
            ShopAccount.approved_by.is_not(None), *_on(ShopAccount, day)
        )
    )
    return {shop_id: (bank, tail) for shop_id, bank, tail in rows}


def list_waiting_accounts(*, actor: Actor) -> list[tuple[Shop, ShopAccount]]:
    """List the bank accounts that wait for a second person, with their shops, by code."""
    rows = db.session.execute(
        select(Shop, ShopAccount)
        .join(ShopAccount, ShopAccount.shop_id == Shop.id)
        .where(
            ShopAccount.approved_by.is_(None), ShopAccount.to_date.is_(None), within_scope(actor)
        )
        .order_by(Shop.code)
    )
    return [(shop, account) for shop, account in rows]


def count_waiting_shops(*, actor: Actor) -> int:
    """Count the shops of the area that somebody else proposed."""
    return (
        db.session.scalar(
            select(func.count(Shop.id)).where(
                Shop.state == ShopState.PROPOSED,
                Shop.proposed_by != actor.account_id,
                within_scope(actor),
            )
        )
        or 0
    )


def count_waiting_bank_accounts(*, actor: Actor) -> int:
    """Count the changed bank accounts somebody else proposed; a new shop's comes with the shop."""
    return (
        db.session.scalar(
            select(func.count(ShopAccount.id))
            .join(Shop, Shop.id == ShopAccount.shop_id)
            .where(
                ShopAccount.approved_by.is_(None),
                ShopAccount.to_date.is_(None),
                ShopAccount.proposed_by != actor.account_id,
                Shop.state != ShopState.PROPOSED,
                within_scope(actor),
            )
        )
        or 0
    )


def list_devices(*, actor: Actor) -> list[tuple[Device, Shop]]:
    """List the tills of the shops the actor may see, newest first."""
    rows = db.session.execute(
        select(Device, Shop)
        .join(Shop, Shop.id == Device.shop_id)
        .where(within_scope(actor))
        .order_by(Device.id.desc())
    )
    return [(device, shop) for device, shop in rows]


def find_till(*, token: str, channel: str, now: datetime) -> Actor | None:
    """
    Give the actor that a till's token stands for; None unless till and shop may work now.

    A till speaks for its shop alone, so the actor's scope is that one shop.
    """
    row = db.session.execute(
        select(Device.id, Shop.id, Shop.code)
        .join(Shop, Shop.id == Device.shop_id)
        .where(
            Device.token_hash == hash_secret(token),
            Device.state == DeviceState.ENROLLED,
            Device.expires_at > now,
            Shop.state == ShopState.APPROVED,
        )
    ).one_or_none()
    if row is None:
        return None
    device_id, shop_id, code = row
    return Actor(
        key=f"device:{device_id}", name=code, channel=channel, shop_id=shop_id, device_id=device_id
    )


def find_pin_hash(*, actor: Actor) -> str | None:
    """Give what is kept of the PIN of a till's shop; None until a till set one."""
    return db.session.scalar(select(Shop.pin_hash).where(Shop.id == actor.shop_id))


def shop_unknown(code: str) -> NotFound:
    """Give the refusal for a shop that is not there, or not in the asker's area."""
    return NotFound("shop_unknown", N_("没有编号为“%(code)s”的商户"), code=code[:40])


def within_scope(actor: Actor) -> ColumnElement[bool]:
    """Give the condition on shops: a till sees its own, everybody else those of the area."""
    if actor.shop_id is not None:
        return Shop.id == actor.shop_id
    return within_area(Shop.community_id, actor)


def _on(table: type[ShopService] | type[ShopAccount], day: date) -> tuple[ColumnElement[bool], ...]:
    return table.from_date <= day, or_(table.to_date.is_(None), table.to_date > day)


def device_unknown(device_id: int) -> NotFound:
    """Give the refusal for a till that is not there, or not in the asker's area."""
    return NotFound("device_unknown", N_("没有编号为 %(id)s 的收银终端"), id=device_id)
