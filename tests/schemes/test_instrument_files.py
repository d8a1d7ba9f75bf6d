"""Instruments that grade their parts: what does not fit together is refused with its place."""

from pathlib import Path

import pytest

from voucher.refusals import BadInput
from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.instrument_files import load_instrument

TEXTS = {scheme: get_instrument(scheme, 1).text for scheme in ("ltci-2021", "mzt-039-2013", "katz")}
TEXTS["germany"] = (Path(__file__).parent / "files" / "germany-pflegegrad.toml").read_text("utf-8")


def refuse(scheme: str, before: str, after: str) -> BadInput:
    text = TEXTS[scheme]
    assert before in text
    with pytest.raises(BadInput) as refused:
        load_instrument(text=text.replace(before, after, 1), file="changed.toml")
    assert refused.value.word == "scheme_invalid"
    assert refused.value.sentence % refused.value.facts
    return refused.value


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        # Bands of a dimension: a gap, an overlap, beyond the sum, not down to the end, empty.
        ("upper = 95, lower = 65", "upper = 95, lower = 70", "parts[1].grades[3]"),
        ("upper = 95, lower = 65", "upper = 95, lower = 60", "parts[1].grades[3]"),
        ("upper = 95, lower = 65", "upper = 95, lower = 58", "parts[1].grades[3]"),
        ("upper = 100, lower = 100", "upper = 105, lower = 100", "parts[1].grades[1]"),
        ("upper = 40, lower = 0", "upper = 40, lower = 5", "parts[1].grades"),
        ("upper = 16, lower = 16", "upper = 16, lower = 17", "parts[2].grades[1]"),
        # The matrix: a cell missing, a level unknown, a level nobody reaches, a part not used.
        ('["1", "1", "1", "2"]', '["1", "1", "1"]', "combination.cells"),
        ('  ["1", "1", "1", "2"],\n', "", "combination.cells"),
        ('["3", "3", "4", "5"]', '["3", "3", "4", "6"]', "combination.cells"),
        ('["3", "3", "4", "5"]', '["3", "3", "4", 5]', "combination.cells"),
        ('["3", "3", "4", "5"]', '["3", "3", "4", "4"]', "levels"),
        ('columns = ["B", "C"]', 'columns = ["B"]', "combination"),
        ('columns = ["B", "C"]', 'columns = ["B", "D"]', "combination.columns"),
        ('columns = ["B", "C"]', 'columns = ["A", "B", "C"]', "combination.columns"),
        ('method = "matrix"', 'method = "table"', "combination.method"),
        # Items and totals.
        ('id = "C.3"', 'id = "C.2"', "parts"),
        ('id = "C"', 'id = "B"', "parts"),
        ('total_of = ["A"]\n', "", "maximum"),
        ('total_of = ["A"]', "total_of = []", "total_of"),
        ('name = { zh = "基本正常"', 'upper = 9, name = { zh = "基本正常"', "levels[1].upper"),
    ],
)
def test_a_matrix_that_does_not_fit_is_refused(before: str, after: str, path: str):
    assert refuse("ltci-2021", before, after).facts["path"] == path


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('when = "A == 3 ||', 'when = "B == 3 ||', "combination.rules[1].when"),
        ('when = "A == 3 ||', 'when = "A == 4 ||', "combination.rules[1].when"),
        ('when = "A == 3 ||', "when = \"A == '3' ||", "combination.rules[1].when"),
        ('when = "A == 0 && M == 0', 'when = "A == 3 && M == 0', "combination.rules[4].when"),
        ("gaps = 9", "gaps = 8", "combination.gaps"),
        ("gaps = 9\n", "", "combination.gaps"),
        ("overlaps = 60", "overlaps = 61", "combination.overlaps"),
        ('gap_part = "A"\n', "", "combination.gap_part"),
        ('gap_part = "A"', 'gap_part = "B"', "combination.gap_part"),
        ('rule = "mild"\nlevel', 'rule = "severe"\nlevel', "combination.rules"),
        # Grades by the worst answer: none, unknown, two for equal points, on another part.
        ('points = 1, grade = "2"', "points = 1", "parts[3].items[1].options"),
        ('points = 1, grade = "2"', 'points = 1, grade = "4"', "parts[3].items[1].options"),
        ('points = 2, grade = "3"', 'points = 1, grade = "3"', "parts[3].items[1].options"),
        ("{ points = 15,", '{ points = 15, grade = "0",', "parts[1].items[8].options"),
        ('graded_by = "worst"', 'graded_by = "best"', "parts[3].graded_by"),
        ('graded_by = "worst"\n', "", "parts[3].grades[1].lower"),
    ],
)
def test_conditions_and_worst_answers_that_do_not_fit_are_refused(
    before: str, after: str, path: str
):
    assert refuse("mzt-039-2013", before, after).facts["path"] == path


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('["m2", "m3"]', '["m2"]', "combination"),
        ('["m2", "m3"]', '["m2", "m7"]', "combination.take"),
        ('["m2", "m3"]', '["m2", "m3", "m2"]', "combination.take"),
        ('["m2", "m3"]', '"m2"', "combination.take"),
        ("value = 250, ", "", "parts[1].grades[2].value"),
        ("value = 250, ", "value = 2.5, ", "parts[1].grades[2].value"),
        ("upper = 1249", "upper = 1250", "levels[2]"),
        ("upper = 1249", "upper = 1000", "levels[2]"),
        # Nobody has 12.40, yet two bands that claim it are one mistake.
        ("lower = 1250", "lower = 1240", "levels[2]"),
        ("least = 0, most = 15", "least = 16, most = 15", "parts[1].items[1].least"),
        ("maximum = 10000", "maximum = 9999", "maximum"),
    ],
)
def test_added_values_that_do_not_fit_are_refused(before: str, after: str, path: str):
    assert refuse("germany", before, after).facts["path"] == path


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('higher_is = "better"', 'higher_is = "worse"', "levels[1]"),
        ('higher_is = "better"', 'higher_is = "more"', "higher_is"),
        (
            "maximum = 6\n\n[[parts.items]]",
            "maximum = 6\ngrades = []\n\n[[parts.items]]",
            "parts[1].grades",
        ),
        ('confidence = "sample"', 'confidence = "guess"', "notes[2].confidence"),
    ],
)
def test_a_plain_sum_that_does_not_fit_is_refused(before: str, after: str, path: str):
    assert refuse("katz", before, after).facts["path"] == path


def test_a_gap_is_refused_with_the_first_grades_it_leaves_open():
    found = refuse("mzt-039-2013", "gaps = 9", "gaps = 0")

    assert found.facts["example"] == "0 0 0 3"
    assert (found.facts["stated"], found.facts["found"]) == (0, 9)


def test_numbers_no_answers_come_to_need_no_band():
    text = TEXTS["germany"].replace("upper = 1249", "upper = 1125", 1)

    assert load_instrument(text=text, file="changed.toml").bands[0].upper == 1125
