"""The laws of settlements, recomputed from their rows."""

from typing import Any

from sqlalchemy import exists, func, select

from voucher.cases.models import Case
from voucher.db import db
from voucher.laws import Breach, Check, Finding
from voucher.ledger.models import LedgerEntry
from voucher.ledger.rules import LedgerAccount
from voucher.redemptions.models import Redemption, Reversal
from voucher.settlements.models import Settlement, SettlementLine, SettlementState


def check_partition() -> Finding:
    """I10: header = sum of lines; before a closed cut each redemption is in a line or held."""
    sums = (
        select(
            Settlement.id,
            Settlement.lines,
            Settlement.amount_fen,
            func.count(SettlementLine.id),
            func.coalesce(func.sum(SettlementLine.amount_fen), 0),
        )
        .outerjoin(SettlementLine, SettlementLine.settlement_id == Settlement.id)
        .group_by(Settlement.id)
    )
    rows = db.session.execute(sums).all()
    breaches = [
        Breach("I10", f"settlement {row[0]}", {"header_fen": row[2], "lines_fen": int(row[4])})
        for row in rows
        if row[1] != row[3] or row[2] != row[4]
    ]
    return Finding(len(rows), breaches + _find_forgotten())


def _find_forgotten() -> list[Breach]:
    """A redemption before its shop's last cut that is in no line and was never under a case."""
    last_cut = (
        select(Settlement.shop_id, func.max(Settlement.cut_at).label("cut_at"))
        .group_by(Settlement.shop_id)
        .subquery()
    )
    in_line = exists().where(SettlementLine.redemption_id == Redemption.id)
    had_case = exists().where(Case.subject_kind == "redemption", Case.subject_id == Redemption.id)
    forgotten = (
        select(Redemption.id)
        .join(last_cut, last_cut.c.shop_id == Redemption.shop_id)
        .where(Redemption.redeemed_at < last_cut.c.cut_at, ~in_line, ~had_case)
    )
    return [
        Breach("I10", f"redemption {redemption_id}", {"in_line": False})
        for redemption_id in db.session.scalars(forgotten)
    ]


def check_payables() -> Finding:
    """I11: payable(shop) = redemptions - reversals - paid, and paid is what has a reference."""
    redeemed = _sum_by_shop(select(Redemption.shop_id, func.sum(Redemption.amount_fen)))
    reversed_ = _sum_by_shop(
        select(Redemption.shop_id, func.sum(Redemption.amount_fen)).join(
            Reversal, Reversal.redemption_id == Redemption.id
        )
    )
    paid = _sum_by_shop(
        select(Settlement.shop_id, func.sum(Settlement.amount_fen)).where(
            Settlement.state == SettlementState.PAID, Settlement.bank_ref.is_not(None)
        )
    )
    payable = _sum_ledger(LedgerAccount.PAYABLE)
    paid_out = _sum_ledger(LedgerAccount.PAID)
    shops = set(redeemed) | set(payable) | set(paid_out) | set(paid)
    breaches = []
    for shop in sorted(shops):
        settled = paid.get(shop, 0)
        owed = redeemed.get(shop, 0) - reversed_.get(shop, 0) - settled
        if payable.get(shop, 0) != owed or paid_out.get(shop, 0) != settled:
            facts = {"payable_fen": payable.get(shop, 0), "recomputed_fen": owed}
            breaches.append(Breach("I11", f"shop {shop}", facts))
    return Finding(len(shops), breaches)


def _sum_by_shop(sums: Any) -> dict[int, int]:
    grouped = sums.group_by(sums.selected_columns[0])
    return {int(row[0]): int(row[1]) for row in db.session.execute(grouped)}


def _sum_ledger(account: LedgerAccount) -> dict[int, int]:
    return _sum_by_shop(
        select(LedgerEntry.shop_id, func.sum(LedgerEntry.amount_fen)).where(
            LedgerEntry.account == account
        )
    )


CHECKS: dict[str, Check] = {"I10": check_partition, "I11": check_payables}
