"""A second assessment is asked and read as a bedside form is."""

from dataclasses import replace
from datetime import date

import pytest

from tests.assessments import bedside
from tests.rechecks.factories import EVENTS, INSTRUMENT
from voucher.assessments.rules.answering import judge_content
from voucher.rechecks.rules.second import judge_second, list_second_fields

TODAY = date(2026, 12, 5)


def test_it_asks_the_items_and_what_scoring_needs_and_nothing_else():
    items = [item.id for item in INSTRUMENT.items]

    assert list_second_fields(INSTRUMENT) == [
        *("assessed", "assessor_1", "assessor_2"),
        *(*items, *EVENTS, "A.4.1", "A.5.11"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"A.4.1": ["I10-I15", "F00-F03"]},
        {"A.2.14.fall": "1", "A.2.14.other": "3"},
        {"B.3.9": "5", "A.5.11": "yes"},
        {"B.1.1": "3", "B.4.5": "2"},
    ],
)
def test_the_same_answers_are_worth_the_same_at_both_assessments(changes):
    content = {**bedside.fill_in(**changes), "assessor_2": ["孙立"]}

    first = judge_content(
        content=content, instrument=INSTRUMENT, born=date(1940, 1, 1), today=TODAY
    ).answered
    second = judge_second(
        content=content, instrument=INSTRUMENT, first_date=date(2026, 11, 1), today=TODAY
    ).second

    assert first is not None
    assert second is not None
    assert replace(second.given, records={}) == replace(first.given, records={})
