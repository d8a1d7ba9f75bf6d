"""Laws of scoring, on any answers: the path for districts, the order, worse answers."""

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voucher.refusals import BadInput
from voucher.schemes.queries import (
    END_OF_TIME,
    get_instrument,
    list_bundled_schemes,
    open_instrument,
)
from voucher.schemes.rules.instruments import Direction, Instrument, Part
from voucher.schemes.rules.scoring import (
    RawRow,
    parse_answers,
    score_answers,
    score_points,
    score_rows,
)

LTCI = get_instrument("ltci-2021", 1)
BUNDLED = [scheme for scheme in list_bundled_schemes() if isinstance(scheme, Instrument)]
FILES = Path(__file__).parent / "files"
PROOFS = [
    open_instrument(str(FILES / name), on=END_OF_TIME)
    for name in ("germany-pflegegrad.toml", "ltci-self-rating.toml")
]
# MZ/T 039 is not: test_mzt.py has the counter-example.
MONOTONE = [one for one in [*BUNDLED, *PROOFS] if one.id != "mzt-039-2013"]


def draw_points(instrument: Instrument) -> st.SearchStrategy[tuple[int, ...]]:
    """Draw valid points; whole parts at an end are frequent, since levels change there."""
    parts = [draw_part(part) for part in instrument.parts]
    return st.tuples(*parts).map(lambda drawn: tuple(chain.from_iterable(drawn)))


def draw_part(part: Part) -> st.SearchStrategy[tuple[int, ...]]:
    return st.one_of(
        st.just(tuple(min(item.points) for item in part.items)),
        st.just(tuple(item.maximum for item in part.items)),
        st.tuples(*(st.sampled_from(sorted(item.points)) for item in part.items)),
    )


def draw_rows(instrument: Instrument) -> st.SearchStrategy[list[RawRow]]:
    known = [term.id for term in instrument.diagnoses]
    diagnoses = st.sampled_from([(), *((word,) for word in known), tuple(known)])
    row = st.tuples(draw_points(instrument), diagnoses, st.integers(0, 4), st.booleans())
    return st.lists(row, max_size=3)


@pytest.mark.parametrize("instrument", [*BUNDLED, *PROOFS], ids=lambda instrument: instrument.id)
@settings(max_examples=30)
@given(data=st.data())
def test_a_whole_district_is_scored_as_its_residents_are_one_by_one(
    instrument: Instrument, data: st.DataObject
):
    rows = data.draw(draw_rows(instrument))

    singly = [
        score_points(
            instrument=instrument,
            points=points,
            diagnoses=diagnoses,
            event_count=event_count,
            coma=coma,
        )
        for points, diagnoses, event_count, coma in rows
    ]

    assert list(score_rows(instrument=instrument, rows=rows)) == [
        (one.total, one.initial, one.level, one.reasons) for one in singly
    ]


@pytest.mark.parametrize("instrument", MONOTONE, ids=lambda instrument: instrument.id)
@settings(max_examples=30)
@given(data=st.data())
def test_no_worse_answer_gives_a_better_level(instrument: Instrument, data: st.DataObject):
    points = list(data.draw(draw_points(instrument)))
    order = [level.id for level in instrument.levels]
    place = data.draw(st.integers(0, len(points) - 1))
    item = instrument.items[place]
    part = next(part for part in instrument.parts if item in part.items)
    is_better = part.higher_is is Direction.BETTER
    given_points = points[place]
    worse = [n for n in item.points if (n <= given_points if is_better else n >= given_points)]

    before = score_points(instrument=instrument, points=tuple(points))
    points[place] = data.draw(st.sampled_from(sorted(worse)))
    after = score_points(instrument=instrument, points=tuple(points))

    assert order.index(after.level) >= order.index(before.level)


@pytest.mark.parametrize("instrument", MONOTONE, ids=lambda instrument: instrument.id)
def test_grades_never_get_better_with_the_sum_nor_levels_with_the_grades(instrument: Instrument):
    """Together with the sums this proves, for every answer, what the test above samples."""
    order = [level.id for level in instrument.levels]
    for part in instrument.parts:
        places = [part.grade_by_sum[total] for total in sorted(part.grade_by_sum)]
        assert places == sorted(places, reverse=part.higher_is is Direction.BETTER)
    by_total = instrument.level_by_total
    levels = [order.index(by_total[total]) for total in sorted(by_total)]
    assert levels == sorted(levels, reverse=instrument.higher_is is Direction.BETTER)
    by_grades = {grades: order.index(one) for grades, one in instrument.level_by_grades.items()}
    for grades, level in by_grades.items():
        for place, grade in enumerate(grades):
            worse = (*grades[:place], grade + 1, *grades[place + 1 :])
            assert by_grades.get(worse, level) >= level


@given(points=draw_points(LTCI), data=st.data())
def test_the_order_of_answers_never_matters(points: tuple[int, ...], data: st.DataObject):
    items = dict(zip((item.id for item in LTCI.items), points, strict=True))
    shuffled = {item: items[item] for item in data.draw(st.permutations(sorted(items)))}

    first, second = parse_answers(LTCI, {"items": items}), parse_answers(LTCI, {"items": shuffled})

    assert first == second
    assert score_answers(LTCI, first) == score_answers(LTCI, second)


@given(points=draw_points(LTCI), data=st.data())
def test_one_faulty_item_is_enough_to_refuse_all(points: tuple[int, ...], data: st.DataObject):
    items = dict(zip((item.id for item in LTCI.items), points, strict=True))
    item = data.draw(st.sampled_from(LTCI.items))
    faults = {
        "item_missing": None,
        "item_out_of_range": data.draw(st.integers(-3, 20).filter(lambda n: n not in item.points)),
        "item_not_integer": data.draw(st.sampled_from([0.5, "5", True, [5, 0], float("nan")])),
    }
    word = data.draw(st.sampled_from(sorted(faults)))

    with pytest.raises(BadInput) as refused:
        parse_answers(LTCI, {"items": {**items, item.id: faults[word]}})

    assert (refused.value.word, refused.value.facts["item"]) == (word, item.id)
