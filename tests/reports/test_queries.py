"""A simulation looks at the very roster an issue run looks at, and writes nothing."""

from dataclasses import replace
from datetime import date

import pytest

from tests.care_levels.factories import confirm, grade
from tests.refusing import read_tables, refuse
from tests.reports.factories import AGE_BANDS, NATIONAL, SIX_CLASSES, edit, give_level, load
from tests.vouchers.factories import MONTH, Town, add_resident, make_town, plan
from voucher.care_levels.models import LevelState
from voucher.refusals import BadInput
from voucher.reports.queries import check_month, list_places, simulate
from voucher.schemes.queries import get_programme

DAY_AFTER = date(2026, 12, 2)


@pytest.fixture
def town(app) -> Town:
    return make_town()


def look(actor, *programmes, counts_proposed=False, community_id=None):
    return simulate(
        actor=actor,
        programmes=[get_programme(one, 1) if isinstance(one, str) else one for one in programmes],
        on=MONTH,
        community_id=community_id,
        counts_proposed=counts_proposed,
    )


def count_levels(outcome):
    return {level: share.residents for level, share in outcome.levels.items()}


def test_a_simulation_comes_to_the_fen_of_the_run_and_leaves_every_table_as_it_was(town):
    first, second = town.communities
    for born, place, situation in (
        (date(1941, 1, 1), first, ["独居"]),
        (date(1956, 12, 1), second, []),
        (date(1956, 12, 2), second, ["空巢", "低保"]),
        (date(1920, 3, 1), first, ["特困"]),
        (date(1966, 12, 2), first, []),
    ):
        add_resident(born=born, community_id=place, situation=situation)
    add_resident(born=date(1941, 1, 1), community_id=first, departed_date=MONTH)
    add_resident(born=date(1941, 1, 1), community_id=first, departed_date=DAY_AFTER)
    add_resident(
        born=date(1941, 1, 1), community_id=first, departed_date=DAY_AFTER, departure="died"
    )
    grade(town.worker, on=MONTH)
    confirm(town.approver, on=MONTH)
    before = read_tables()

    found = look(town.finance, AGE_BANDS, SIX_CLASSES)

    assert read_tables() == before
    plans = [plan(town, programme=programme) for programme in (AGE_BANDS, SIX_CLASSES)]
    assert [one.whole.fen for one in found.outcomes] == [one.value_fen for one in plans]
    assert [one.whole.covered for one in found.outcomes] == [one.residents for one in plans]
    assert [one.whole.residents for one in found.outcomes] == [6, 6]
    assert min(one.value_fen for one in plans) > 0


def test_a_level_counts_when_it_is_confirmed_and_in_force_on_the_first_day(town):
    people = [
        add_resident(born=date(1950, 1, 1), community_id=town.communities[0]) for _ in range(5)
    ]
    give_level(resident_id=people[0], level="2")
    give_level(resident_id=people[1], level="3", to_date=MONTH)
    give_level(resident_id=people[2], level="3", from_date=DAY_AFTER)
    give_level(resident_id=people[3], level="4", state=LevelState.PROPOSED)
    give_level(resident_id=people[0], level="1", state=LevelState.PROPOSED)

    [confirmed] = look(town.finance, NATIONAL).outcomes
    [proposed] = look(town.finance, NATIONAL, counts_proposed=True).outcomes

    assert count_levels(confirmed) == {"2": 1, "": 4}
    assert [(reason.rule, count) for reason, count in confirmed.why_not] == [("no_level", 4)]
    assert count_levels(proposed) == {"1": 1, "4": 1, "": 3}


def test_an_edited_copy_classes_by_its_own_rules_and_its_original_by_confirmed_levels(town):
    add_resident(born=date(1950, 1, 1), community_id=town.communities[0], situation=["低保"])
    edited = load(edit(SIX_CLASSES, ('"低保" in situation', '"残疾" in situation')))

    original, other = look(town.finance, SIX_CLASSES, edited).outcomes
    classed, _ = look(town.finance, SIX_CLASSES, edited, counts_proposed=True).outcomes

    assert [count_levels(one) for one in (original, other, classed)] == [
        {"": 1},
        {"6": 1},
        {"2": 1},
    ]


def test_conditions_see_the_general_scale_whatever_the_programme_reads(town):
    resident = add_resident(born=date(1950, 1, 1), community_id=town.communities[0])
    give_level(resident_id=resident, level="2", state=LevelState.PROPOSED)

    assert count_levels(look(town.finance, load(edit(SIX_CLASSES) + "\n")).outcomes[0]) == {"6": 1}
    [outcome] = look(town.finance, SIX_CLASSES, counts_proposed=True).outcomes
    assert count_levels(outcome) == {"5": 1}


def test_only_what_is_paid_in_yuan_is_simulated(town):
    foreign = load(edit(AGE_BANDS, ("areas = []", 'areas = []\ncurrency = "HKD"')))

    refuse("simulation_currency", look, town.finance, AGE_BANDS, foreign, kind=BadInput)


def test_nobody_counts_beyond_the_area(town):
    for community_id in town.communities:
        add_resident(born=date(1950, 1, 1), community_id=community_id)
    first, second = town.communities
    local = replace(town.approver, community_ids=frozenset({second}))

    assert list(look(local, AGE_BANDS).communities) == [second]
    assert list(look(town.approver, AGE_BANDS, community_id=first).communities) == [first]
    assert look(local, AGE_BANDS, community_id=first).residents == 0
    assert list(list_places(actor=local)) == [second]


@pytest.mark.parametrize(
    ("month", "is_known"),
    [
        (date(2026, 11, 1), False),
        (date(2026, 12, 1), True),
        (date(2027, 12, 1), True),
        (date(2028, 1, 1), False),
    ],
)
def test_a_month_is_this_one_or_one_of_the_coming_twelve(month, is_known):
    if is_known:
        check_month(month, today=date(2026, 12, 31))
        return
    with pytest.raises(BadInput) as caught:
        check_month(month, today=date(2026, 12, 31))
    assert caught.value.word == "simulation_month"
