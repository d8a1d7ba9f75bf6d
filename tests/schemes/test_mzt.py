"""MZ/T 039-2013: its tables, the nine gaps, the sixty overlaps, and that it is not monotone."""

from itertools import product

import pytest

from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.instruments import OrderedRules
from voucher.schemes.rules.scoring import parse_answers, score_answers

MZT = get_instrument("mzt-039-2013", 1)
IDS = [item.id for item in MZT.items]

# Answers that give each dimension the grades 0, 1, 2, 3.
DAILY = [
    [10, 5, 5, 10, 10, 10, 10, 15, 15, 10],
    [10, 5, 5, 10, 10, 10, 10, 15, 15, 5],
    [0, 0, 0, 0, 0, 5, 10, 15, 15, 10],
    [0] * 10,
]
MENTAL = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [2, 2, 2]]
SENSES = [[0, 1, 1, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 3]]
SOCIAL = [[2, 0, 0, 0, 0], [3, 0, 0, 0, 0], [4, 4, 0, 0, 0], [4, 4, 4, 4, 4]]
ALL = tuple(product(range(4), repeat=4))


def score(daily: int, mental: int, senses: int, social: int, **more):
    points = [*DAILY[daily], *MENTAL[mental], *SENSES[senses], *SOCIAL[social]]
    data = {"items": dict(zip(IDS, points, strict=True)), **more}
    return score_answers(MZT, parse_answers(MZT, data))


def list_conditions(daily: int, *others: int) -> list[str]:
    """Give every level whose condition, as published, holds for the grades."""
    mental, senses, social = others
    some = sum(grade in (1, 2) for grade in others)
    holds = {
        "3": daily == 3 or (daily, *others) == (2, 2, 2, 2) or (daily == 2 and 3 in others),
        "2": (daily == 1 and (others == (2, 2, 2) or 3 in others))
        or (daily == 2 and some in (1, 2)),
        "1": (daily == 0 and (mental >= 1 or senses >= 1 or social == 2))
        or (daily == 1 and min(others) <= 1),
        "0": daily == mental == senses == 0 and social <= 1,
    }
    return [level for level, does_hold in holds.items() if does_hold]


def test_all_256_combinations_take_the_worst_condition_that_holds_or_else_the_daily_grade():
    wrong = [
        grades
        for grades in ALL
        if score(*grades).level != [*list_conditions(*grades), str(grades[0])][0]
    ]

    assert wrong == []


def test_the_published_combination_leaves_nine_gaps_and_sixty_overlaps():
    gaps = ["".join(map(str, grades)) for grades in ALL if not list_conditions(*grades)]
    overlaps = [found for grades in ALL if len(found := list_conditions(*grades)) > 1]

    assert gaps == ["0003", "2000", *["2111", "2112", "2121", "2122", "2211", "2212", "2221"]]
    assert (overlaps.count(["2", "1"]), overlaps.count(["3", "2"]), len(overlaps)) == (30, 30, 60)
    assert isinstance(MZT.combination, OrderedRules)
    assert (MZT.combination.gaps, MZT.combination.overlaps) == (9, 60)


def test_it_is_not_monotone_a_worse_social_grade_can_give_a_better_level():
    better = [
        ("".join(map(str, grades)), "".join(map(str, worse)))
        for grades in ALL
        for place in range(4)
        if grades[place] < 3
        for worse in [(*grades[:place], grades[place] + 1, *grades[place + 1 :])]
        if score(*worse).level < score(*grades).level
    ]

    # The only fall: 0003 is a gap and takes the daily grade 0, while 0002 is mild.
    assert better == [("0002", "0003")]


def make_answers(part: str, sums: range):
    """Give answers of one part for each sum, all else at its best."""
    best = dict(zip(IDS, [*DAILY[0], *MENTAL[0], *SENSES[0], *SOCIAL[0]], strict=True))
    items = next(one.items for one in MZT.parts if one.id == part)
    for total in sums:
        left, points = total, {}
        for item in items:
            points[item.id] = max(p for p in item.points if p <= left)
            left -= points[item.id]
        yield {"items": best | points}


@pytest.mark.parametrize(
    ("part", "sums", "grades"),
    [
        ("A", range(0, 101, 5), "3" * 9 + "2" * 4 + "1" * 7 + "0"),
        ("M", range(7), "0122333"),
        ("P", range(21), "000" + "1" * 5 + "2" * 6 + "3" * 7),
    ],
)
def test_a_dimension_is_graded_by_its_sum(part: str, sums: range, grades: str):
    place = [one.id for one in MZT.parts].index(part)

    got = [
        score_answers(MZT, parse_answers(MZT, data)).grades[place]
        for data in make_answers(part, sums)
    ]

    assert got == list(grades)


@pytest.mark.parametrize(
    ("item", "grades"), [("S.1", "0233"), ("S.2", "00123"), ("S.3", "00123"), ("S.4", "0123")]
)
def test_senses_are_graded_by_the_worst_item(item: str, grades: str):
    best = dict(zip(IDS, [*DAILY[0], *MENTAL[0], *[0] * 4, *SOCIAL[0]], strict=True))

    got = [
        score_answers(MZT, parse_answers(MZT, {"items": best | {item: points}})).grades[2]
        for points in range(len(grades))
    ]

    assert got == list(grades)


@pytest.mark.parametrize(
    ("grades", "more", "level", "rules"),
    [
        ((0, 0, 0, 0), {"coma": True, "diagnoses": ["F00-F03"]}, "3", ["coma"]),
        ((0, 0, 0, 0), {"diagnoses": ["F04-F99"]}, "1", ["diagnosis"]),
        ((0, 0, 0, 0), {"events": {"fall": 1}}, "0", []),
        ((1, 0, 0, 0), {"events": {"fall": 1, "choking": 1}}, "2", ["risk_events"]),
        ((3, 0, 0, 0), {"events": {"wandering": 2}}, "3", ["risk_events"]),
    ],
)
def test_change_rules(grades, more, level: str, rules: list[str]):
    result = score(*grades, **more)

    assert (result.level, [reason.rule for reason in result.reasons]) == (level, rules)
