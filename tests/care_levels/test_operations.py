"""Grading proposes, another confirms, and a level follows the one before without gap."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.care_levels.factories import confirm, grade, list_levels
from tests.vouchers.factories import AGE_BANDS, Town, add_resident, make_town
from voucher.care_levels.models import CareLevel
from voucher.care_levels.queries.levels import find_levels_in_force
from voucher.db import db, transaction
from voucher.residents.models import Resident

SCALE = "shangcheng-six-classes"
DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)


@pytest.fixture
def town(app) -> Town:
    """Give a town with a woman in destitute support and one in none of the first five classes."""
    town = make_town()
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], situation=["特困"])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1])
    return town


def change_situation(resident_id, situation):
    with transaction():
        db.session.execute(
            update(Resident).where(Resident.id == resident_id).values(situation=situation)
        )


def in_force(on):
    found = find_levels_in_force(scale=SCALE, on=on)
    return {resident: level.level for resident, level in found.items()}


def test_a_proposal_counts_for_nothing_until_another_confirms_it(town):
    graded = grade(town.worker, on=DECEMBER)

    assert (graded.graded, graded.ungraded, graded.proposed) == (2, 0, 2)
    assert graded.levels == {"1": 1, "2": 0, "3": 0, "4": 0, "5": 0, "6": 1}
    assert in_force(DECEMBER) == {}

    assert confirm(town.approver, on=DECEMBER) == 2
    assert in_force(DECEMBER) == {1: "1", 2: "6"}


def test_nobody_confirms_what_he_graded(town):
    grade(town.approver, on=DECEMBER)

    assert confirm(town.approver, on=DECEMBER) == 0
    assert in_force(DECEMBER) == {}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(CareLevel).values(confirmed_by=CareLevel.graded_by))


def test_what_is_known_is_not_proposed_again(town):
    grade(town.worker, on=DECEMBER)
    assert grade(town.worker, on=DECEMBER).proposed == 0

    confirm(town.approver, on=DECEMBER)

    assert grade(town.worker, on=DECEMBER).proposed == 0
    assert grade(town.worker, on=JANUARY).proposed == 0


def test_a_new_level_ends_the_one_before_on_its_own_first_day(town):
    grade(town.worker, on=DECEMBER)
    confirm(town.approver, on=DECEMBER)
    change_situation(2, ["低保"])

    assert grade(town.worker, on=JANUARY).proposed == 1
    assert confirm(town.approver, on=JANUARY) == 1

    assert list_levels() == [
        ("1", "confirmed", DECEMBER, None),
        ("6", "confirmed", DECEMBER, JANUARY),
        ("2", "confirmed", JANUARY, None),
    ]
    assert (in_force(date(2026, 12, 31))[2], in_force(JANUARY)[2]) == ("6", "2")


def test_a_level_of_the_same_day_replaces_the_one_before(town):
    grade(town.worker, on=DECEMBER)
    confirm(town.approver, on=DECEMBER)
    change_situation(2, ["低保"])
    grade(town.worker, on=DECEMBER)

    confirm(town.approver, on=DECEMBER)

    assert list_levels() == [
        ("1", "confirmed", DECEMBER, None),
        ("6", "replaced", DECEMBER, None),
        ("2", "confirmed", DECEMBER, None),
    ]


def test_a_newer_proposal_takes_the_place_of_an_unconfirmed_one(town):
    grade(town.worker, on=DECEMBER)
    change_situation(2, ["低保"])

    assert grade(town.worker, on=DECEMBER).proposed == 1

    assert [level[:2] for level in list_levels()] == [("1", "proposed"), ("2", "proposed")]


def test_an_approver_confirms_his_own_area_only(town):
    grade(town.worker, on=DECEMBER)
    local = replace(town.approver, community_ids=frozenset({town.communities[0]}))

    assert confirm(local, on=DECEMBER) == 1
    assert in_force(DECEMBER) == {1: "1"}


def test_age_bands_are_counted_and_never_proposed(town):
    graded = grade(town.worker, on=DECEMBER, programme=AGE_BANDS)

    assert (graded.graded, graded.proposed, graded.levels["60-69"]) == (2, 0, 2)
    assert list_levels() == []


def test_whoever_departed_is_not_graded(town):
    with transaction():
        db.session.execute(
            update(Resident)
            .where(Resident.id == 1)
            .values(departed_date=DECEMBER, departure="died")
        )

    assert grade(town.worker, on=DECEMBER).graded == 1
