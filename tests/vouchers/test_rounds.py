"""Paper counted back and rounds closed: every print and every fen is in one place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.ledger.factories import list_postings
from tests.redemptions.factories import redeem
from tests.refusing import refuse
from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    Town,
    add_resident,
    fund,
    get_code,
    get_voucher,
    issue,
    let_out,
    make_town,
)
from voucher import clock
from voucher.db import db, transaction
from voucher.ledger.models import BudgetTotal
from voucher.redemptions.rules.taking import RedemptionRefused
from voucher.refusals import BadInput, NotAllowed, NotFound, Refusal
from voucher.residents.models import Resident
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import IssueRun, PaperOutcome, Print, Round, Voucher
from voucher.vouchers.operations import closing, counting
from voucher.vouchers.operations.custody import hand_over, mark_printed, reprint_voucher
from voucher.vouchers.operations.ending import hold_vouchers_of_departed, void_vouchers
from voucher.vouchers.operations.handing import find_paper, hand_over_prints
from voucher.vouchers.queries.rounds import count_papers
from voucher.vouchers.rounds import Outcome, Step, find_step, read_batch, write_batch


@pytest.fixture
def town(app) -> Town:
    """Give a town with a run let out: 8,000 + 2 x 8,000 and 3,000 fen in one community, 3,000 in
    the other."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1], name="李建国")
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], name="张玉兰")
    fund(town)
    issue(town)
    let_out(town.worker, 1, now=clock.now())
    return town


def get_print(voucher: Voucher) -> int:
    found = select(Print.id).where(Print.voucher_id == voucher.id, Print.state == "live")
    return db.session.scalars(found).one()


def of(resident_id: int) -> int:
    return get_print(get_voucher("services", resident_id=resident_id))


def bath() -> int:
    return get_print(get_voucher("bath"))


def count(town, *print_ids, outcome=Outcome.REFUSED):
    with transaction():
        return counting.count_back(
            actor=town.worker, print_ids=print_ids, outcome=outcome, now=clock.now()
        )


def correct(town, print_id, seen, outcome):
    with transaction():
        counting.correct_outcome(
            actor=town.worker, print_id=print_id, seen=seen, outcome=outcome, now=clock.now()
        )


def give(town, *print_ids):
    with transaction():
        return hand_over_prints(
            actor=town.worker, print_ids=print_ids, not_given={}, now=clock.now()
        )


def submit(town, actor=None):
    with transaction():
        closing.submit_count(
            actor=actor or town.worker, run_id=1, community_id=town.communities[0], now=clock.now()
        )


def close(town, actor=None):
    with transaction():
        return closing.close_round(
            actor=actor or town.approver,
            run_id=1,
            community_id=town.communities[0],
            now=clock.now(),
        )


def void(town, serial):
    with transaction():
        void_vouchers(
            actor=town.approver, first=serial, last=serial, reason="遗失", now=clock.now()
        )


def find_places(town, number=0) -> dict[str, int]:
    db.session.rollback()
    papers = count_papers(run_id=1)[town.communities[number]]
    db.session.rollback()
    return {place: found for place, found in papers.places.items() if found}


def get_committed() -> int:
    db.session.rollback()
    return db.session.get_one(BudgetTotal, (AGE_BANDS, MONTH)).committed_fen


def list_rounds() -> list[bool]:
    db.session.rollback()
    closed = db.session.scalars(select(Round.closed_at).order_by(Round.community_id))
    return [at is not None for at in closed]


def test_what_came_back_is_void_when_another_person_closes_and_its_budget_returns(town):
    assert count(town, bath()) == 1
    assert count(town, of(3), outcome=Outcome.MOVED) == 1
    give(town, of(1))
    submit(town)

    assert close(town) == {"voided": 2, "value_fen": 19000}

    assert find_places(town) == {"delivered": 1, "refused": 1, "moved": 1}
    assert (get_voucher("bath").state, get_voucher("services", resident_id=1).state) == (
        *("void", "active"),
    )
    assert (get_committed(), list_rounds()) == (30000 - 19000, [True, False])
    assert list_postings("void") == [
        [
            *(("committed", -16000, -2), ("void", 16000, 2)),
            *(("committed", -3000, 0), ("void", 3000, 0)),
        ]
    ]
    assert run_checks()["breaches"] == []


