"""Reads how the grades of an instrument's parts come together to a level, and proves it whole."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product
from math import prod

from voucher.refusals import N_
from voucher.schemes.rules.conditions import Samples
from voucher.schemes.rules.instruments import (
    AddedValues,
    Combination,
    LevelRule,
    Matrix,
    OrderedRules,
    Part,
)
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import Level

MAX_COMBINATIONS = 10_000

LevelByGrades = Mapping[tuple[int, ...], str]


class Method(StrEnum):
    """How the grades of the parts give a level."""

    MATRIX = "matrix"
    RULES = "rules"
    VALUES = "values"


def read_combination(
    table: Table, method: Method, *, parts: Sequence[Part], levels: Sequence[Level]
) -> tuple[Combination, LevelByGrades]:
    """
    Read a combination and the level of every combination of grades; none where values add up.

    :raises BadInput: scheme_invalid, also for a part nobody uses and for gaps and overlaps that
        the file does not count.
    """
    if prod(len(part.grades) for part in parts) > MAX_COMBINATIONS and method is not Method.VALUES:
        table.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：档次的组合最多 %(limit)s 种"),
            limit=MAX_COMBINATIONS,
        )
    if method is Method.MATRIX:
        return _read_matrix(table, parts, levels)
    if method is Method.RULES:
        return _read_rules(table, parts, levels)
    return _read_added_values(table, parts), {}


def _read_matrix(
    table: Table, parts: Sequence[Part], levels: Sequence[Level]
) -> tuple[Matrix, LevelByGrades]:
    known = [part.id for part in parts]
    row = table.text_among("row", known)
    columns = table.texts_among("columns", known)
    _refuse_unused(table, parts, {row, *columns})
    by_id = {part.id: part for part in parts}
    widths = {len(by_id[column].grades) for column in columns}
    if row in columns or len(widths) != 1:
        table.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：各列维度的档数应相同，且不含行的维度"),
            key="columns",
        )
    cells = _read_cells(table, len(by_id[row].grades), widths.pop(), levels)
    table.finish()
    at, beside = known.index(row), [known.index(column) for column in columns]
    level_by_grades = {
        grades: cells[grades[at]][max(grades[place] for place in beside)]
        for grades in _list_grades(parts)
    }
    return Matrix(row=row, columns=columns, cells=cells), level_by_grades


def _read_cells(
    table: Table, height: int, width: int, levels: Sequence[Level]
) -> tuple[tuple[str, ...], ...]:
    cells = table.value("cells")
    known = [level.id for level in levels]
    is_whole = (
        isinstance(cells, list)
        and [len(row) if isinstance(row, list) else 0 for row in cells] == [width] * height
    )
    if not is_whole or any(cell not in known for row in cells for cell in row):
        table.refuse(
            N_(
                "%(file)s 第 %(line)s 行 %(path)s：应为 %(height)s 行、每行 %(width)s 格，"
                "每格写一个等级，可用：%(known)s"
            ),
            key="cells",
            height=height,
            width=width,
            known=" ".join(known),
        )
    return tuple(tuple(row) for row in cells)


def _read_rules(
    table: Table, parts: Sequence[Part], levels: Sequence[Level]
) -> tuple[OrderedRules, LevelByGrades]:
    samples: Samples = {part.id: range(len(part.grades)) for part in parts}
    tables = table.tables("rules", least=1)
    rules = tuple(_read_rule(one, samples, levels) for one in tables)
    table.refuse_repeats("rules", (rule.rule for rule in rules))
    gap_part = _read_gap_part(table, parts, levels)
    used = {name for rule in rules for name in rule.when.names}
    _refuse_unused(table, parts, used | {gap_part})
    holding = {
        grades: [rule for rule in rules if rule.when.holds(_name_grades(parts, grades))]
        for grades in _list_grades(parts)
    }
    deciding = {found[0].rule for found in holding.values() if found}
    for one, rule in zip(tables, rules, strict=True):
        if rule.rule not in deciding:
            one.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：前面的规则已覆盖，永远用不到"), key="when"
            )
    counted = OrderedRules(
        rules=rules,
        gap_part=gap_part,
        gaps=_count(table, "gaps", [g for g, found in holding.items() if not found]),
        overlaps=_count(table, "overlaps", [g for g, found in holding.items() if len(found) > 1]),
    )
    if counted.gaps and not gap_part:
        table.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：有空缺时要写明按哪个维度定级"), key="gap_part"
        )
    table.finish()
    at = [part.id for part in parts].index(gap_part) if gap_part else 0
    return counted, {
        grades: found[0].level if found else levels[grades[at]].id
        for grades, found in holding.items()
    }


def _read_rule(table: Table, samples: Samples, levels: Sequence[Level]) -> LevelRule:
    rule = LevelRule(
        rule=table.text("rule"),
        name=table.words("name"),
        level=table.text_among("level", (level.id for level in levels)),
        when=table.condition("when", samples),
    )
    table.finish()
    return rule


def _read_gap_part(table: Table, parts: Sequence[Part], levels: Sequence[Level]) -> str:
    if not table.has("gap_part"):
        return ""
    fitting = [part.id for part in parts if len(part.grades) == len(levels)]
    return table.text_among("gap_part", fitting)


def _count(table: Table, key: str, found: Sequence[tuple[int, ...]]) -> int:
    """Take how many combinations the author knows of: one he did not see coming is refused."""
    stated = table.whole(key, default=0)
    if stated != len(found):
        table.refuse(
            N_(
                "%(file)s 第 %(line)s 行 %(path)s："
                "写的是 %(stated)s 种组合，逐一核对是 %(found)s 种"
                "（例：%(example)s）"
            ),
            key=key,
            stated=stated,
            found=len(found),
            example=" ".join(map(str, found[0])) if found else "-",
        )
    return stated


def _read_added_values(table: Table, parts: Sequence[Part]) -> AddedValues:
    known = [part.id for part in parts]
    groups = table.value("take")
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        table.refuse(
            N_('%(file)s 第 %(line)s 行 %(path)s：应为若干组维度，如 [["a"], ["b", "c"]]'),
            key="take",
        )
    taken = [part for group in groups for part in group]
    for part in taken:
        if part not in known:
            table.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：未知的“%(value)s”，可用：%(known)s"),
                key="take",
                value=str(part)[:40],
                known=" ".join(known),
            )
    table.refuse_repeats("take", taken)
    _refuse_unused(table, parts, set(taken))
    table.finish()
    return AddedValues(take=tuple(tuple(group) for group in groups if group))


def _refuse_unused(table: Table, parts: Sequence[Part], used: set[str]) -> None:
    for part in parts:
        if part.id not in used:
            table.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：没有用到维度“%(value)s”，它的档次不起作用"),
                value=part.id,
            )


def _list_grades(parts: Sequence[Part]) -> Iterator[tuple[int, ...]]:
    return product(*(range(len(part.grades)) for part in parts))


def _name_grades(parts: Sequence[Part], grades: tuple[int, ...]) -> dict[str, int]:
    return {part.id: place for part, place in zip(parts, grades, strict=True)}
