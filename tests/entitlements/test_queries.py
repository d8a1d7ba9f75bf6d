"""Who is due what for a month, and why not."""

from dataclasses import replace
from datetime import date

import pytest

from tests.care_levels.factories import SIX_CLASSES, confirm, grade
from tests.vouchers.factories import AGE_BANDS, MONTH, Town, add_resident, make_town
from voucher.entitlements.queries import list_entitlements
from voucher.schemes.queries import get_programme


@pytest.fixture
def town(app) -> Town:
    return make_town()


def list_due(actor, programme=AGE_BANDS, **named):
    """Give what each is due as (level, {item: fen}, [why not])."""
    due = list_entitlements(
        actor=actor, programme=get_programme(programme, 1), period_from=MONTH, **named
    )
    return {
        one.resident_id: (
            one.level,
            {grant.item: grant.committed_fen for grant in one.grants},
            [reason.rule for reason in one.why_not],
        )
        for one in due
    }


def test_an_age_band_is_that_of_the_months_first_day(town):
    for born in (date(1956, 12, 1), date(1956, 12, 2), date(1966, 12, 2)):
        add_resident(born=born, community_id=town.communities[0])

    due = list_due(town.worker)

    assert [due[number][:2] for number in (1, 2, 3)] == [
        ("70-79", {"services": 5000}),
        ("60-69", {"services": 3000}),
        ("", {}),
    ]
    assert due[3][2] != []


def test_a_level_nobody_confirmed_grants_nothing_and_says_so(town):
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], situation=["特困"])
    grade(town.worker, on=MONTH)
    assert list_due(town.worker, SIX_CLASSES) == {1: ("", {}, ["no_level"])}

    confirm(town.approver, on=MONTH)

    level, grants, _ = list_due(town.worker, SIX_CLASSES)[1]
    assert (level, bool(grants)) == ("1", True)


def test_a_level_from_the_next_month_grants_nothing_this_month(town):
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], situation=["特困"])
    grade(town.worker, on=date(2027, 1, 1))
    confirm(town.approver, on=date(2027, 1, 1))

    assert list_due(town.worker, SIX_CLASSES)[1][0] == ""


def test_whoever_departed_by_the_first_day_is_due_nothing(town):
    for departed in (date(2026, 12, 1), date(2026, 12, 2)):
        add_resident(
            born=date(1941, 1, 1), community_id=town.communities[0], departed_date=departed
        )

    assert list(list_due(town.worker)) == [2]


def test_the_dead_are_due_nothing_even_for_the_month_they_died_in(town):
    add_resident(
        born=date(1941, 1, 1),
        community_id=town.communities[0],
        departed_date=date(2026, 12, 2),
        departure="died",
    )

    assert list_due(town.worker) == {}


def test_nobody_sees_beyond_his_area(town):
    for community_id in town.communities:
        add_resident(born=date(1961, 1, 1), community_id=community_id)
    local = replace(town.worker, community_ids=frozenset({town.communities[1]}))

    assert list(list_due(local)) == [2]
    assert list(list_due(local, community_id=town.communities[0])) == []
    assert list(list_due(town.worker, resident_id=1)) == [1]
