"""Scoring by GB/T 42195-2022: every published and derived example, every refusal, the laws."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.refusals import BadInput
from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.scoring import (
    Answers,
    parse_answers,
    score_answers,
    score_points,
    score_total,
)

GBT = get_instrument("gbt-42195-2022", 1)
ITEM_IDS = [item.id for item in GBT.items]
ALL_ONES = "11111111 1111 111111111 11111"

POINTS = st.tuples(*(st.sampled_from(sorted(item.points)) for item in GBT.items))
DIAGNOSES = st.lists(st.sampled_from(["F00-F03", "F04-F99"]), unique=True)
EVENTS = st.dictionaries(
    st.sampled_from(["fall", "wandering", "choking", "self_harm", "other"]), st.integers(0, 4)
)


def make_data(digits: str, **more: Any) -> dict[str, Any]:
    points = [int(digit) for digit in digits.replace(" ", "")]
    return {"items": dict(zip(ITEM_IDS, points, strict=True)), **more}


def score(digits: str, **more: Any) -> tuple[Any, ...]:
    result = score_answers(GBT, parse_answers(GBT, make_data(digits, **more)))
    rules = [reason.rule for reason in result.reasons]
    return result.subtotals, result.total, result.initial, result.level, rules


def test_the_instrument_has_26_items_in_four_parts_and_90_points():
    shape = [(part.id, len(part.items), sum(i.maximum for i in part.items)) for part in GBT.parts]

    assert shape == [("B.1", 8, 32), ("B.2", 4, 15), ("B.3", 9, 28), ("B.4", 5, 15)]
    assert (len(GBT.items), GBT.maximum) == (26, 90)


def test_only_these_items_have_another_maximum_than_four():
    others = {item.id: item.maximum for item in GBT.items if item.maximum != 4}

    assert others == {
        "B.2.4": 3,
        "B.3.7": 1,
        "B.3.8": 1,
        "B.3.9": 2,
        "B.4.1": 2,
        "B.4.2": 2,
        "B.4.4": 3,
    }


def test_options_with_equal_points_stay_apart_stupor_is_not_coma():
    consciousness = next(item for item in GBT.items if item.id == "B.3.9")

    shown = [(option.number, option.points, option.name.en) for option in consciousness.options]

    assert shown[3:] == [(4, 0, "Stupor"), (5, 0, "Coma")]


@pytest.mark.parametrize(
    ("total", "level"),
    [
        (90, "0"),
        (89, "1"),
        (66, "1"),
        (65, "2"),
        (46, "2"),
        (45, "3"),
        (30, "3"),
        (29, "4"),
        (0, "4"),
    ],
)
def test_a_total_gives_its_level_on_both_sides_of_every_edge(total: int, level: str):
    assert score_total(instrument=GBT, total=total).level == level


@pytest.mark.parametrize(
    ("digits", "subtotals", "total", "level"),
    [
        ("44444444 4442 444444112 22434", (32, 14, 28, 15), 89, "1"),
        ("33333333 3332 333333001 11323", (24, 11, 19, 10), 64, "2"),
        ("22222222 2221 222222001 11212", (16, 7, 13, 7), 43, "3"),
        (ALL_ONES, (8, 4, 9, 5), 26, "4"),
        ("33333333 3332 333333102 11323", (24, 11, 21, 10), 66, "1"),
        ("33333333 3332 333333002 11323", (24, 11, 20, 10), 65, "2"),
        ("22222222 2221 222233001 11212", (16, 7, 15, 7), 45, "3"),
        ("21111221 2110 222222000 00102", (11, 4, 12, 3), 30, "3"),
        ("21111221 1110 222222000 00102", (11, 3, 12, 3), 29, "4"),
    ],
)
def test_answers_give_subtotals_total_and_level(
    digits: str, subtotals: tuple[int, ...], total: int, level: str
):
    assert score(digits) == (subtotals, total, level, level, [])


@pytest.mark.parametrize(
    ("digits", "more", "initial", "level", "rules"),
    [
        ("33333333 3332 333333102 11323", {"diagnoses": ["F00-F03"]}, "1", "2", ["diagnosis"]),
        ("21111221 2110 222222000 00102", {"diagnoses": ["F04-F99"]}, "3", "4", ["diagnosis"]),
        (ALL_ONES, {"diagnoses": ["F00-F03"]}, "4", "4", ["diagnosis"]),
        (ALL_ONES, {"events": {"fall": 2}}, "4", "4", ["risk_events"]),
        (ALL_ONES, {"coma": True}, "4", "4", ["coma"]),
    ],
)
def test_a_change_rule_moves_the_level_and_is_kept_as_reason_at_the_worst_level(
    digits: str, more: dict[str, Any], initial: str, level: str, rules: list[str]
):
    assert score(digits, **more)[2:] == (initial, level, rules)


FULL = "44444444 4443 444444112 22434"


@pytest.mark.parametrize(
    ("more", "level", "rules"),
    [
        ({}, "0", []),
        ({"coma": True}, "4", ["coma"]),
        ({"diagnoses": ["F00-F03"]}, "1", ["diagnosis"]),
        ({"events": {"fall": 1}}, "0", []),
        ({"events": {"fall": 2}}, "1", ["risk_events"]),
        ({"events": {"fall": 1, "choking": 1}}, "1", ["risk_events"]),
        (
            {"diagnoses": ["F04-F99", "F00-F03"], "events": {"fall": 3}},
            "1",
            ["diagnosis", "risk_events"],
        ),
        ({"coma": True, "diagnoses": ["F00-F03"], "events": {"fall": 9}}, "4", ["coma"]),
    ],
)
def test_full_points_change_once_at_most_and_coma_ends_the_matter(
    more: dict[str, Any], level: str, rules: list[str]
):
    assert score(FULL, **more) == ((32, 15, 28, 15), 90, "0", level, rules)


def test_no_points_for_consciousness_are_not_coma():
    assert score("44444444 4443 444444110 22434")[2:] == ("1", "1", [])


def test_a_reason_names_the_facts_it_looked_at():
    data = make_data(FULL, diagnoses=["F04-F99"], events={"choking": 1, "fall": 2})

    result = score_answers(GBT, parse_answers(GBT, data))

    assert [reason.as_json() for reason in result.reasons] == [
        {"rule": "diagnosis", "diagnoses": ["F04-F99"]},
        {"rule": "risk_events", "event_count": 3},
    ]


@pytest.mark.parametrize(
    ("item", "value", "word"),
    [
        ("B.2.4", None, "item_missing"),
        ("B.2.4", 4, "item_out_of_range"),
        ("B.3.7", 2, "item_out_of_range"),
        ("B.4.4", 4, "item_out_of_range"),
        ("B.1.1", -1, "item_out_of_range"),
        ("B.1.1", 10**30, "item_out_of_range"),
        ("B.1.1", 3.5, "item_not_integer"),
        ("B.1.1", float("nan"), "item_not_integer"),
        ("B.1.1", float("inf"), "item_not_integer"),
        ("B.1.1", "4", "item_not_integer"),
        ("B.1.1", True, "item_not_integer"),
        ("B.1.1", [4, 3], "item_not_integer"),
    ],
)
def test_a_faulty_item_is_refused_by_name(item: str, value: Any, word: str):
    data = make_data(FULL)
    data["items"][item] = value

    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, data)

    assert (refused.value.word, refused.value.facts["item"]) == (word, item)


def test_an_item_left_out_is_missing():
    data = make_data(FULL)
    del data["items"]["B.2.4"]

    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, data)

    assert refused.value.as_json() == {"error": "item_missing", "item": "B.2.4"}


def test_the_first_faulty_item_in_the_instruments_order_is_named():
    data = make_data(FULL)
    data["items"] |= {"B.4.5": None, "B.1.3": 5}

    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, data)

    assert refused.value.facts["item"] == "B.1.3"


def test_no_answers_at_all_miss_the_first_item():
    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, {})

    assert refused.value.as_json() == {"error": "item_missing", "item": "B.1.1"}


def test_an_item_the_instrument_does_not_have_is_unknown():
    data = make_data(FULL)
    data["items"]["B.9.9"] = 1

    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, data)

    assert refused.value.as_json() == {"error": "item_unknown", "item": "B.9.9"}


def test_a_whole_float_is_its_integer():
    data = make_data(FULL)
    data["items"]["B.1.1"] = 4.0

    assert parse_answers(GBT, data) == parse_answers(GBT, make_data(FULL))


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"diagnoses": ["F99"]}, "diagnosis_unknown"),
        ({"diagnoses": [["F00-F03"]]}, "diagnosis_unknown"),
        ({"diagnoses": "F00-F03"}, "answers_format"),
        ({"events": {"trip": 1}}, "event_unknown"),
        ({"events": {"fall": -1}}, "event_count"),
        ({"events": {"fall": 1.5}}, "event_count"),
        ({"events": {"fall": True}}, "event_count"),
        ({"events": {"fall": "2"}}, "event_count"),
        ({"events": {"fall": 1000}}, "event_count"),
        ({"events": ["fall"]}, "answers_format"),
        ({"coma": "yes"}, "coma_format"),
        ({"coma": 1}, "coma_format"),
        ({"comma": True}, "field_unknown"),
    ],
)
def test_what_stands_beside_the_items_is_judged_too(more: dict[str, Any], word: str):
    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, make_data(FULL, **more))

    assert refused.value.word == word


def test_items_that_are_no_object_are_refused():
    with pytest.raises(BadInput) as refused:
        parse_answers(GBT, {"items": [4] * 26})

    assert refused.value.word == "answers_format"


@given(points=POINTS, diagnoses=DIAGNOSES, events=EVENTS, coma=st.booleans(), data=st.data())
def test_the_order_of_answers_never_matters(
    points: tuple[int, ...],
    diagnoses: list[str],
    events: dict[str, int],
    coma: bool,
    data: st.DataObject,
):
    items = dict(zip(ITEM_IDS, points, strict=True))
    shuffled = {item: items[item] for item in data.draw(st.permutations(ITEM_IDS))}
    kinds = data.draw(st.permutations(sorted(events)))

    given_order = {"items": items, "diagnoses": diagnoses, "events": events, "coma": coma}
    other_order = {
        "coma": coma,
        "events": {kind: events[kind] for kind in kinds},
        "diagnoses": diagnoses[::-1],
        "items": shuffled,
    }

    first, second = parse_answers(GBT, given_order), parse_answers(GBT, other_order)
    assert first == second
    assert score_answers(GBT, first) == score_answers(GBT, second)


@given(points=POINTS, diagnoses=DIAGNOSES, events=EVENTS, coma=st.booleans(), data=st.data())
def test_no_worse_answer_gives_a_better_level(
    points: tuple[int, ...],
    diagnoses: list[str],
    events: dict[str, int],
    coma: bool,
    data: st.DataObject,
):
    place = data.draw(st.integers(0, len(points) - 1))
    worse = data.draw(st.integers(0, points[place]))
    more_diagnoses = tuple(sorted({*diagnoses, data.draw(st.sampled_from(["F00-F03", "F04-F99"]))}))

    before = score_points(
        instrument=GBT,
        points=points,
        diagnoses=tuple(sorted(diagnoses)),
        event_count=sum(events.values()),
        coma=coma,
    )
    after = score_points(
        instrument=GBT,
        points=(*points[:place], worse, *points[place + 1 :]),
        diagnoses=more_diagnoses,
        event_count=sum(events.values()) + data.draw(st.integers(0, 2)),
        coma=coma or data.draw(st.booleans()),
    )

    assert after.total <= before.total
    assert int(after.initial) >= int(before.initial)
    assert int(after.level) >= int(before.level)


@given(points=POINTS)
def test_the_total_is_the_sum_of_the_subtotals_and_of_the_points(points: tuple[int, ...]):
    result = score_answers(GBT, Answers(points=points))

    assert (result.total, sum(result.subtotals)) == (sum(points), sum(points))