def test_a_run_closes_with_its_last_round(town):
    count(town, bath())
    with transaction():
        given = hand_over(actor=town.worker, run_id=1, community_id=None, now=clock.now())
    assert (given, list_rounds()) == (3, [False, True])
    assert db.session.get_one(IssueRun, 1).state == "issued"
    submit(town)
    close(town)

    db.session.rollback()
    assert db.session.get_one(IssueRun, 1).state == "closed"


def test_paper_in_the_office_is_given_to_nobody_until_its_count_is_withdrawn(town):
    print_id = bath()
    count(town, print_id)
    code = get_code(get_voucher("bath"))

    refuse("handover_changed", give, town, print_id)
    refuse("counted_back", find_paper, actor=town.worker, print_code=code)
    correct(town, print_id, 1, Outcome.WITHDRAWN)

    assert give(town, print_id) == 1
    assert find_places(town) == {"delivered": 1, "missing": 2}


def test_paper_recorded_as_given_by_mistake_is_held_at_once_and_void_at_the_end(town):
    print_id = of(1)
    give(town, print_id, bath())
    code = get_code(get_voucher("services", resident_id=1))

    count(town, print_id, outcome=Outcome.DEAD)

    with pytest.raises(RedemptionRefused) as caught:
        redeem(town, code)
    assert caught.value.word == "held"
    assert find_places(town) == {"dead": 1, "delivered": 1, "missing": 1}
    give(town, of(3))
    assert list_rounds() == [False, False]
    submit(town)
    assert close(town) == {"voided": 1, "value_fen": 8000}


def test_a_death_recorded_after_the_count_leaves_the_count_as_it_was(town):
    print_id = of(1)
    give(town, print_id, bath(), of(3))
    assert list_rounds() == [True, False]
    with transaction():
        db.session.execute(update(Round).values(closed_at=None, closed_by=None))
    count(town, print_id, outcome=Outcome.DEAD)
    with transaction():
        resident = db.session.get_one(Resident, 1)
        hold_vouchers_of_departed(actor=town.worker, resident=resident, died=True, now=clock.now())

    assert find_places(town) == {"dead": 1, "delivered": 2}
    submit(town)
    assert close(town) == {"voided": 1, "value_fen": 8000}
    assert get_voucher("bath").state == "active"


def test_a_mistake_about_a_mistake_leaves_the_voucher_in_its_holders_hands(town):
    print_id = of(1)
    give(town, print_id)
    count(town, print_id)

    correct(town, print_id, 1, Outcome.WITHDRAWN)

    assert get_voucher("services", resident_id=1).held_reason is None
    assert find_places(town) == {"delivered": 1, "missing": 2}


def test_corrections_are_rows_after_the_one_they_correct(town):
    print_id = bath()
    count(town, print_id)
    correct(town, print_id, 1, Outcome.MOVED)

    rows = db.session.execute(
        select(PaperOutcome.number, PaperOutcome.outcome).order_by(PaperOutcome.number)
    )
    assert [tuple(row) for row in rows] == [(1, "refused"), (2, "moved")]
    refuse("outcome_changed", correct, town, print_id, 1, Outcome.DEAD)
    assert find_places(town) == {"moved": 1, "missing": 2}


def test_spoilt_paper_is_printed_anew_and_still_to_be_given(town):
    spoilt = bath()
    with transaction():
        counting.reprint_spoilt(actor=town.worker, print_ids=[spoilt], kid=1, now=clock.now())

    assert find_places(town) == {"spoilt": 1, "missing": 3}
    assert bath() != spoilt
    give(town, bath(), of(1), of(3))
    assert find_places(town) == {"spoilt": 1, "delivered": 3}
    assert list_rounds() == [True, False]


