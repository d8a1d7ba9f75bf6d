"""Reading redemptions: of a person, of a voucher, of a shop's day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.periods import start_of_day
from voucher.redemptions.models import Redemption, Reversal
from voucher.refusals import N_, NotFound
from voucher.shops.models import Shop
from voucher.vouchers.models import Voucher


def get_redemption(*, actor: Actor, redemption_id: int) -> Redemption:
    """
    Give a redemption: a till's own, or one of a resident of the account's area.

    :raises NotFound: redemption_unknown.
    """
    found = db.session.get(Redemption, redemption_id)
    if found is not None and actor.device_id is not None and found.shop_id != actor.shop_id:
        found = None
    if found is not None and actor.device_id is None:
        found = found if actor.covers(get_community_of(redemption=found)) else None
    if found is None:
        raise NotFound(
            "redemption_unknown", N_("没有编号为 %(redemption)s 的核销"), redemption=redemption_id
        )
    return found


def list_uses_of_resident(*, actor: Actor, resident_id: int, limit: int) -> list[Any]:
    """List a person's last uses, newest first: (Redemption, Reversal or None, serial, shop)."""
    wanted = (
        select(Redemption, Reversal, Voucher.serial, Shop.code, Shop.name.label("shop"))
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(Shop, Shop.id == Redemption.shop_id)
        .outerjoin(Reversal, Reversal.redemption_id == Redemption.id)
        .where(Voucher.resident_id == resident_id, within_area(Voucher.community_id, actor))
        .order_by(Redemption.redeemed_at.desc(), Redemption.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def count_uses_after(*, resident_id: int, instant: datetime) -> int:
    """Count what was taken from a person's vouchers from an instant on and not given back."""
    reversed_since = exists().where(Reversal.redemption_id == Redemption.id)
    later = (
        select(func.count())
        .select_from(Redemption)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(
            Voucher.resident_id == resident_id,
            Redemption.redeemed_at >= instant,
            ~reversed_since,
        )
    )
    return db.session.scalar(later) or 0


def get_community_of(*, redemption: Redemption) -> int:
    """Give the community whose voucher was used."""
    return db.session.scalars(
        select(Voucher.community_id).where(Voucher.id == redemption.voucher_id)
    ).one()


def find_last_use(*, voucher_id: int, shop_id: int | None = None) -> datetime | None:
    """Give the instant of a voucher's last use that stands, anywhere or at one shop."""
    query = select(func.max(Redemption.redeemed_at)).where(
        Redemption.voucher_id == voucher_id,
        ~exists().where(Reversal.redemption_id == Redemption.id),
    )
    if shop_id is not None:
        query = query.where(Redemption.shop_id == shop_id)
    return db.session.scalar(query)


@dataclass(frozen=True, slots=True)
class Today:
    """What a shop took since midnight: newest first, and what stands of all of it, in fen."""

    rows: list[tuple[Redemption, str, bool]]
    count: int
    amount_fen: int
    own_fen: int


def read_today(*, actor: Actor, today: date, most: int) -> Today:
    """Give the day of a till's shop: redemption, serial and whether it was taken back."""
    undone = exists().where(Reversal.redemption_id == Redemption.id)
    of_today = (
        Redemption.shop_id == actor.shop_id,
        Redemption.redeemed_at >= start_of_day(today),
    )
    rows = db.session.execute(
        select(Redemption, Voucher.serial, undone)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(*of_today)
        .order_by(Redemption.id.desc())
        .limit(most)
    )
    count, amount_fen, own_fen = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Redemption.amount_fen), 0),
            func.coalesce(func.sum(Redemption.own_fen), 0),
        ).where(*of_today, ~undone)
    ).one()
    shown = [(redemption, serial, is_undone) for redemption, serial, is_undone in rows]
    return Today(shown, count, int(amount_fen), int(own_fen))
