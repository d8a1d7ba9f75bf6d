"""A run from draft to issued: who is in it, what it costs, who lets it through."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.ledger.factories import list_postings
from tests.refusing import read_tables, refuse
from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    Town,
    add_resident,
    approve,
    draft,
    fund,
    get_voucher,
    give,
    issue,
    make_town,
    plan,
)
from voucher import clock
from voucher.codes import make_serial
from voucher.db import db, transaction
from voucher.jobs import Chunk
from voucher.ledger.models import BudgetTotal
from voucher.refusals import NotAllowed, NotFound
from voucher.residents.models import Resident
from voucher.vouchers.models import Handover, IssueRun, Print, Voucher
from voucher.vouchers.operations.custody import hand_over, reprint_voucher
from voucher.vouchers.operations.issuing import issue_chunk
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.tasks import write_run


@pytest.fixture
def town(app) -> Town:
    """Give a funded town with a woman of 85 in one community and one of 65 in the other."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1])
    fund(town)
    return town


def get_state(run_id=1):
    db.session.rollback()
    return db.session.get_one(IssueRun, run_id).state


def test_a_draft_takes_no_money_and_writes_no_voucher(town):
    draft(town)

    run = db.session.get_one(IssueRun, 1)
    assert (run.state, run.vouchers, run.residents, run.value_fen) == ("draft", 3, 2, 27000)
    assert db.session.query(Voucher).count() == 0
    assert list_postings("approve") == []


def test_approval_posts_one_entry_a_community_and_takes_the_budget(town):
    run_id = draft(town)

    approve(town, run_id)

    assert list_postings("approve") == [
        [
            ("fund", -16000, -2),
            ("committed", 16000, 2),
            ("fund", -8000, 0),
            ("committed", 8000, 0),
        ],
        [("fund", -3000, 0), ("committed", 3000, 0)],
    ]
    assert db.session.get_one(BudgetTotal, (AGE_BANDS, MONTH)).committed_fen == 27000


def test_an_approved_run_is_written_by_chunks_and_is_issued_with_the_last(town):
    run_id = draft(town)
    approve(town, run_id)
    assert get_state() == "approved"

    write_run(actor=town.approver, run_id=run_id)

    assert get_state() == "issued"
    assert db.session.scalars(select(Chunk.state)).all() == ["done", "done"]
    vouchers = db.session.scalars(select(Voucher).order_by(Voucher.serial)).all()
    assert [v.serial for v in vouchers] == [make_serial(month=MONTH, number=n) for n in (1, 2, 3)]
    assert {voucher.state for voucher in vouchers} == {"inactive"}
    assert db.session.query(Print).where(Print.state == "live").count() == 3


def test_paper_lies_in_the_order_of_delivery(town):
    issue(town)

    rows = db.session.execute(select(Voucher.resident_id, Voucher.item).order_by(Voucher.serial))
    assert [tuple(row) for row in rows] == [(1, "services"), (1, "bath"), (2, "services")]


def test_drafting_again_with_nobody_new_gives_the_same_run_and_writes_nothing(town):
    first = draft(town)
    before = read_tables()

    assert draft(town) == first
    assert read_tables() == before


def test_a_supplementary_run_has_only_the_new_people(town):
    issue(town)
    add_resident(born=date(1961, 2, 1), community_id=town.communities[0])

    second = issue(town)

    run = db.session.get_one(IssueRun, second)
    assert (run.number, run.vouchers, run.value_fen) == (2, 1, 3000)
    got = db.session.scalars(select(Voucher.resident_id).where(Voucher.run_id == second)).all()
    assert got == [3]
    assert plan(town).lines == ()


def test_age_is_that_of_the_months_first_day(town):
    add_resident(born=date(1966, 12, 1), community_id=town.communities[0])
    add_resident(born=date(1966, 12, 2), community_id=town.communities[0])

    due = {line.person.resident_id for line in plan(town).lines}

    assert due == {1, 2, 3}


def test_whoever_departed_before_the_month_gets_nothing(town):
    add_resident(
        born=date(1941, 1, 1), community_id=town.communities[0], departed_date=date(2026, 12, 1)
    )
    add_resident(
        born=date(1941, 1, 1), community_id=town.communities[0], departed_date=date(2026, 12, 2)
    )

    assert {line.person.resident_id for line in plan(town).lines} == {1, 2, 4}


