"""Reading budgets and balances."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.db import db
from voucher.ledger.models import Budget, BudgetTotal, LedgerEntry, LedgerTransaction
from voucher.ledger.rules import BudgetState, LedgerAccount
from voucher.listing import Slice, Wanted, take_slice
from voucher.refusals import N_, NotFound

BUDGET_SORTS = ("month", "programme", "amount", "state", "set_at")
POSTING_SORTS = ("posted_at", "amount")

_setter, _approver = aliased(Account), aliased(Account)
# What is committed stands beside the budget in force alone: the others bind nothing.
_in_force = and_(
    BudgetTotal.programme == Budget.programme,
    BudgetTotal.period_from == Budget.period_from,
    Budget.state == BudgetState.APPROVED,
)


def list_budgets() -> list[Budget]:
    """Give every budget, newest month first. Budgets belong to the whole district."""
    return list(db.session.scalars(select(Budget).order_by(Budget.period_from.desc(), Budget.id)))


def slice_budgets(
    *, wanted: Wanted, programme: str, period_from: date | None, state: str
) -> Slice[Any]:
    """
    Give part of the budgets, newest month first, with who set and who approved them.

    `committed_fen` is None but for the budget in force.
    """
    query = _select_budgets().order_by(Budget.period_from.desc(), Budget.programme)
    if programme:
        query = query.where(Budget.programme == programme)
    if period_from is not None:
        query = query.where(Budget.period_from == period_from)
    if state:
        query = query.where(Budget.state == state)
    columns = (Budget.period_from, Budget.programme, Budget.amount_fen, Budget.state, Budget.set_at)
    sorts: dict[str, Any] = dict(zip(BUDGET_SORTS, columns, strict=True))
    return take_slice(query, wanted=wanted, sorts=sorts, last=Budget.id.desc())


def get_budget(*, budget_id: int) -> Any:
    """
    Give one budget as `slice_budgets` does.

    :raises NotFound: budget_unknown.
    """
    row = db.session.execute(_select_budgets().where(Budget.id == budget_id)).one_or_none()
    if row is None:
        raise budget_unknown(budget_id)
    return row


def budget_unknown(budget_id: int) -> NotFound:
    """Give the refusal for a budget that is not there."""
    return NotFound("budget_unknown", N_("没有编号为 %(id)s 的预算"), id=budget_id)


def _select_budgets() -> Any:
    return (
        select(
            *(Budget.id, Budget.programme, Budget.period_from, Budget.amount_fen, Budget.state),
            *(Budget.set_by, Budget.set_at, Budget.approved_at),
            BudgetTotal.committed_fen,
            _setter.name.label("setter"),
            _approver.name.label("approver"),
        )
        .outerjoin(BudgetTotal, _in_force)
        .join(_setter, _setter.id == Budget.set_by)
        .outerjoin(_approver, _approver.id == Budget.approved_by)
    )


def find_total(*, programme: str, period_from: date) -> BudgetTotal | None:
    """Give what is approved and committed for a programme and month; None: no budget yet."""
    return db.session.get(BudgetTotal, (programme, period_from))


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


def slice_postings(
    *, wanted: Wanted, programme: str, period_from: date, posting: str
) -> Slice[Any]:
    """Give part of what was posted for a programme and month, newest first, each with its fen."""
    taken = case((LedgerEntry.amount_fen > 0, LedgerEntry.amount_fen), else_=0)
    amount = cast(func.sum(taken), BigInteger)
    query: Any = (
        select(
            LedgerTransaction.id,
            LedgerTransaction.posting,
            LedgerTransaction.subject_id,
            LedgerTransaction.posted_at,
            amount.label("amount_fen"),
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(LedgerEntry.programme == programme, LedgerEntry.period_from == period_from)
        .group_by(LedgerTransaction.id)
    )
    if posting:
        query = query.where(LedgerTransaction.posting == posting)
    sorts: dict[str, Any] = {
        "posted_at": LedgerTransaction.posted_at,
        "amount": amount,
    }
    return take_slice(query, wanted=wanted, sorts=sorts, last=LedgerTransaction.id.desc())