def test_a_count_is_refused_when_the_paper_changed_and_nothing_is_written(town):
    used = get_voucher("services", resident_id=1)
    give(town, of(1))
    redeem(town, get_code(used))
    old = bath()
    with transaction():
        serial = get_voucher("bath").serial
        reprint_voucher(actor=town.worker, serial=serial, reason="破损", kid=1, now=clock.now())
    count(town, bath())
    void(town, get_voucher("services", resident_id=3).serial)

    refuse("nothing_ticked", count, town, kind=BadInput)
    for print_id in (of(1), old, bath(), of(3), 999):
        refuse("handover_changed", count, town, print_id)


def test_a_scan_of_paper_that_came_back_says_why_it_does_not_count(town):
    def find(code, actor=town.worker):
        counting.find_returned(actor=actor, print_code=code)

    held, used = get_voucher("bath"), get_voucher("services", resident_id=1)
    old = get_code(held)
    give(town, get_print(used))
    redeem(town, get_code(used))
    with transaction():
        reprint_voucher(
            actor=town.worker, serial=held.serial, reason="破损", kid=1, now=clock.now()
        )
        hold_vouchers_of_departed(
            actor=town.worker, resident=db.session.get_one(Resident, 1), died=True, now=clock.now()
        )

    # Who died is no longer given any paper; it is counted all the same.
    find(get_code(held))
    refuse("superseded", find, old)
    refuse("already_used", find, get_code(used))
    refuse("print_unknown", find, "0" * 13, kind=NotFound)
    count(town, bath())
    refuse("counted_back", find, get_code(held))
    void(town, get_voucher("services", resident_id=3).serial)
    refuse("voucher_state", find, get_code(get_voucher("services", resident_id=3)))


def test_a_round_closes_only_when_its_counts_close_and_names_who_is_missing(town):
    count(town, bath())

    refused = refuse("counts_open", submit, town)
    assert refused.facts == {"count": 2, "names": "王秀英、张玉兰"}
    refuse("not_counted", close, town)

    give(town, of(1), of(3))
    submit(town)
    refuse("counted_already", submit, town)


def test_who_counted_does_not_close_and_the_database_says_so_too(town):
    count(town, bath(), of(1), of(3))
    submit(town, town.approver)

    refuse("self_approve", close, town, kind=NotAllowed)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            update(Round)
            .where(Round.counted_by.is_not(None))
            .values(closed_at=clock.now(), closed_by=Round.counted_by)
        )


def test_what_the_dead_left_is_not_void_by_who_recorded_the_death(town):
    with transaction():
        hold_vouchers_of_departed(
            actor=town.approver,
            resident=db.session.get_one(Resident, 1),
            died=True,
            now=clock.now(),
        )
    count(town, bath(), of(1), of(3), outcome=Outcome.DEAD)
    submit(town)

    refuse("self_approve", close, town, kind=NotAllowed)


def test_a_new_count_takes_back_that_all_was_counted(town):
    count(town, bath(), of(1), of(3))
    submit(town)

    correct(town, bath(), 1, Outcome.WITHDRAWN)

    refuse("not_counted", close, town)


def test_a_closed_round_is_not_changed(town):
    print_id = bath()
    count(town, print_id, of(1), of(3))
    submit(town)
    close(town)

    refuse("voucher_state", correct, town, print_id, 1, Outcome.MOVED)
    refuse("round_closed", submit, town)
    refuse("round_closed", close, town)


def test_given_paper_of_a_closed_round_does_not_come_back(town):
    give(town, bath(), of(1), of(3))

    assert list_rounds() == [True, False]
    refuse("round_closed", count, town, bath())


def test_nothing_is_counted_before_it_is_printed(town):
    with transaction():
        db.session.execute(
            update(Round).values(printed_at=None, released_at=None, released_by=None)
        )
        db.session.execute(update(IssueRun).values(printed_at=None))

    refuse("not_printed", count, town, bath())


def test_only_the_communities_that_were_printed_are_marked(town):
    with transaction():
        db.session.execute(
            update(Round).values(printed_at=None, released_at=None, released_by=None)
        )
    with transaction():
        mark_printed(run_id=1, now=clock.now(), codes={"510104002001"})

    printed = db.session.scalars(select(Round.printed_at).order_by(Round.community_id)).all()
    assert [at is not None for at in printed] == [False, True]


