"""Redemptions with their shop, their voucher and what was refused of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.listing import Slice, Wanted, take_slice
from voucher.periods import parse_day, start_of_day
from voucher.redemptions.models import Attempt, Redemption, Reversal
from voucher.redemptions.queries.uses import get_redemption
from voucher.shops.models import Shop
from voucher.vouchers.models import Voucher


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """A redemption as a list shows it."""

    redemption: Redemption
    shop_code: str
    shop: str
    serial: str
    reversed_at: datetime | None


REDEMPTION_SORTS: dict[str, Any] = {
    "at": Redemption.redeemed_at,
    "shop": Shop.code,
    "price": Redemption.price_fen,
    "amount": Redemption.amount_fen,
}


def list_redemptions(*, actor: Actor, wanted: Wanted) -> Slice[RedemptionRow]:
    """
    List the redemptions of the area by `shop` (code), `service`, `day` and `state`.

    :raises BadInput: day.
    """
    query: Any = (
        select(Redemption, Shop.code, Shop.name, Voucher.serial, Reversal.reversed_at)
        .join(Shop, Shop.id == Redemption.shop_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .outerjoin(Reversal, Reversal.redemption_id == Redemption.id)
        .where(within_area(Voucher.community_id, actor))
    )
    if wanted["shop"]:
        query = query.where(Shop.code == wanted["shop"])
    if wanted["service"]:
        query = query.where(Redemption.service == wanted["service"])
    if wanted["day"]:
        day = parse_day(wanted["day"])
        query = query.where(
            Redemption.redeemed_at >= start_of_day(day),
            Redemption.redeemed_at < start_of_day(day + timedelta(days=1)),
        )
    if wanted["state"]:
        is_standing = Reversal.id.is_(None)
        query = query.where(is_standing if wanted["state"] == "standing" else ~is_standing)
    last = Redemption.__table__.c.id.desc()
    found = take_slice(query, wanted=wanted, sorts=REDEMPTION_SORTS, last=last)
    return Slice([RedemptionRow(*row) for row in found.rows], found.total, wanted)


@dataclass(frozen=True, slots=True)
class RedemptionFile:
    """A redemption with its voucher, shop and reversal, and what was refused of the voucher."""

    redemption: Redemption
    voucher: Voucher
    shop: Shop
    reversal: Reversal | None
    attempts: Sequence[Any]


def get_redemption_file(*, actor: Actor, redemption_id: int) -> RedemptionFile:
    """
    Give everything about one redemption of the area.

    :raises NotFound: redemption_unknown.
    """
    redemption = get_redemption(actor=actor, redemption_id=redemption_id)
    attempts = (
        select(Attempt.attempted_at, Attempt.reason, Attempt.mode, Shop.name.label("shop"))
        .join(Shop, Shop.id == Attempt.shop_id)
        .where(Attempt.voucher_id == redemption.voucher_id)
        .order_by(Attempt.id.desc())
        .limit(50)
    )
    return RedemptionFile(
        redemption=redemption,
        voucher=db.session.get_one(Voucher, redemption.voucher_id),
        shop=db.session.get_one(Shop, redemption.shop_id),
        reversal=db.session.scalar(select(Reversal).where(Reversal.redemption_id == redemption_id)),
        attempts=db.session.execute(attempts).all(),
    )
