"""Reading lines: what is open, held, in a settlement, or taken today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    case,
    exists,
    func,
    select,
    union_all,
)

from voucher.cases.models import Case
from voucher.db import db
from voucher.ledger.models import LedgerEntry
from voucher.ledger.rules import LedgerAccount
from voucher.listing import Slice, Wanted, take_slice
from voucher.redemptions.models import Redemption, Reversal
from voucher.settlements.models import SettlementLine
from voucher.settlements.queries.settlements import _sum
from voucher.shops.models import Shop
from voucher.vouchers.models import Voucher

LINE_SORTS = ("at", "price", "amount")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A redemption (positive, fen) or reversal (negative) that no settlement holds yet."""

    shop_id: int
    redemption_id: int
    reversal_id: int | None
    amount_fen: int
    is_held: bool


def list_open_lines(*, cut_at: datetime) -> Iterator[OpenLine]:
    """
    Give what happened before the cut and stands in no settlement, shop by shop.

    A line under an open case is held. A reversal waits for its redemption's line, so that no
    settlement ever takes back what none has paid.
    """
    under_case = exists().where(
        Case.subject_kind == "redemption",
        Case.subject_id == Redemption.id,
        Case.decision.is_(None),
    )
    settled = exists().where(SettlementLine.redemption_id == Redemption.id)
    taken_back = exists().where(SettlementLine.reversal_id == Reversal.id)
    redeemed = (
        select(Redemption.shop_id, Redemption.id, Redemption.amount_fen, under_case)
        .where(Redemption.redeemed_at < cut_at, ~settled)
        .order_by(Redemption.shop_id, Redemption.id)
    )
    held: set[int] = set()
    for shop_id, redemption_id, amount_fen, is_held in db.session.execute(redeemed):
        if is_held:
            held.add(redemption_id)
        yield OpenLine(shop_id, redemption_id, None, amount_fen, bool(is_held))
    reversed_ = (
        select(Redemption.shop_id, Redemption.id, Reversal.id, Redemption.amount_fen)
        .join(Reversal, Reversal.redemption_id == Redemption.id)
        .where(Reversal.reversed_at < cut_at, ~taken_back)
        .order_by(Redemption.shop_id, Reversal.id)
    )
    for shop_id, redemption_id, reversal_id, amount_fen in db.session.execute(reversed_):
        yield OpenLine(shop_id, redemption_id, reversal_id, -amount_fen, redemption_id in held)


def count_held_lines() -> int:
    """Count the redemptions that no settlement holds because a case about them is open."""
    settled = exists().where(SettlementLine.redemption_id == Case.subject_id)
    return (
        db.session.scalar(
            select(func.count(Case.subject_id.distinct())).where(
                Case.subject_kind == "redemption", Case.decision.is_(None), ~settled
            )
        )
        or 0
    )


def list_pots(*, settlement_ids: Sequence[int]) -> list[Any]:
    """Give the settlements' total by programme, scheme version, community, period and item."""
    direct = select(SettlementLine.amount_fen, SettlementLine.redemption_id).where(
        SettlementLine.settlement_id.in_(settlement_ids),
        SettlementLine.redemption_id.is_not(None),
    )
    backward = (
        select(SettlementLine.amount_fen, Reversal.redemption_id)
        .join(Reversal, Reversal.id == SettlementLine.reversal_id)
        .where(SettlementLine.settlement_id.in_(settlement_ids))
    )
    lines = union_all(direct, backward).subquery()
    pot = (
        Voucher.programme,
        Voucher.scheme_version_id,
        Voucher.community_id,
        Voucher.period_from,
        Voucher.item,
    )
    return list(
        db.session.execute(
            select(*pot, func.sum(lines.c.amount_fen).label("amount_fen"))
            .join(Redemption, Redemption.id == lines.c.redemption_id)
            .join(Voucher, Voucher.id == Redemption.voucher_id)
            .group_by(*pot)
            .order_by(*pot)
        )
    )


