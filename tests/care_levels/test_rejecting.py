"""A proposal sent back never counts, and does not come again by itself."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.care_levels.factories import (
    NATIONAL,
    SIX_CLASSES,
    assess,
    confirm,
    grade,
    list_levels,
)
from tests.refusing import refuse
from tests.shops.factories import make_person
from tests.vouchers.factories import Town, add_resident, make_town
from voucher import clock
from voucher.access import NotAllowed, Role
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.rejecting import reject_proposal
from voucher.care_levels.queries.proposals import (
    count_proposals,
    count_rejected,
    count_waiting_levels,
)
from voucher.db import db, transaction
from voucher.refusals import NotFound
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT

DAY = date(2026, 12, 1)


@pytest.fixture
def town(app) -> Town:
    """Give a town with one woman who was assessed and graded."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    assess(town.worker, on=DAY, lost=30)
    grade(town.worker, on=DAY, programme=NATIONAL)
    return town


def reject(actor, *, level_id=1, reason="日期与原表不符"):
    with transaction():
        reject_proposal(actor=actor, level_id=level_id, reason=reason, now=clock.now())


def test_what_was_sent_back_is_not_confirmed_and_not_proposed_again(town):
    reject(town.approver)

    assert confirm(town.approver, on=DAY, scale=GBT) == 0
    assert grade(town.worker, on=DAY, programme=NATIONAL).proposed == 0
    assert [row[:2] for row in list_levels()] == [("2", "rejected")]
    assert count_rejected(actor=town.worker) == 1


def test_another_assessment_is_proposed_again_and_settles_the_matter(town):
    reject(town.approver)
    assess(town.worker, on=date(2026, 12, 2), lost=50)
    assert count_rejected(actor=town.worker) == 0

    assert grade(town.worker, on=date(2026, 12, 3), programme=NATIONAL).proposed == 1

    assert [row[:2] for row in list_levels()] == [("2", "rejected"), ("3", "proposed")]


def test_a_class_sent_back_comes_again_only_when_the_facts_give_another(town):
    grade(town.worker, on=DAY)
    reject(town.approver, level_id=2)

    assert grade(town.worker, on=date(2027, 1, 1)).proposed == 0
    with transaction():
        db.session.execute(update(Resident).values(situation=["特困"]))
    assert grade(town.worker, on=date(2027, 1, 1)).proposed == 1
    assert confirm(town.approver, on=date(2027, 1, 1), scale=SIX_CLASSES) == 1


def test_nobody_sends_back_what_he_graded(town):
    other = make_person("other", Role.APPROVER)
    with transaction():
        db.session.execute(update(CareLevel).values(graded_by=other.account_id))

    refuse("self_approve", reject, other, kind=NotAllowed)

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            update(CareLevel).values(
                state="rejected",
                rejected_by=other.account_id,
                rejected_at=clock.now(),
                rejection_reason="x",
            )
        )


def test_what_is_decided_or_elsewhere_is_not_sent_back(town):
    refuse("level_unknown", reject, town.approver, level_id=9, kind=NotFound)
    elsewhere = make_person("elsewhere", Role.APPROVER, area="狮子山街道")
    refuse("level_unknown", reject, elsewhere, kind=NotFound)
    confirm(town.approver, on=DAY, scale=GBT)

    refuse("level_unknown", reject, town.approver, kind=NotFound)


def test_the_proposals_of_who_departed_are_neither_listed_nor_confirmed(town):
    assert count_waiting_levels(actor=town.approver) == 1
    with transaction():
        db.session.execute(update(Resident).values(departed_date=DAY, departure="died"))

    assert count_waiting_levels(actor=town.approver) == 0
    assert count_proposals(actor=town.approver) == {}
    assert confirm(town.approver, on=DAY, scale=GBT) == 0
