"""What a simulation adds up, from facts alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.factories import (
    AGE_BANDS,
    DISTRICT,
    NATIONAL,
    SIX_CLASSES,
    edit,
    judge,
    load,
    make_person,
    run,
)
from voucher.reports.rules.cells import Column, Fen, show_cell
from voucher.reports.rules.judging import Due, LevelsFrom, choose_levels
from voucher.reports.rules.simulating import BAND_EDGES_FEN, simulate_roster
from voucher.reports.rules.tables import list_tables
from voucher.reports.rules.wording import CHINESE, word_verdict
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.values import Facts

CONFIRMED, PROPOSED, OWN_RULES = LevelsFrom
HERE = {1: 1}
ALL = (AGE_BANDS, NATIONAL, SIX_CLASSES)


@pytest.mark.parametrize(
    ("programme", "is_adopted", "counts_proposed", "expected"),
    [
        (NATIONAL, True, False, CONFIRMED),
        (NATIONAL, True, True, PROPOSED),
        # Another's scale does not change with the programme that reads it.
        (NATIONAL, False, False, CONFIRMED),
        (SIX_CLASSES, True, False, CONFIRMED),
        (SIX_CLASSES, True, True, OWN_RULES),
        (SIX_CLASSES, False, False, OWN_RULES),
        (AGE_BANDS, True, False, OWN_RULES),
    ],
)
def test_levels_are_those_confirmed_unless_nobody_could_confirm_them(
    programme, is_adopted, counts_proposed, expected
):
    chosen = choose_levels(
        programme=get_programme(programme, 1),
        is_adopted=is_adopted,
        counts_proposed=counts_proposed,
    )

    assert chosen is expected


@pytest.mark.parametrize(
    ("level", "age", "fen", "why_not"),
    [
        ("2", 60, 80_000, []),
        ("2", 59, 0, ["age_60"]),
        ("1", 60, 0, ["level_not_covered"]),
        ("", 60, 0, ["no_level"]),
        ("five", 60, 0, ["level_unknown"]),
    ],
)
def test_a_resident_is_due_what_the_programme_grants_or_a_reason(level, age, fen, why_not):
    due = judge(get_programme(NATIONAL, 1), CONFIRMED)(Facts(age=age), level)

    assert (due.fen, [reason.rule for reason in due.why_not]) == (fen, why_not)


def grant_flat(fen):
    """Make a judge that grants everybody the same."""
    return lambda facts, level: Due(level, (("care", fen),), fen, ())


def grant_by_level(facts, level):
    """Grant as many fen as the level is called, beyond one yuan."""
    fen = 100 + int(level)
    return Due(level, (("care", fen),), fen, ())


def test_both_edges_of_each_step_of_a_difference_are_exact():
    names = [str(fen) for edge in BAND_EDGES_FEN for fen in (edge, edge + 1)]
    national = get_programme(NATIONAL, 1)
    flat, stepped = (
        (national, CONFIRMED, grant_flat(100)),
        (national, CONFIRMED, grant_by_level),
    )
    people = {make_person(name, name): HERE for name in names}

    gained = simulate_roster(people=people, programmes=[flat, stepped], district_code=DISTRICT)
    lost = simulate_roster(people=people, programmes=[stepped, flat], district_code=DISTRICT)

    assert [band.gains for band in gained.change.bands] == [2, 2, 2, 2, 2, 1]
    assert [band.loses for band in lost.change.bands] == [2, 2, 2, 2, 2, 1]
    assert [band.loses for band in gained.change.bands] == [0] * 6
    assert (gained.change.same, lost.change.same) == (1, 1)


PEOPLE = st.dictionaries(
    st.builds(
        lambda age, situation, level, gbt: make_person(
            level,
            level,
            age=age,
            situation=tuple(situation),
            gbt_level=gbt,
        ),
        st.integers(58, 105),
        st.lists(st.sampled_from(("特困", "低保", "独居", "残疾")), unique=True, max_size=2),
        st.sampled_from(("", "0", "1", "2", "3", "4", "5")),
        st.sampled_from(("", "2", "4")),
    ),
    st.dictionaries(st.integers(1, 3), st.integers(1, 200), min_size=1),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(people=PEOPLE, first=st.sampled_from(ALL), other=st.sampled_from(ALL))
def test_every_part_adds_up_to_the_whole_and_the_way_back_is_the_opposite(people, first, other):
    there = run(people, get_programme(first, 1), get_programme(other, 1))
    back = run(people, get_programme(other, 1), get_programme(first, 1))

    residents = sum(count for places in people.values() for count in places.values())
    for outcome in there.outcomes:
        whole = outcome.whole
        assert whole.residents == residents
        assert sum(share.residents for share in outcome.levels.values()) == residents
        assert sum(share.fen for share in outcome.levels.values()) == whole.fen
        assert sum(share.covered for share in outcome.levels.values()) == whole.covered
        assert sum(share.fen for share in outcome.items.values()) == whole.fen
        assert sum(fen for _, fen in outcome.sources) == whole.fen
    change, opposite = there.change, back.change
    for groups in (there.communities, change.levels):
        assert sum(group.residents for group in groups.values()) == residents
        assert sum(group.difference_fen for group in groups.values()) == change.whole.difference_fen
        assert sum(group.gains for group in groups.values()) == change.whole.gains
    assert change.whole.gains + change.whole.loses + change.same == residents
    assert sum(band.gains for band in change.bands) == change.whole.gains
    assert sum(band.loses for band in change.bands) == change.whole.loses
    assert change.whole.difference_fen == -opposite.whole.difference_fen
    assert (change.whole.gains, change.newly_covered) == (
        opposite.whole.loses,
        opposite.no_longer_covered,
    )


@pytest.mark.parametrize(
    ("district", "central_fen", "local_fen"),
    # Of 80,001 fen 95 parts in the west, 85 in the east: 76,000.95 and 68,000.85.
    [("510104", 76_001, 4_000), ("330102", 68_001, 12_000)],
)
def test_a_total_is_split_among_its_sources_as_at_a_close(district, central_fen, local_fen):
    one = (get_programme(NATIONAL, 1), CONFIRMED, grant_flat(80_001))

    [outcome] = simulate_roster(
        people={make_person("2"): HERE}, programmes=[one], district_code=district
    ).outcomes

    split = [(source.id, fen) for source, fen in outcome.sources]
    assert split == [("central", central_fen), ("local", local_fen)]


def test_who_moves_in_and_out_of_a_programme_is_counted_apart_from_who_has_more_or_less():
    wider = load(
        edit(NATIONAL, ('["2", "3", "4"], cap_fen = 80000', '["1", "2"], cap_fen = 90000'))
    )
    people = {
        make_person(level, level): {1: n} for level, n in (("1", 5), ("2", 7), ("3", 11), ("", 13))
    }

    change = run(people, get_programme(NATIONAL, 1), wider).change

    counts = (change.newly_covered, change.no_longer_covered, change.same)
    assert counts == (5, 11, 13)
    assert (change.whole.gains, change.whole.loses) == (12, 11)
    assert change.whole.difference_fen == 12 * 90_000 - 18 * 80_000


@pytest.mark.parametrize(
    ("cap", "sentence"),
    [
        ("80100", "改用 B，每月最多多花 1,200.00 元；1,200 人增加，0 人减少"),
        ("79900", "改用 B，每月最多少花 1,200.00 元；0 人增加，1,200 人减少"),
        ("80000", "改用 B，每月最多花的钱不变；0 人增加，0 人减少"),
    ],
)
def test_one_sentence_says_what_a_change_comes_to(cap, sentence):
    other = load(edit(NATIONAL, ("cap_fen = 80000", f"cap_fen = {cap}")))
    simulation = run({make_person("3", "3"): {1: 1_200}}, get_programme(NATIONAL, 1), other)

    said = word_verdict(simulation=simulation, month="2026-12", voice=CHINESE)

    assert said == sentence


def test_tables_without_levels_hold_neither_levels_nor_reasons():
    simulation = run(
        {make_person("3", ""): HERE}, get_programme(NATIONAL, 1), get_programme(SIX_CLASSES, 1)
    )

    with_levels, without = (
        list_tables(simulation=simulation, places={}, with_levels=shown, voice=CHINESE)
        for shown in (True, False)
    )

    assert set(with_levels) - set(without) == {"levels", "levels_b", "reasons"}
    shown = [row[0] for row in without["summary"].rows]
    assert shown == ["名册人数", "应享人数", "每月最多（元）"]


@pytest.mark.parametrize(
    ("cell", "is_difference", "shown"),
    [
        ("甲", False, "甲"),
        (1_234, False, "1,234"),
        (1_234, True, "+1,234"),
        (0, True, "0"),
        (Fen(-50), True, "-0.50"),
        (Fen(123_456), True, "+1,234.56"),
    ],
)
def test_a_difference_shows_its_sign(cell, is_difference, shown):
    assert show_cell(cell, Column("", is_difference=is_difference)) == shown
