"""The laws of the ledger, recomputed from its rows."""

from datetime import date

from sqlalchemy import func, select

from voucher.db import db
from voucher.laws import Breach, Check, Finding
from voucher.ledger.models import Budget, BudgetTotal, LedgerEntry, LedgerTransaction
from voucher.ledger.rules import BudgetState, LedgerAccount

_POT = (
    LedgerEntry.programme,
    LedgerEntry.community_id,
    LedgerEntry.period_from,
    LedgerEntry.item,
)


def check_conservation() -> Finding:
    """I01: in every pot what was committed is redeemed, still there, void, lapsed or released."""
    sums = (
        select(*_POT, func.sum(LedgerEntry.amount_fen), func.sum(LedgerEntry.uses))
        .where(LedgerEntry.community_id.is_not(None))
        .group_by(*_POT)
    )
    rows = db.session.execute(sums).all()
    breaches = [
        Breach("I01", "/".join(map(str, row[:4])), {"fen": int(row[4]), "uses": int(row[5])})
        for row in rows
        if row[4] or row[5]
    ]
    return Finding(len(rows), breaches)


def check_double_entry() -> Finding:
    """I02: every transaction sums to zero, has entries, and no account is below zero unlawfully."""
    sums = (
        select(
            LedgerTransaction.id,
            func.coalesce(func.sum(LedgerEntry.amount_fen), 0),
            func.count(LedgerEntry.id),
        )
        .outerjoin(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .group_by(LedgerTransaction.id)
    )
    rows = db.session.execute(sums).all()
    breaches = [
        Breach("I02", f"ledger_transaction {made}", {"fen": int(total), "entries": count})
        for made, total, count in rows
        if total or not count
    ]
    return Finding(len(rows), breaches + _find_negative_accounts())


def _find_negative_accounts() -> list[Breach]:
    may_be_negative = (LedgerAccount.FUND, LedgerAccount.ADJUST, LedgerAccount.PAYABLE)
    sums = (
        select(*_POT, LedgerEntry.account, func.sum(LedgerEntry.amount_fen))
        .where(LedgerEntry.account.not_in(may_be_negative))
        .group_by(*_POT, LedgerEntry.account)
        .having(func.sum(LedgerEntry.amount_fen) < 0)
    )
    return [
        Breach("I02", "/".join(map(str, row[:5])), {"fen": int(row[5])})
        for row in db.session.execute(sums)
    ]


def check_budgets() -> Finding:
    """I12: committed never exceeds the approved budget, and the kept totals are the real ones."""
    totals = list(db.session.scalars(select(BudgetTotal)))
    posted = _sum_commitments()
    breaches = []
    for total in totals:
        approved = db.session.scalar(
            select(func.sum(Budget.amount_fen)).where(
                Budget.programme == total.programme,
                Budget.period_from == total.period_from,
                Budget.state == BudgetState.APPROVED,
            )
        )
        committed = posted.get((total.programme, total.period_from), 0)
        kept = (total.approved_fen, total.committed_fen)
        if kept != (approved, committed) or committed > total.approved_fen:
            facts = {"approved_fen": approved, "committed_fen": committed}
            breaches.append(Breach("I12", f"budget {total.programme} {total.period_from}", facts))
    return Finding(len(totals), breaches)


def _sum_commitments() -> dict[tuple[str, date], int]:
    """What left the fund and did not come back as void, by programme and month."""
    month = (LedgerEntry.programme, LedgerEntry.period_from)
    sums = (
        select(*month, func.sum(LedgerEntry.amount_fen))
        .where(
            LedgerEntry.account.in_((LedgerAccount.FUND, LedgerAccount.VOID)),
            LedgerEntry.community_id.is_not(None),
        )
        .group_by(*month)
    )
    return {(row[0], row[1]): -int(row[2]) for row in db.session.execute(sums)}


CHECKS: dict[str, Check] = {
    "I01": check_conservation,
    "I02": check_double_entry,
    "I12": check_budgets,
}
