"""Budgets and postings."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.ledger.models import Budget, BudgetTotal, LedgerEntry, LedgerTransaction
from voucher.ledger.queries import budget_unknown
from voucher.ledger.rules import BudgetState, Entry, Posting
from voucher.money import show_yuan
from voucher.refusals import N_, Refusal


def set_budget(
    *, actor: Actor, programme: str, period_from: date, amount_fen: int, now: datetime
) -> Budget:
    """Propose what a programme may commit in a month, in fen; it counts once approved."""
    assert actor.account_id is not None
    budget = Budget(
        programme=programme,
        period_from=period_from,
        amount_fen=amount_fen,
        state=BudgetState.PROPOSED,
        set_by=actor.account_id,
        set_at=now,
    )
    db.session.add(budget)
    db.session.flush()
    record_event(
        actor=actor,
        action="ledger.set_budget",
        subject_kind="budget",
        subject_id=budget.id,
        now=now,
        facts={"programme": programme, "period": period_from.isoformat(), "fen": amount_fen},
    )
    return budget


def approve_budget(*, actor: Actor, budget_id: int, now: datetime) -> Budget:
    """
    Put a proposed budget in force, in place of the month's earlier one.

    :raises NotFound: budget_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: budget_state, budget (more than that is committed already).
    """
    budget = db.session.get(Budget, budget_id)
    if budget is None:
        raise budget_unknown(budget_id)
    if budget.set_by == actor.account_id:
        raise self_approve()
    approve = (
        update(Budget)
        .where(Budget.id == budget_id, Budget.state == BudgetState.PROPOSED)
        .values(state=BudgetState.APPROVED, approved_by=actor.account_id, approved_at=now)
    )
    if count_changed(approve) != 1:
        raise Refusal("budget_state", N_("这笔预算已经批准过或已被替换"))
    _replace_earlier(budget)
    _raise_total(budget)
    record_event(
        actor=actor,
        action="ledger.approve_budget",
        subject_kind="budget",
        subject_id=budget_id,
        now=now,
        facts={"fen": budget.amount_fen},
    )
    return budget


def _replace_earlier(budget: Budget) -> None:
    db.session.execute(
        update(Budget)
        .where(
            Budget.programme == budget.programme,
            Budget.period_from == budget.period_from,
            Budget.state == BudgetState.APPROVED,
            Budget.id != budget.id,
        )
        .values(state=BudgetState.REPLACED)
    )


def _raise_total(budget: Budget) -> None:
    key = (BudgetTotal.programme == budget.programme) & (
        BudgetTotal.period_from == budget.period_from
    )
    if db.session.scalar(select(BudgetTotal.approved_fen).where(key)) is None:
        db.session.add(
            BudgetTotal(
                programme=budget.programme,
                period_from=budget.period_from,
                approved_fen=budget.amount_fen,
                committed_fen=0,
            )
        )
        db.session.flush()
        return
    raise_total = (
        update(BudgetTotal)
        .where(key, BudgetTotal.committed_fen <= budget.amount_fen)
        .values(approved_fen=budget.amount_fen)
    )
    if count_changed(raise_total) != 1:
        raise Refusal("budget", N_("已承诺金额超过新预算，不能下调到这个数"))


def commit_budget(*, programme: str, period_from: date, amount_fen: int) -> None:
    """
    Take an amount out of the month's approved budget; the row's constraint decides a race.

    :raises Refusal: budget, naming what is missing. No budget means 0.
    """
    key = (BudgetTotal.programme == programme) & (BudgetTotal.period_from == period_from)
    take = (
        update(BudgetTotal)
        .where(key, BudgetTotal.committed_fen + amount_fen <= BudgetTotal.approved_fen)
        .values(committed_fen=BudgetTotal.committed_fen + amount_fen)
    )
    if count_changed(take) == 1:
        return
    left = db.session.scalar(
        select(BudgetTotal.approved_fen - BudgetTotal.committed_fen).where(key)
    )
    raise Refusal(
        "budget",
        N_("超出预算 %(over)s 元：需要 %(needed)s 元，预算余额 %(left)s 元"),
        over=show_yuan(amount_fen - (left or 0)),
        needed=show_yuan(amount_fen),
        left=show_yuan(left or 0),
    )


def return_budget(*, programme: str, period_from: date, amount_fen: int) -> None:
    """Give back to the month's budget what will not be spent."""
    db.session.execute(
        update(BudgetTotal)
        .where(BudgetTotal.programme == programme, BudgetTotal.period_from == period_from)
        .values(committed_fen=BudgetTotal.committed_fen - amount_fen)
    )


def post_entries(
    *,
    event_id: int,
    posting: Posting,
    subject_id: str,
    entries: Sequence[Entry],
    now: datetime,
) -> int:
    """
    Write one balanced ledger transaction and give its id.

    An unbalanced set is a fault of the program, not of the user: it stops everything.
    """
    unbalanced = sum(e.amount_fen for e in entries) != 0 or sum(e.uses for e in entries) != 0
    if unbalanced or not entries:
        raise AssertionError(f"unbalanced {posting} {subject_id}")
    made = LedgerTransaction(
        event_id=event_id, posting=posting, subject_id=subject_id, posted_at=now
    )
    db.session.add(made)
    db.session.flush()
    db.session.execute(
        insert(LedgerEntry),
        [
            {
                "transaction_id": made.id,
                "account": entry.account,
                "programme": entry.pot.programme,
                "community_id": entry.pot.community_id,
                "period_from": entry.pot.period_from,
                "item": entry.pot.item,
                "shop_id": entry.shop_id,
                "source": entry.source,
                "amount_fen": entry.amount_fen,
                "uses": entry.uses,
            }
            for entry in entries
        ],
    )
    return made.id
