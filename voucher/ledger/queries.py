"""Reading budgets and balances."""

from datetime import date

from sqlalchemy import func, select

from voucher.db import db
from voucher.ledger.models import Budget, LedgerEntry
from voucher.ledger.rules import LedgerAccount


def list_budgets() -> list[Budget]:
    """Give every budget, newest month first. Budgets belong to the whole district."""
    return list(db.session.scalars(select(Budget).order_by(Budget.period_from.desc(), Budget.id)))


def get_balances(*, programme: str, period_from: date) -> dict[LedgerAccount, int]:
    """Give the fen on every account of a programme and month; sources of a split are left out."""
    sums = (
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_fen))
        .where(
            LedgerEntry.programme == programme,
            LedgerEntry.period_from == period_from,
            LedgerEntry.community_id.is_not(None),
        )
        .group_by(LedgerEntry.account)
    )
    found = {LedgerAccount(account): int(total) for account, total in db.session.execute(sums)}
    return {account: found.get(account, 0) for account in LedgerAccount}