def test_a_month_is_planned_from_the_fifteenth_before_to_its_last_day(town):
    refuse("too_early", plan, town, today=date(2026, 11, 14))
    refuse("period_over", plan, town, today=date(2027, 1, 1))

    assert len(plan(town, today=date(2026, 11, 15)).lines) == 3
    assert len(plan(town, today=date(2026, 12, 31)).lines) == 3


def test_where_nobody_is_due_there_is_no_run(app):
    refuse("nobody_due", draft, make_town())


def test_without_budget_nothing_is_approved(app):
    town = make_town()
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0])
    run_id = draft(town)

    refusal = refuse("budget", approve, town, run_id)
    assert refusal.facts == {"over": "30.00", "needed": "30.00", "left": "0.00"}

    fund(town, amount_fen=2999)
    assert refuse("budget", approve, town, run_id).facts["over"] == "0.01"
    fund(town, amount_fen=3000)
    approve(town, run_id)
    assert get_state() == "approved"


def test_nobody_approves_a_run_he_drafted(town):
    run_id = draft(town)

    refuse("self_approve", approve, town, run_id, actor=town.worker, kind=NotAllowed)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(IssueRun).values(approved_by=IssueRun.made_by))


def test_a_run_is_approved_once(town):
    issue(town)

    refuse("run_state", approve, town, 1)


def test_a_draft_whose_people_changed_is_out_of_date(town):
    run_id = draft(town)
    with transaction():
        db.session.execute(
            update(Resident)
            .where(Resident.id == 2)
            .values(departed_date=date(2026, 12, 1), departure="died")
        )

    refusal = refuse("run_outdated", approve, town, run_id)

    assert refusal.facts == {"run": 1, "departed": 1, "without_level": 0, "already_issued": 0}


def test_a_chunk_is_written_only_while_the_run_is_approved(town):
    run_id = draft(town)

    def write():
        with transaction():
            issue_chunk(
                actor=town.approver,
                run_id=run_id,
                chunk_id=1,
                community_id=town.communities[0],
                kid=1,
                now=clock.now(),
            )

    refuse("run_state", write)


def test_only_printed_paper_is_handed_over(town):
    issue(town)

    def hand_over_unprinted():
        with transaction():
            hand_over(actor=town.worker, run_id=1, community_id=None, now=clock.now())

    refuse("not_printed", hand_over_unprinted)


def test_handing_over_makes_active_signs_for_each_print_and_closes_the_run(town):
    issue(town)

    assert give(town, 1) == 3

    assert (get_state(), get_voucher("bath").state) == ("closed", "active")
    assert db.session.query(Handover).count() == 3
    assert give(town, 1) == 0


def test_a_run_of_another_area_does_not_exist(town):
    issue(town)
    with transaction():
        db.session.execute(update(IssueRun).values(community_id=town.communities[0]))
    elsewhere = replace(town.worker, community_ids=frozenset({town.communities[1]}))

    refuse("run_unknown", get_run, actor=elsewhere, run_id=1, kind=NotFound)
    refuse("run_unknown", get_run, actor=town.worker, run_id=9, kind=NotFound)


def test_a_person_holds_one_voucher_a_month_and_item_whatever_the_code_does(town):
    issue(town)
    kept = get_voucher("bath")
    columns = {column.name: getattr(kept, column.name) for column in Voucher.__table__.columns}

    with pytest.raises(IntegrityError), transaction():
        db.session.add(Voucher(**columns | {"id": 99, "serial": "another"}))


def test_no_fen_of_a_voucher_is_ever_lost(town):
    issue(town)

    for part in ("balance_fen", "redeemed_fen", "void_fen", "lapsed_fen", "released_fen"):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(update(Voucher).values({part: getattr(Voucher, part) + 1}))


def test_a_reprint_keeps_the_voucher_and_numbers_its_paper(town):
    issue(town)
    serial = get_voucher("bath").serial

    for number in (2, 3):
        with transaction():
            made = reprint_voucher(
                actor=town.worker, serial=serial, reason="破损", kid=1, now=clock.now()
            )
            assert made.number == number

    states = db.session.execute(
        select(Print.number, Print.state)
        .where(Print.voucher_id == get_voucher("bath").id)
        .order_by(Print.number)
    )
    assert [tuple(row) for row in states] == [(1, "dead"), (2, "dead"), (3, "live")]
