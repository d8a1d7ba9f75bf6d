"""A box that is lost: nobody spends it from the first word on, two people void it."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.refusing import refuse
from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    Town,
    add_resident,
    fund,
    get_voucher,
    issue,
    let_out,
    make_town,
)
from voucher import clock
from voucher.db import db, transaction
from voucher.ledger.models import BudgetTotal
from voucher.refusals import NotAllowed, NotFound
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import BoxLoss, Round, Voucher
from voucher.vouchers.operations.ending import release_voucher
from voucher.vouchers.operations.handing import hand_over_prints
from voucher.vouchers.operations.losing import (
    Box,
    LossPreview,
    decline_loss,
    foresee_loss,
    report_loss,
    void_loss,
)
from voucher.vouchers.queries.deciding import count_waiting_rounds, list_questions


@pytest.fixture
def town(app) -> Town:
    """Give a town whose first community has 8,000 and 16,000 fen out, the former in her hands."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1])
    fund(town)
    issue(town)
    let_out(town.worker, 1, now=clock.now())
    with transaction():
        first = db.session.scalars(select(Voucher.id).order_by(Voucher.id)).first()
        hand_over_prints(actor=town.worker, print_ids=[first], not_given={}, now=clock.now())
    return town


def box(town, *, with_delivered=False) -> Box:
    serials = sorted(db.session.scalars(select(Voucher.serial)))
    db.session.rollback()
    return Box(1, town.communities[0], serials[0], serials[-1], with_delivered)


def report(town, lost, *, seen, actor=None) -> int:
    with transaction():
        return report_loss(
            actor=actor or town.worker,
            box=lost,
            reason="送券车被盗",
            seen_vouchers=seen,
            now=clock.now(),
        ).id


def void(town, loss_id, actor=None):
    with transaction():
        return void_loss(actor=actor or town.approver, loss_id=loss_id, now=clock.now())


def decline(town, loss_id):
    with transaction():
        decline_loss(actor=town.approver, loss_id=loss_id, now=clock.now())


def list_held() -> list[tuple[str, str | None]]:
    db.session.rollback()
    rows = db.session.execute(select(Voucher.state, Voucher.held_reason).order_by(Voucher.id))
    return [tuple(row) for row in rows]


def test_a_lost_box_is_held_at_once_and_void_by_a_second_person(town):
    assert foresee_loss(box=box(town)) == LossPreview(1, 16000, 1)
    loss_id = report(town, box(town), seen=1)

    assert list_held() == [("active", None), ("inactive", "lost"), ("inactive", None)]
    assert count_waiting_rounds(actor=town.approver) == 1
    assert count_waiting_rounds(actor=town.worker) == 0
    assert [one.loss_id for one in list_questions(actor=town.approver)] == [loss_id]

    assert void(town, loss_id) == 1

    assert list_held() == [("active", None), ("void", "lost"), ("inactive", None)]
    assert db.session.get_one(BudgetTotal, (AGE_BANDS, MONTH)).committed_fen == 27000 - 16000
    closed = db.session.scalars(select(Round.closed_at).order_by(Round.community_id)).all()
    assert [at is not None for at in closed] == [True, False]
    assert run_checks()["breaches"] == []


def test_what_people_hold_is_void_with_the_box_when_chosen(town):
    lost = box(town, with_delivered=True)
    assert foresee_loss(box=lost) == LossPreview(2, 24000, 1)

    assert void(town, report(town, lost, seen=2)) == 2


def test_a_box_that_was_found_is_used_again(town):
    decline(town, report(town, box(town), seen=1))

    assert list_held() == [("active", None), ("inactive", None), ("inactive", None)]
    report(town, box(town), seen=1)


def test_what_was_released_meanwhile_is_not_void(town):
    loss_id = report(town, box(town), seen=1)
    with transaction():
        serial = get_voucher("bath").serial
        release_voucher(actor=town.approver, serial=serial, reason="找到", now=clock.now())

    assert void(town, loss_id) == 0
    assert get_voucher("bath").state == "inactive"


def test_a_loss_is_refused_with_nothing_written(town):
    lost = box(town)
    refuse("loss_changed", report, town, lost, seen=2)
    one = get_voucher("services", resident_id=1).serial
    refuse("nothing_lost", report, town, replace(lost, first=one, last=one), seen=0)
    stranger = replace(town.worker, community_ids=frozenset({town.communities[1]}))
    refuse("round_unknown", report, town, lost, seen=1, actor=stranger, kind=NotFound)

    loss_id = report(town, lost, seen=1)
    refuse("loss_asked", report, town, lost, seen=1)
    foreign = replace(town.approver, community_ids=frozenset({town.communities[1]}))
    refuse("loss_unknown", void, town, loss_id, foreign, kind=NotFound)
    refuse("self_approve", void, town, loss_id, town.worker, kind=NotAllowed)
    void(town, loss_id)
    refuse("loss_decided", void, town, loss_id)
    refuse("loss_decided", decline, town, loss_id)


def test_the_database_refuses_one_person_for_both(town):
    report(town, box(town), seen=1)

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            update(BoxLoss).values(
                decision="voided", decided_by=BoxLoss.asked_by, decided_at=clock.now()
            )
        )