def test_of_two_who_count_the_same_paper_at_once_one_wins(town, app):
    print_id, together, answers = bath(), threading.Barrier(2), []
    db.session.rollback()

    def run(outcome):
        with app.app_context():
            together.wait()
            try:
                answers.append(count(town, print_id, outcome=outcome))
            except Refusal as refusal:
                answers.append(refusal.word)
            db.session.remove()

    threads = [threading.Thread(target=run, args=(o,)) for o in (Outcome.MOVED, Outcome.DEAD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers, key=str) == [1, "handover_changed"]
    assert len(db.session.scalars(select(PaperOutcome)).all()) == 1


# Spoilt paper counted and torn paper that was not: either way another sheet is given.
GIVEN = ("given", "new", "torn")


class Undone(Exception):
    """What was tried is given up, so that the next example starts from the same town."""


@contextmanager
def undone() -> Iterator[None]:
    with suppress(Undone), transaction():
        yield
        raise Undone


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    fates=st.lists(
        st.sampled_from(("given", "refused", "moved", "dead", "spoilt", "new", "torn", "void")),
        min_size=3,
        max_size=3,
    )
)
def test_whatever_becomes_of_the_paper_counts_and_money_close(town, fates):
    place = town.communities[0]
    with undone():
        here = select(Voucher).where(Voucher.community_id == place).order_by(Voucher.id)
        vouchers = db.session.scalars(here).all()
        lost = sum(meet_fate(town, *pair) for pair in zip(vouchers, fates, strict=True))

        papers = count_papers(run_id=1)[place]
        assert (papers.missing, papers.total) == (0, 3 + fates.count("new") + fates.count("torn"))
        closed = select(Round.closed_at).where(Round.community_id == place)
        if db.session.scalars(closed).one() is None:
            asked = {"run_id": 1, "community_id": place, "now": clock.now()}
            closing.submit_count(actor=town.worker, **asked)
            closing.close_round(actor=town.approver, **asked)

        after = count_papers(run_id=1)[place]
        assert (after.places, after.void_vouchers) == (papers.places, 0)
        budget = select(BudgetTotal.committed_fen)
        assert db.session.scalars(budget).one() == 30000 - lost
        assert run_checks()["breaches"] == []


def meet_fate(town, voucher, fate) -> int:
    """Let one fate befall a voucher; give the fen that go back to the budget by it."""
    paper, worker, now = [get_print(voucher)], town.worker, clock.now()
    if fate in GIVEN:
        if fate == "new":
            counting.reprint_spoilt(actor=worker, print_ids=paper, kid=1, now=now)
        if fate == "torn":
            serial = voucher.serial
            reprint_voucher(actor=worker, serial=serial, reason="破损", kid=1, now=now)
        paper = [get_print(voucher)]
        hand_over_prints(actor=worker, print_ids=paper, not_given={}, now=now)
    if fate == "void":
        serial = voucher.serial
        void_vouchers(actor=town.approver, first=serial, last=serial, reason="错", now=now)
    if fate in ("refused", "moved", "dead", "spoilt"):
        counting.count_back(actor=worker, print_ids=paper, outcome=Outcome(fate), now=now)
    return 0 if fate in GIVEN else voucher.committed_fen


def test_the_steps_of_a_round_follow_one_another():
    facts = ["is_printed", "is_released", "is_begun", "is_counted", "is_closed"]

    steps = [
        find_step(**{name: number < done for number, name in enumerate(facts)})
        for done in range(len(facts) + 1)
    ]

    assert steps == [
        *(Step.PRINT, Step.RELEASE, Step.TAKE_OUT, Step.COUNT, Step.CLOSE, Step.CLOSED),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (write_batch(run_id=7, community="510104001001"), (7, "510104001001")),
        (" round-000007-510104001001\r\n", (7, "510104001001")),
        ("ＲＯＵＮＤ－０００００７－５１０１０４００１００１", (7, "510104001001")),
        ("ROUND-7-51010400100", None),
        ("00000-00000-00000", None),
        ("HTTPS://YLQ.EXAMPLE.CN/V/AAAA", None),
    ],
)
def test_the_text_of_a_round_names_it_and_no_other_text_does(text, named):
    assert read_batch(text) == named
