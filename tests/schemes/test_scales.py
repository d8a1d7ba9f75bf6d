"""The scales beside GB/T 42195: the tables and worked examples they were written from."""

from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from voucher.refusals import BadInput
from voucher.schemes.queries import END_OF_TIME, get_instrument, open_instrument
from voucher.schemes.rules.checking import check_scheme
from voucher.schemes.rules.instrument_files import load_instrument
from voucher.schemes.rules.instruments import Direction, Instrument
from voucher.schemes.rules.scoring import Result, parse_answers, score_answers, score_total
from voucher.schemes.rules.values import Confidence

FILES = Path(__file__).parent / "files"
LTCI = get_instrument("ltci-2021", 1)
BARTHEL = get_instrument("barthel", 1)
KATZ = get_instrument("katz", 1)
LAWTON = get_instrument("lawton", 1)
GERMANY = open_instrument(str(FILES / "germany-pflegegrad.toml"), on=END_OF_TIME)
GATE = open_instrument(str(FILES / "ltci-self-rating.toml"), on=END_OF_TIME)

DAILY_LIVING = [10, 10, 5, 10, 10, 10, 15, 15, 10, 5]


def score(instrument: Instrument, points: list[int], **more: Any) -> Result:
    items = dict(zip((item.id for item in instrument.items), points, strict=True))
    return score_answers(instrument, parse_answers(instrument, {"items": items, **more}))


