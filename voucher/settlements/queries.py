"""Reading what shops are owed, and settlements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, union_all

from voucher.access import Actor
from voucher.cases.models import Case
from voucher.db import db
from voucher.redemptions.models import Redemption, Reversal
from voucher.refusals import N_, NotFound
from voucher.settlements.models import Settlement, SettlementLine, SettlementState
from voucher.shops.models import Shop
from voucher.vouchers.models import Voucher


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


def get_settlement(*, settlement_id: int) -> Settlement:
    """
    Give a settlement.

    :raises NotFound: settlement_unknown.
    """
    found = db.session.get(Settlement, settlement_id)
    if found is None:
        raise NotFound(
            "settlement_unknown", N_("没有编号为 %(settlement)s 的结算单"), settlement=settlement_id
        )
    return found


def list_settlements() -> list[tuple[Settlement, Shop]]:
    """Give every settlement with its shop, newest first."""
    rows = db.session.execute(
        select(Settlement, Shop)
        .join(Shop, Shop.id == Settlement.shop_id)
        .order_by(Settlement.through_date.desc(), Shop.code)
    )
    return [(row[0], row[1]) for row in rows]


def count_waiting_settlements(*, actor: Actor) -> int:
    """Count the settlements another finance account made, which wait for approval."""
    return _count_settlements(
        Settlement.state == SettlementState.MADE, Settlement.made_by != actor.account_id
    )


def count_unpaid_settlements() -> int:
    """Count the settlements that are approved and not paid yet."""
    return _count_settlements(Settlement.state == SettlementState.APPROVED)


def _count_settlements(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Settlement.id)).where(*conditions)) or 0


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
    columns = (
        SettlementLine.id,
        SettlementLine.amount_fen,
        SettlementLine.reversal_id,
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
    return list(
        db.session.execute(
            select(*columns)
            .outerjoin(Reversal, Reversal.id == SettlementLine.reversal_id)
            .join(Redemption, of_redemption | of_reversal)
            .join(Voucher, Voucher.id == Redemption.voucher_id)
            .where(SettlementLine.settlement_id == settlement_id)
            .order_by(SettlementLine.id)
        )
    )
