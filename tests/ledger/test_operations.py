"""Budgets of two people, and postings that sum to zero."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.refusing import refuse
from tests.shops.factories import make_person
from voucher import clock
from voucher.access import Actor, Role
from voucher.audit.models import Event
from voucher.audit.operations import record_event
from voucher.db import db, transaction
from voucher.ledger.models import Budget, BudgetTotal
from voucher.ledger.operations import (
    approve_budget,
    commit_budget,
    post_entries,
    return_budget,
    set_budget,
)
from voucher.ledger.queries import get_balances, list_budgets
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.refusals import NotAllowed, NotFound

MONTH = date(2026, 12, 1)
POT = Pot("example", None, MONTH, "care")


@pytest.fixture
def finance(app):
    return make_person("finance", Role.FINANCE)


@pytest.fixture
def other(app):
    return make_person("other-finance", Role.FINANCE)


def put(actor, amount_fen):
    with transaction():
        return set_budget(
            actor=actor,
            programme="example",
            period_from=MONTH,
            amount_fen=amount_fen,
            now=clock.now(),
        ).id


def approve(actor, budget_id):
    with transaction():
        approve_budget(actor=actor, budget_id=budget_id, now=clock.now())


def commit(amount_fen):
    with transaction():
        commit_budget(programme="example", period_from=MONTH, amount_fen=amount_fen)


def post(entries):
    poster = Actor(key="system", name="", channel="test")
    with transaction():
        event_id = record_event(
            actor=poster, action="example", subject_kind="example", subject_id=1, now=clock.now()
        )
        post_entries(
            event_id=event_id,
            posting=Posting.PAY,
            subject_id="example:1",
            entries=entries,
            now=clock.now(),
        )


def get_total():
    db.session.rollback()
    total = db.session.get_one(BudgetTotal, ("example", MONTH))
    return total.approved_fen, total.committed_fen


def test_a_budget_counts_for_nothing_until_another_approves_it(finance, other):
    budget_id = put(finance, 1000)
    refuse("budget", commit, 1)

    approve(other, budget_id)

    commit(1000)
    assert get_total() == (1000, 1000)
    actions = db.session.scalars(select(Event.action)).all()
    assert actions == ["ledger.set_budget", "ledger.approve_budget"]


def test_nobody_approves_his_own_budget(finance):
    budget_id = put(finance, 1000)

    refuse("self_approve", approve, finance, budget_id, kind=NotAllowed)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Budget).values(state="approved", approved_by=Budget.set_by))


def test_a_budget_is_approved_once(finance, other):
    budget_id = put(finance, 1000)
    approve(other, budget_id)

    refuse("budget_state", approve, other, budget_id)
    refuse("budget_unknown", approve, other, budget_id + 1, kind=NotFound)


def test_a_newer_budget_replaces_the_older_and_never_falls_below_what_is_committed(finance, other):
    approve(other, put(finance, 1000))
    commit(600)
    too_low, enough = put(finance, 599), put(finance, 600)

    refuse("budget", approve, other, too_low)
    approve(other, enough)

    assert get_total() == (600, 600)
    assert [budget.state for budget in list_budgets()] == ["replaced", "proposed", "approved"]


def test_a_budget_one_fen_short_is_refused_and_named(finance, other):
    approve(other, put(finance, 99_999))

    refusal = refuse("budget", commit, 100_000)

    assert refusal.facts == {"over": "0.01", "needed": "1,000.00", "left": "999.99"}


def test_the_database_itself_keeps_to_the_budget(finance, other):
    approve(other, put(finance, 1000))

    for committed in (1001, -1):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(update(BudgetTotal).values(committed_fen=committed))


def test_what_will_not_be_spent_can_be_committed_again(finance, other):
    approve(other, put(finance, 1000))
    commit(1000)

    with transaction():
        return_budget(programme="example", period_from=MONTH, amount_fen=400)

    commit(400)
    assert get_total() == (1000, 1000)


def test_entries_that_do_not_sum_to_zero_stop_everything(app):
    lone = [Entry(LedgerAccount.FUND, POT, 100)]
    uneven = [Entry(LedgerAccount.FUND, POT, 5, 1), Entry(LedgerAccount.COMMITTED, POT, -5, 0)]

    for entries in (lone, uneven, []):
        with pytest.raises(AssertionError, match="unbalanced"):
            post_entries(
                event_id=1,
                posting=Posting.PAY,
                subject_id="example:1",
                entries=entries,
                now=clock.now(),
            )


def test_one_subject_is_posted_once(app):
    entries = move_money(
        pot=POT, source=LedgerAccount.FUND, target=LedgerAccount.ADJUST, amount_fen=7
    )
    post(entries)

    with pytest.raises(IntegrityError):
        post(entries)


def test_what_belongs_to_no_community_is_no_balance_of_a_month(app):
    post(move_money(pot=POT, source=LedgerAccount.FUND, target=LedgerAccount.ADJUST, amount_fen=7))

    assert set(get_balances(programme="example", period_from=MONTH).values()) == {0}
