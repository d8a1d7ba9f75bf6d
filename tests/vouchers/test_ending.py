"""Vouchers held, voided, cancelled with their run, or lapsed: every fen goes somewhere."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.ledger.factories import list_postings
from tests.redemptions.factories import redeem
from tests.refusing import refuse
from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    Town,
    add_resident,
    draft,
    fund,
    get_code,
    get_voucher,
    give,
    issue,
    make_town,
)
from voucher import clock
from voucher.cases.models import Case
from voucher.db import db, transaction
from voucher.ledger.models import BudgetTotal
from voucher.periods import start_of_day
from voucher.refusals import NotAllowed, NotFound
from voucher.residents.models import Resident
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import IssueRun, Voucher
from voucher.vouchers.operations.cancelling import cancel_run
from voucher.vouchers.operations.ending import (
    hold_voucher,
    hold_vouchers_of_departed,
    lapse_vouchers,
    release_voucher,
    void_vouchers,
)

END = start_of_day(date(2027, 1, 1))
LATE = timedelta(hours=72)


@pytest.fixture
def town(app) -> Town:
    """Give a town with 8,000 + 2 x 8,000 fen issued in one community, 3,000 in the other."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1])
    fund(town)
    issue(town)
    return town


def hold(town, serial):
    with transaction():
        hold_voucher(actor=town.worker, serial=serial, reason="核实", now=clock.now())


def release(town, serial):
    with transaction():
        release_voucher(actor=town.approver, serial=serial, reason="已核实", now=clock.now())


def void(actor, first, last=None):
    with transaction():
        return void_vouchers(
            actor=actor, first=first, last=last or first, reason="遗失", now=clock.now()
        )


def lapse(town, now):
    with transaction():
        return lapse_vouchers(actor=town.worker, now=now)


def cancel(town, run_id):
    with transaction():
        cancel_run(actor=town.approver, run_id=run_id, reason="有误", now=clock.now())


def get_run_state():
    db.session.rollback()
    return db.session.scalars(select(IssueRun.state)).one()


def get_committed():
    db.session.rollback()
    return db.session.get_one(BudgetTotal, (AGE_BANDS, MONTH)).committed_fen


def test_a_hold_stops_a_voucher_once_and_a_release_frees_it_once(town):
    serial = get_voucher("bath").serial

    hold(town, serial)
    assert get_voucher("bath").held_reason == "核实"
    refuse("voucher_state", hold, town, serial)

    release(town, serial)
    assert get_voucher("bath").held_reason is None
    refuse("voucher_state", release, town, serial)


def test_held_paper_is_not_given_out(town):
    hold(town, get_voucher("bath").serial)

    assert give(town, 1) == 2
    assert (get_voucher("bath").state, get_run_state()) == ("inactive", "issued")


def test_a_void_voucher_gives_its_budget_back(town):
    assert void(town.approver, get_voucher("bath").serial) == 1

    voucher = get_voucher("bath")
    assert (voucher.state, voucher.void_fen, voucher.balance_fen) == ("void", 16000, 0)
    assert list_postings("void") == [[("committed", -16000, -2), ("void", 16000, 2)]]
    assert get_committed() == 8000 + 3000


def test_what_was_spent_before_is_not_voided(town):
    give(town, 1)
    voucher = get_voucher("services", resident_id=1)
    redeem(town, get_code(voucher))

    void(town.approver, voucher.serial)

    ended = get_voucher("services", resident_id=1)
    assert (ended.redeemed_fen, ended.void_fen) == (3000, 5000)
    assert run_checks()["breaches"] == []


def test_a_range_voids_what_lies_in_it_and_in_the_area(town):
    serials = sorted(db.session.scalars(select(Voucher.serial)))
    street_approver = replace(town.approver, community_ids=frozenset({town.communities[0]}))

    assert void(street_approver, serials[0], serials[-1]) == 2
    refuse("voucher_unknown", void, street_approver, serials[0], serials[-1], kind=NotFound)


def test_a_void_voucher_makes_place_for_another(town):
    void(town.approver, get_voucher("bath").serial)

    again = issue(town)

    items = db.session.scalars(select(Voucher.item).where(Voucher.run_id == again)).all()
    assert (again, items) == (2, ["bath"])


def test_what_the_dead_had_is_held_and_voided_only_by_a_second_person(town):
    with transaction():
        resident = db.session.get_one(Resident, 1)
        held = hold_vouchers_of_departed(
            actor=town.approver, resident=resident, died=True, now=clock.now()
        )
    serial = get_voucher("bath").serial

    assert (held, get_voucher("bath").held_reason) == (2, "died")
    refuse("self_approve", void, town.approver, serial, kind=NotAllowed)

    assert void(town.worker, serial) == 1
    assert db.session.scalars(select(Case.decision)).all() == ["voided"]


def test_whoever_moved_keeps_this_months_paper(town):
    with transaction():
        resident = db.session.get_one(Resident, 1)
        held = hold_vouchers_of_departed(
            actor=town.worker, resident=resident, died=False, now=clock.now()
        )

    assert (held, get_voucher("bath").held_reason) == (0, None)


def test_a_draft_is_given_up_without_touching_money(app):
    town = make_town()
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0])
    run_id = draft(town)

    cancel(town, run_id)

    assert (get_run_state(), list_postings("cancel")) == ("cancelled", [])
    refuse("run_state", cancel, town, run_id)


def test_an_issued_run_is_cancelled_before_its_first_handover_with_all_its_money(town):
    cancel(town, 1)

    states = set(db.session.scalars(select(Voucher.state)))
    assert (get_run_state(), states, get_committed()) == ("cancelled", {"void"}, 0)
    assert run_checks()["breaches"] == []


def test_after_the_first_handover_a_run_stands(town):
    give(town, 1)

    refuse("handed_over", cancel, town, 1)


def test_online_vouchers_lapse_at_the_end_and_offline_ones_72_hours_later(town):
    give(town, 1)

    assert lapse(town, END - timedelta(microseconds=1)) == 0
    assert lapse(town, END) == 1
    assert get_voucher("bath").state == "lapsed"
    assert lapse(town, END + LATE - timedelta(microseconds=1)) == 0
    assert lapse(town, END + LATE) == 2
    assert lapse(town, END + LATE) == 0
    assert set(db.session.scalars(select(Voucher.state))) == {"lapsed"}


def test_a_lapse_is_one_entry_a_run_and_community(town):
    add_resident(born=date(1951, 1, 1), community_id=town.communities[1])
    issue(town)
    give(town, 1)
    give(town, 2)

    assert lapse(town, END + LATE) == 4

    assert [sorted(posting) for posting in list_postings("lapse")] == [
        [
            ("committed", -16000, -2),
            ("committed", -8000, 0),
            ("lapsed", 8000, 0),
            ("lapsed", 16000, 2),
        ],
        [("committed", -3000, 0), ("lapsed", 3000, 0)],
        [("committed", -5000, 0), ("lapsed", 5000, 0)],
    ]
    assert run_checks()["breaches"] == []


def test_paper_never_handed_over_lapses_too_and_its_run_closes(town):
    lapse(town, END + LATE)

    assert get_run_state() == "closed"
    assert get_committed() == 27000
