"""A result told step by step: which answer gave which points, which band, which rule moved it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from voucher.schemes.rules.instruments import (
    AddedValues,
    Grade,
    GradedBy,
    Instrument,
    Item,
    Matrix,
    OrderedRules,
    Part,
)
from voucher.schemes.rules.judging import slice_parts
from voucher.schemes.rules.scoring import Answers, Result, score_answers
from voucher.schemes.rules.steps import Step, StepKind, ToldPart, show_points
from voucher.schemes.rules.values import Words

TOTAL = Words(zh="总分", en="Total")
LEVEL = Words(zh="等级", en="Level")


def explain_score(
    instrument: Instrument, answers: Answers, chosen: Mapping[str, int] | None = None
) -> tuple[Step, ...]:
    """
    Tell how answers come to their level, down to each answer.

    `chosen` gives the number of the option by item, where it is known; otherwise options with
    equal points are told together.
    """
    result = score_answers(instrument, answers)
    changes = {change.rule: change.name for change in instrument.changes}
    return (
        *_explain_answers(instrument, answers, chosen or {}),
        *_explain_parts(instrument, answers, result),
        explain_initial(instrument, result),
        *(Step(StepKind.CHANGE, one.rule, changes[one.rule]) for one in result.reasons),
        Step(StepKind.LEVEL, result.level, LEVEL, _name_level(instrument, result.level)),
    )


def group_answers(instrument: Instrument, steps: Sequence[Step]) -> tuple[ToldPart, ...]:
    """Give the steps of the parts, each with the answers to its items."""
    answers = iter([step for step in steps if step.kind is StepKind.ANSWER])
    told = [step for step in steps if step.kind is StepKind.PART]
    return tuple(
        ToldPart(step, tuple(islice(answers, len(part.items))))
        for step, part in zip(told, instrument.parts, strict=True)
    )


def _explain_answers(
    instrument: Instrument, answers: Answers, chosen: Mapping[str, int]
) -> Iterator[Step]:
    for item, points in zip(instrument.items, answers.points, strict=True):
        yield Step(
            StepKind.ANSWER,
            item.id,
            item.name,
            _name_answer(item, points, chosen.get(item.id)),
            points=points,
            maximum=item.maximum,
        )


def _name_answer(item: Item, points: int, number: int | None) -> Words | None:
    names = [one.name for one in item.options if one.points == points]
    exact = [one.name for one in item.options if one.number == number and one.points == points]
    names = exact or names
    if not names:
        return None
    return Words(" / ".join(name.zh for name in names), " / ".join(name.en for name in names))


def _explain_parts(instrument: Instrument, answers: Answers, result: Result) -> Iterator[Step]:
    slices, deciding = slice_parts(instrument), _list_deciding(instrument, result)
    for place, part in enumerate(instrument.parts):
        points = answers.points[slices[part.id]]
        grade = _find_grade(part, result.grades[place]) if result.grades else None
        counts = part.graded_by is GradedBy.SUM
        yield Step(
            StepKind.PART,
            part.id,
            part.name,
            grade.name if grade else None,
            points=result.subtotals[place] if counts else None,
            maximum=part.maximum if counts else None,
            lower=grade.lower if grade else None,
            upper=grade.upper if grade else None,
            note=_note_grade(instrument, result, part, grade, points) if grade else None,
            decides=part.id in deciding,
        )


def _list_deciding(instrument: Instrument, result: Result) -> tuple[str, ...]:
    """Give the parts without which the level might be another."""
    combination = instrument.combination
    if combination is None:
        return instrument.total_of
    if isinstance(combination, Matrix):
        return combination.row, _find_column(instrument, combination, result)
    if isinstance(combination, AddedValues):
        values = _map_values(instrument, result)
        return tuple(_find_highest(group, values) for group in combination.take)
    return tuple(part.id for part in instrument.parts)


def _find_highest(group: Sequence[str], values: Mapping[str, int]) -> str:
    return max(group, key=lambda part: values[part])


def _find_column(instrument: Instrument, matrix: Matrix, result: Result) -> str:
    places = _place_grades(instrument, result)
    return max(matrix.columns, key=lambda part: places[part])


def _place_grades(instrument: Instrument, result: Result) -> dict[str, int]:
    """Give where the grade of each part stands among its grades, the best being 0."""
    return {
        part.id: [grade.id for grade in part.grades].index(grade_id)
        for part, grade_id in zip(instrument.parts, result.grades, strict=True)
    }


def _note_grade(
    instrument: Instrument, result: Result, part: Part, grade: Grade, points: Sequence[int]
) -> Words | None:
    if isinstance(instrument.combination, AddedValues):
        return _note_value(instrument, instrument.combination, result, part, grade)
    if part.graded_by is GradedBy.WORST and grade != part.grades[0]:
        return _note_worst(part, points, grade)
    return None


def _find_grade(part: Part, grade_id: str) -> Grade:
    return next(grade for grade in part.grades if grade.id == grade_id)


def _note_worst(part: Part, points: Sequence[int], grade: Grade) -> Words:
    """Name the items whose answers alone give the grade."""
    worst = [
        item.name
        for item, given in zip(part.items, points, strict=True)
        if any(one.points == given and one.grade == grade.id for one in item.options)
    ]
    zh, en = "、".join(name.zh for name in worst), ", ".join(name.en for name in worst)
    return Words(f"最差的是：{zh}", f"worst: {en}")


def _note_value(
    instrument: Instrument, added: AddedValues, result: Result, part: Part, grade: Grade
) -> Words:
    """Tell what the grade counts, or that another part counts in its place."""
    values = _map_values(instrument, result)
    group = next(group for group in added.take if part.id in group)
    if part.id != _find_highest(group, values):
        return Words("不计，取较高的维度", "not counted, another part counts as much or more")
    counted = show_points(grade.value, decimals=instrument.decimals)
    return Words(f"计 {counted} 分", f"counts {counted}")


def _map_values(instrument: Instrument, result: Result) -> dict[str, int]:
    pairs = zip(instrument.parts, result.grades, strict=True)
    return {part.id: _find_grade(part, grade).value for part, grade in pairs}


def explain_initial(instrument: Instrument, result: Result) -> Step:
    """Tell how the points alone, before any change rule, come to a level."""
    level = _name_level(instrument, result.initial)
    combination = instrument.combination
    if isinstance(combination, Matrix):
        name = _name_cell(instrument, combination, result)
        return Step(StepKind.INITIAL, result.initial, name, level)
    if isinstance(combination, OrderedRules):
        rule, name = _name_deciding_rule(instrument, combination, result)
        return Step(StepKind.INITIAL, rule, name, level)
    band = next(band for band in instrument.bands if band.level.id == result.initial)
    return Step(
        StepKind.INITIAL,
        result.initial,
        TOTAL,
        level,
        points=result.total,
        maximum=instrument.maximum,
        lower=band.lower,
        upper=band.upper,
        decimals=instrument.decimals,
    )


def _name_cell(instrument: Instrument, matrix: Matrix, result: Result) -> Words:
    """Name the row and the column of the table that met."""
    parts = {
        part.id: (part.name, _find_grade(part, grade).name)
        for part, grade in zip(instrument.parts, result.grades, strict=True)
    }
    row_name, row_grade = parts[matrix.row]
    name, grade = parts[_find_column(instrument, matrix, result)]
    zh, en = ("中较差的", "the worse being ") if len(matrix.columns) > 1 else ("", "")
    return Words(
        f"“{row_name.zh}”{row_grade.zh}，其余维度{zh}“{name.zh}”{grade.zh}",
        f"{row_name.en} {row_grade.en.lower()}, {en}{name.en.lower()} {grade.en.lower()}",
    )


def _name_deciding_rule(
    instrument: Instrument, ordered: OrderedRules, result: Result
) -> tuple[str, Words]:
    places = _place_grades(instrument, result)
    for rule in ordered.rules:
        if rule.when.holds(places):
            return rule.rule, rule.name
    name = next(part.name for part in instrument.parts if part.id == ordered.gap_part)
    return "gap", Words(
        f"没有条件适用于这些档次，按“{name.zh}”的档次定级",
        f"No condition fits these grades; the grade of {name.en.lower()} decides",
    )


def _name_level(instrument: Instrument, level_id: str) -> Words:
    return next(level.name for level in instrument.levels if level.id == level_id)
