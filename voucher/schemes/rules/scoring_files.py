"""Reads what gives an instrument's total and level: parts, levels, bands and combination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voucher.refusals import N_
from voucher.schemes.rules.band_files import list_sums, place_bands
from voucher.schemes.rules.combination_files import Method, read_combination
from voucher.schemes.rules.instruments import AddedValues, Band, Combination, Direction, Part
from voucher.schemes.rules.part_files import read_maximum, read_parts
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import Level


@dataclass(frozen=True, slots=True)
class Scoring:
    """The fields of an instrument that score answers."""

    parts: tuple[Part, ...]
    levels: tuple[Level, ...]
    higher_is: Direction
    total_of: tuple[str, ...]
    maximum: int
    decimals: int
    combination: Combination | None
    bands: tuple[Band, ...]
    level_by_total: Mapping[int, str]
    level_by_grades: Mapping[tuple[int, ...], str]


def read_scoring(top: Table) -> Scoring:
    """
    Read how answers give a total and a level.

    :raises BadInput: scheme_invalid.
    """
    higher_is = top.choice("higher_is", Direction) if top.has("higher_is") else Direction.BETTER
    combined = top.table("combination") if top.has("combination") else None
    method = combined.choice("method", Method) if combined else None
    parts = read_parts(
        top,
        higher_is=higher_is,
        has_grades=method is not None,
        has_values=method is Method.VALUES,
    )
    levels, spans = _read_levels(top, has_bands=method in (None, Method.VALUES))
    combination: Combination | None = None
    level_by_grades: Mapping[tuple[int, ...], str] = {}
    if combined and method:
        combination, level_by_grades = read_combination(
            combined, method, parts=parts, levels=levels
        )
    total_of = _read_total_parts(top, parts, method)
    totals = _list_totals(parts, total_of, combination)
    placed: Mapping[int, int] = {}
    if spans:
        placed = place_bands(top, "levels", spans, reachable=totals, higher_is=higher_is)
    return Scoring(
        parts=parts,
        levels=levels,
        higher_is=higher_is,
        total_of=total_of,
        maximum=read_maximum(top, max(totals)),
        decimals=top.whole("decimals", most=4, default=0),
        combination=combination,
        bands=_make_bands(levels, spans),
        level_by_total={total: levels[place].id for total, place in placed.items()},
        level_by_grades=level_by_grades,
    )


def _make_bands(
    levels: Sequence[Level], spans: Sequence[tuple[Table, int, int]]
) -> tuple[Band, ...]:
    ends = ((lower, upper) for _, lower, upper in spans)
    return tuple(Band(level, *pair) for level, pair in zip(levels, ends, strict=False))


def _read_total_parts(top: Table, parts: Sequence[Part], method: Method | None) -> tuple[str, ...]:
    """Take the parts whose points make the total: all of them, unless the file names some."""
    known = tuple(part.id for part in parts)
    if method is Method.VALUES:
        return ()
    total_of = top.texts_among("total_of", known, known)
    if not total_of:
        top.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：至少要有一个维度"), key="total_of")
    return total_of


def _list_totals(
    parts: Sequence[Part], total_of: Sequence[str], combination: Combination | None
) -> frozenset[int]:
    """List the totals that answers can come to."""
    if not isinstance(combination, AddedValues):
        return list_sums(
            item.points for part in parts if part.id in total_of for item in part.items
        )
    values = {part.id: [grade.value for grade in part.grades] for part in parts}
    return list_sums(_list_highest([values[part] for part in group]) for group in combination.take)


def _list_highest(choices: Sequence[Sequence[int]]) -> set[int]:
    """List what the highest of several numbers can be, one taken out of each choice."""
    least = max(min(numbers) for numbers in choices)
    return {number for numbers in choices for number in numbers if number >= least}


def _read_levels(
    top: Table, has_bands: bool
) -> tuple[tuple[Level, ...], list[tuple[Table, int, int]]]:
    """Read the levels from best to worst and, where the total decides, the ends of their bands."""
    levels, bands = [], []
    for table in top.tables("levels", least=2):
        levels.append(Level(id=table.text("id"), name=table.words("name")))
        if has_bands:
            bands.append((table, table.whole("lower"), table.whole("upper")))
        table.finish()
    top.refuse_repeats("levels", (level.id for level in levels))
    return tuple(levels), bands