def spend(total: int, *, within: list[int], step: int) -> list[int]:
    """Make answers that come to a total: each item gives as much as it can, in steps."""
    answers = []
    for most in within:
        answers.append(min(most, total) // step * step)
        total -= answers[-1]
    assert total == 0
    return answers


def score_ltci(living: int, cognition: int, senses: int) -> Result:
    return score(
        LTCI,
        spend(living, within=DAILY_LIVING, step=5)
        + spend(cognition, within=[4] * 4, step=1)
        + spend(senses, within=[4] * 3, step=1),
    )


@pytest.mark.parametrize("instrument", [GERMANY, GATE], ids=lambda instrument: instrument.id)
def test_every_instrument_that_proves_the_format_passes_its_own_check(instrument: Instrument):
    assert check_scheme(instrument) == ()


def test_the_insurance_scale_has_17_items_in_three_dimensions():
    shape = [(part.id, len(part.items), part.maximum) for part in LTCI.parts]

    assert shape == [("A", 10, 100), ("B", 4, 16), ("C", 3, 12)]
    assert [sorted(item.points, reverse=True) for item in LTCI.parts[0].items] == [
        [10, 5, 0],
        [10, 5, 0],
        [5, 0],
        [10, 5, 0],
        [10, 5, 0],
        [10, 5, 0],
        [15, 10, 5, 0],
        [15, 10, 5, 0],
        [10, 5, 0],
        [5, 0],
    ]


@pytest.mark.parametrize(
    ("sums", "level"),
    [
        ((100, 16, 12), "0"),
        ((100, 15, 12), "0"),
        ((100, 3, 12), "1"),
        ((95, 16, 1), "2"),
        ((60, 10, 8), "2"),
        ((40, 16, 12), "3"),
    ],
)
def test_worked_examples_of_the_insurance_scale(sums: tuple[int, int, int], level: str):
    result = score_ltci(*sums)

    assert (result.subtotals, result.total, result.level) == (sums, sums[0], level)


LIVING_EDGES = {100: 0, 95: 1, 65: 1, 60: 2, 45: 2, 40: 3, 0: 3}
COGNITION_EDGES = {16: 0, 15: 1, 4: 1, 3: 2, 2: 2, 1: 3, 0: 3}
SENSES_EDGES = {12: 0, 11: 1, 4: 1, 3: 2, 2: 2, 1: 3, 0: 3}
LTCI_MATRIX = ["0011", "1112", "2223", "3345"]


def test_every_cell_of_the_insurance_matrix_at_both_edges_of_every_band():
    edges = product(LIVING_EDGES.items(), COGNITION_EDGES.items(), SENSES_EDGES.items())

    wrong = [
        (living, cognition, senses)
        for (living, row), (cognition, one), (senses, other) in edges
        if score_ltci(living, cognition, senses).level != LTCI_MATRIX[row][max(one, other)]
    ]

    assert wrong == []


def test_an_incomplete_insurance_form_is_not_graded():
    known = {"A.1": 5, "A.2": 0, "A.4": 10, "A.5": 10, "A.3": 5, "A.7": 15, "A.6": 10, "A.9": 0}

    with pytest.raises(BadInput) as refused:
        parse_answers(LTCI, {"items": known})

    assert refused.value.as_json() == {"error": "item_missing", "item": "A.8"}


@pytest.mark.parametrize(
    ("total", "level"),
    [(100, "0"), (95, "1"), (65, "1"), (60, "2"), (45, "2"), (40, "3"), (0, "3")],
)
def test_barthel_by_the_bands_of_hospital_nursing(total: int, level: str):
    assert score_total(instrument=BARTHEL, total=total).level == level


@pytest.mark.parametrize("total", [*range(41, 45), *range(61, 65), *range(96, 100), 101, -5])
def test_a_barthel_total_that_no_answers_come_to_is_refused(total: int):
    with pytest.raises(BadInput) as refused:
        score_total(instrument=BARTHEL, total=total)

    assert refused.value.word == "total_impossible"


@pytest.mark.parametrize("instrument", [LTCI, get_instrument("mzt-039-2013", 1), GATE])
def test_a_total_alone_grades_no_scale_of_several_dimensions(instrument: Instrument):
    with pytest.raises(BadInput) as refused:
        score_total(instrument=instrument, total=0)

    assert refused.value.as_json() == {"error": "total_alone", "instrument": instrument.id}


def test_only_the_stairs_with_one_helper_are_95_by_barthel_and_not_85():
    result = score(BARTHEL, [10, 5, 5, 10, 10, 10, 10, 15, 15, 5])

    assert (result.total, result.level) == (95, "1")


SHAH = """levels = [
  { id = "0", upper = 100, lower = 100, name = { zh = "独立", en = "Independent" } },
  { id = "1", upper = 99, lower = 91, name = { zh = "轻度", en = "Mild" } },
  { id = "2", upper = 90, lower = 61, name = { zh = "中度", en = "Moderate" } },
  { id = "3", upper = 60, lower = 21, name = { zh = "重度", en = "Heavy" } },
  { id = "4", upper = 20, lower = 0, name = { zh = "完全依赖", en = "Total" } },
]
"""


def test_another_policy_reads_the_same_barthel_items_by_bands_of_its_own():
    text = BARTHEL.text.replace('id = "barthel"', 'id = "barthel-shah"', 1)
    start, end = text.index("levels = ["), text.index("[[notes]]")
    examples = text.index("[[examples]]")
    text = text[:start] + SHAH + text[end:examples] + '[[examples]]\ntotal = 95\nlevel = "1"\n'

    shah = load_instrument(text=text, file="barthel-shah.toml")

    assert check_scheme(shah) == ()
    assert shah.items == BARTHEL.items
    totals = (100, 95, 90, 65, 60, 25, 20, 0)
    assert [score_total(instrument=shah, total=total).level for total in totals] == list("01223344")


def test_katz_and_lawton_count_what_needs_no_help():
    katz = [score_total(instrument=KATZ, total=total).level for total in range(7)]
    lawton = [score_total(instrument=LAWTON, total=total).level for total in range(9)]

    assert (KATZ.higher_is, LAWTON.higher_is) == (Direction.BETTER, Direction.BETTER)
    assert (katz, lawton) == (list("2221110"), list("111111110"))
    assert score(KATZ, [1, 1, 1, 1, 0, 0]).subtotals == (4,)


def test_katz_published_upside_down_gives_the_same_levels():
    text = KATZ.text.replace('higher_is = "better"', 'higher_is = "worse"')
    text = text[: text.index("[[examples]]")] + '[[examples]]\ntotal = 0\nlevel = "0"\n'
    for before, after in [
        ("upper = 6, lower = 6", "lower = 0, upper = 0"),
        ("upper = 5, lower = 3", "lower = 1, upper = 3"),
        ("upper = 2, lower = 0", "lower = 4, upper = 6"),
        ('points = 1, name = { zh = "不用', 'points = 7, name = { zh = "不用'),
        ("points = 0", "points = 1"),
        ("points = 7", "points = 0"),
    ]:
        assert before in text
        text = text.replace(before, after)

    losses = load_instrument(text=text, file="katz-losses.toml")

    for points in product((0, 1), repeat=6):
        lost = [1 - point for point in points]
        assert score(losses, lost).level == score(KATZ, list(points)).level


def test_the_self_rating_gate_counts_two_kinds_of_dependence():
    levels = {
        (first, second): score(
            GATE, spend(first, within=[1] * 3, step=1) + spend(second, within=[1] * 3, step=1)
        ).level
        for first, second in product(range(4), repeat=2)
    }

    assert levels == {
        (0, 0): "A",
        **dict.fromkeys([(1, 0), (0, 1), (0, 2)], "B"),
        **dict.fromkeys([(1, 1), (0, 3)], "C"),
        **dict.fromkeys([(2, 0), (1, 2)], "D"),
        **dict.fromkeys([(3, 0), (2, 1), (2, 2), (1, 3)], "E"),
        **dict.fromkeys([(3, 1), (3, 2), (2, 3)], "F"),
        (3, 3): "G",
    }


MODULES = [
    ([0, 2, 4, 6, 10, 16], [0, 250, 500, 750, 1000]),
    ([0, 2, 6, 11, 17, 34], [0, 375, 750, 1125, 1500]),
    ([0, 1, 3, 5, 7, 66], [0, 375, 750, 1125, 1500]),
    ([0, 3, 8, 19, 37, 55], [0, 1000, 2000, 3000, 4000]),
    ([0, 1, 2, 4, 6, 16], [0, 500, 1000, 1500, 2000]),
    ([0, 1, 4, 7, 12, 19], [0, 375, 750, 1125, 1500]),
]


@pytest.mark.parametrize("module", range(6))
def test_a_german_module_weighs_its_raw_sum_at_both_edges_of_every_band(module: int):
    starts, weights = MODULES[module]

    for (start, end), weighted in zip(pairwise(starts), weights, strict=True):
        for raw in (start, end - 1):
            sums = [0] * 6
            sums[module] = raw
            assert score(GERMANY, sums).total == weighted


@pytest.mark.parametrize(
    ("sums", "total", "level"),
    [
        ([0, 11, 0, 0, 0, 0], 1125, "0"),
        ([2, 0, 0, 3, 0, 0], 1250, "1"),
        ([2, 6, 0, 3, 0, 4], 2750, "2"),
        ([0, 6, 0, 3, 0, 4], 2500, "1"),
        ([10, 0, 7, 8, 0, 1], 4875, "3"),
        ([10, 0, 17, 8, 0, 0], 4500, "2"),
        ([10, 17, 0, 19, 4, 0], 7000, "4"),
        ([10, 17, 0, 19, 2, 1], 6875, "3"),
        ([10, 17, 0, 37, 6, 1], 8875, "4"),
        ([10, 17, 0, 37, 6, 4], 9250, "5"),
        ([15, 33, 65, 54, 15, 18], 10000, "5"),
    ],
)
def test_german_grades_on_both_sides_of_their_edges(sums: list[int], total: int, level: str):
    result = score(GERMANY, sums)

    assert (result.total, result.level) == (total, level)


def test_of_german_modules_two_and_three_only_the_higher_counts():
    assert score(GERMANY, [0, 17, 1, 0, 0, 0]).total == 1500
    assert score(GERMANY, [0, 2, 7, 0, 0, 0]).total == 1500
    assert score(GERMANY, [0, 17, 7, 0, 0, 0]).total == 1500


def test_loss_of_both_arms_and_legs_is_the_worst_german_grade_whatever_the_sums():
    result = score(GERMANY, [0] * 6, diagnoses=["limbs"])

    assert (result.initial, result.level, [one.rule for one in result.reasons]) == (
        "0",
        "5",
        ["limbs"],
    )


def test_a_sum_outside_its_range_is_refused_with_the_range():
    with pytest.raises(BadInput) as refused:
        score(GERMANY, [16, 0, 0, 0, 0, 0])

    assert refused.value.word == "item_out_of_range"
    assert refused.value.facts == {"item": "m1", "allowed": "0–15"}


def test_what_is_not_confirmed_says_so_beside_the_scale():
    assert [note.confidence for note in LTCI.notes] == [
        Confidence.CONFIRMED,
        Confidence.RECALLED,
        Confidence.RECALLED,
    ]
    assert (LTCI.confidence, BARTHEL.confidence) == (Confidence.RECALLED, Confidence.RECALLED)
