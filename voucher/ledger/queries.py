"""Reading budgets and balances."""

from datetime import date

from sqlalchemy import func, select

from voucher.access import Actor
from voucher.db import db
from voucher.ledger.models import Budget, BudgetTotal, LedgerEntry
from voucher.ledger.rules import BudgetState, LedgerAccount


def list_budgets() -> list[Budget]:
    """Give every budget, newest month first. Budgets belong to the whole district."""
    return list(db.session.scalars(select(Budget).order_by(Budget.period_from.desc(), Budget.id)))


def count_waiting_budgets(*, actor: Actor) -> int:
    """Count the budgets another finance account proposed."""
    return (
        db.session.scalar(
            select(func.count(Budget.id)).where(
                Budget.state == BudgetState.PROPOSED, Budget.set_by != actor.account_id
            )
        )
        or 0
    )


def count_programmes_without_budget(*, period_from: date) -> int:
    """Count the programmes that had a budget in an earlier month and have none approved for it."""
    funded = BudgetTotal.approved_fen > 0
    now = select(BudgetTotal.programme).where(BudgetTotal.period_from == period_from, funded)
    return (
        db.session.scalar(
            select(func.count(BudgetTotal.programme.distinct())).where(
                BudgetTotal.period_from < period_from, funded, BudgetTotal.programme.not_in(now)
            )
        )
        or 0
    )


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
