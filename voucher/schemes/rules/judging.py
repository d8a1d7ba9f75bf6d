"""From points to a level: the parts' grades, their combination and the change rules."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from voucher.schemes.rules.instruments import (
    AddedValues,
    Change,
    GradedBy,
    Instrument,
    Item,
    Part,
    Worsening,
)
from voucher.schemes.rules.values import Reason

Points = tuple[int, ...]
Judge = Callable[[Points], tuple[int, Points, str]]


def slice_parts(instrument: Instrument) -> dict[str, slice]:
    """Give where the points of each part stand among those of all items."""
    places, start = {}, 0
    for part in instrument.parts:
        places[part.id] = slice(start, start + len(part.items))
        start += len(part.items)
    return places


@lru_cache(maxsize=256)
def compile_judge(instrument: Instrument) -> Judge:
    """
    Give the function from valid points to (total, place of each part's grade, initial level).

    Everything that can be looked up is looked up: a district is 140,000 calls.
    """
    level_by_total, level_by_grades = instrument.level_by_total, instrument.level_by_grades
    if instrument.combination is None:
        add = _compile_total(instrument)

        def judge_total(points: Points) -> tuple[int, Points, str]:
            total = add(points)
            return total, (), level_by_total[total]

        return judge_total
    grade = _compile_grades(instrument)
    if isinstance(instrument.combination, AddedValues):
        count = _compile_values(instrument, instrument.combination)

        def judge_values(points: Points) -> tuple[int, Points, str]:
            grades = grade(points)
            total = count(grades)
            return total, grades, level_by_total[total]

        return judge_values
    add = _compile_total(instrument)

    def judge_grades(points: Points) -> tuple[int, Points, str]:
        grades = grade(points)
        return add(points), grades, level_by_grades[grades]

    return judge_grades


def _compile_total(instrument: Instrument) -> Callable[[Points], int]:
    places = slice_parts(instrument)
    chosen = [places[part] for part in instrument.total_of]
    if len(chosen) == len(places):
        return sum
    if len(chosen) == 1:
        only = chosen[0]
        return lambda points: sum(points[only])
    return lambda points: sum([sum(points[place]) for place in chosen])


def _compile_grades(instrument: Instrument) -> Callable[[Points], Points]:
    places = slice_parts(instrument)
    graders = [_compile_grade(part, places[part.id]) for part in instrument.parts]
    return lambda points: tuple([grade(points) for grade in graders])


def _compile_grade(part: Part, place: slice) -> Callable[[Points], int]:
    if part.graded_by is GradedBy.SUM:
        by_sum = part.grade_by_sum
        return lambda points: by_sum[sum(points[place])]
    order = [grade.id for grade in part.grades]
    tables = [_place_options(item, order) for item in part.items]
    return lambda points: max(
        [table[given] for table, given in zip(tables, points[place], strict=True)]
    )


def _place_options(item: Item, order: list[str]) -> Mapping[int, int]:
    return {option.points: order.index(option.grade) for option in item.options}


def _compile_values(instrument: Instrument, added: AddedValues) -> Callable[[Points], int]:
    order = [part.id for part in instrument.parts]
    values = [[grade.value for grade in part.grades] for part in instrument.parts]
    groups = [[order.index(part) for part in group] for group in added.take]
    return lambda grades: sum(
        [max([values[part][grades[part]] for part in group]) for group in groups]
    )


# Few different combinations occur in a district, so the conditions run once for each of them.
@lru_cache(maxsize=8_192)
def apply_changes(
    instrument: Instrument,
    initial: str,
    diagnoses: tuple[str, ...],
    event_count: int,
    coma: bool,
) -> tuple[str, tuple[Reason, ...]]:
    """Give the level after the change rules, and the rules that apply, in the file's order."""
    values = {"diagnoses": list(diagnoses), "event_count": event_count, "coma": coma}
    reasons: list[Reason] = []
    steps: list[int] = []
    for change in instrument.changes:
        if not change.when.holds(values):
            continue
        reason = _explain_change(change, values)
        if change.sets_level:
            return change.sets_level, (reason,)
        reasons.append(reason)
        steps.append(change.worsens_by)
    worse_by = sum(steps) if instrument.worsening is Worsening.EACH else max(steps, default=0)
    order = [level.id for level in instrument.levels]
    return order[min(order.index(initial) + worse_by, len(order) - 1)], tuple(reasons)


def _explain_change(change: Change, values: Mapping[str, Any]) -> Reason:
    return Reason(
        rule=change.rule,
        facts={name: values[name] for name in change.when.names},
        sentence=change.name.zh,
        english=change.name.en,
    )