def list_lines(*, settlement_id: int) -> list[Any]:
    """Give what a statement shows of each line: when, receipt, serial, service, parts in fen."""
    return list(db.session.execute(select_lines(settlement_id).order_by(SettlementLine.id)))


def select_lines(settlement_id: int) -> Any:
    """Give the query of a settlement's lines, a late reversal with the redemption it takes back."""
    columns = (
        SettlementLine.id,
        SettlementLine.amount_fen,
        SettlementLine.reversal_id,
        Redemption.id.label("redemption_id"),
        Redemption.redeemed_at,
        Redemption.receipt,
        Redemption.service,
        Redemption.price_fen,
        Redemption.own_fen,
        Redemption.other_payer_fen,
        Voucher.serial,
    )
    of_redemption = Redemption.id == SettlementLine.redemption_id
    of_reversal = Redemption.id == Reversal.redemption_id
    return (
        select(*columns)
        .outerjoin(Reversal, Reversal.id == SettlementLine.reversal_id)
        .join(Redemption, of_redemption | of_reversal)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(SettlementLine.settlement_id == settlement_id)
    )


def slice_lines(*, wanted: Wanted, settlement_id: int) -> tuple[Slice[Any], Any]:
    """Give part of a settlement's lines in their order, and the sums of all: parts in fen."""
    query = select_lines(settlement_id)
    sorts: dict[str, Any] = {
        "at": Redemption.redeemed_at,
        "price": Redemption.price_fen,
        "amount": SettlementLine.amount_fen,
    }
    whole = query.subquery()
    sign = case((whole.c.reversal_id.is_(None), 1), else_=-1)
    sums = select(
        _sum(sign * whole.c.price_fen).label("price_fen"),
        _sum(whole.c.amount_fen).label("amount_fen"),
        _sum(sign * whole.c.own_fen).label("own_fen"),
        _sum(sign * whole.c.other_payer_fen).label("other_payer_fen"),
    )
    found = take_slice(query, wanted=wanted, sorts=sorts, last=SettlementLine.id.asc())
    return found, db.session.execute(sums).one()


def list_held_lines(*, cut_at: datetime, shop_id: int | None = None) -> list[Any]:
    """Give the redemptions before a cut that an open case holds back, each with its case."""
    settled = exists().where(SettlementLine.redemption_id == Redemption.id)
    query = (
        select(
            *(Redemption.id, Redemption.receipt, Redemption.redeemed_at, Redemption.amount_fen),
            *(Shop.code.label("shop_code"), Shop.name.label("shop_name")),
            *(Case.id.label("case_id"), Case.kind.label("case_kind"), Case.opened_at),
        )
        .join(Case, (Case.subject_kind == "redemption") & (Case.subject_id == Redemption.id))
        .join(Shop, Shop.id == Redemption.shop_id)
        .where(Redemption.redeemed_at < cut_at, Case.decision.is_(None), ~settled)
        .order_by(Shop.code, Redemption.id)
    )
    return list(
        db.session.execute(query.where(Shop.id == shop_id) if shop_id is not None else query)
    )


def get_today(*, shop_id: int, since: datetime) -> tuple[int, int, int]:
    """Give a shop's uses since an instant, their fen, and the fen it is owed and not yet paid."""
    taken_back = exists().where(Reversal.redemption_id == Redemption.id)
    uses, fen = db.session.execute(
        select(func.count(), _sum(Redemption.amount_fen)).where(
            Redemption.shop_id == shop_id, Redemption.redeemed_at >= since, ~taken_back
        )
    ).one()
    owed = select(_sum(LedgerEntry.amount_fen)).where(
        LedgerEntry.shop_id == shop_id, LedgerEntry.account == LedgerAccount.PAYABLE
    )
    return int(uses), int(fen), int(db.session.scalar(owed) or 0)
