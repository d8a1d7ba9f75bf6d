"""Reads instruments from their files and refuses whatever does not fit together."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from voucher.refusals import N_
from voucher.schemes.rules.conditions import Samples
from voucher.schemes.rules.instruments import (
    Band,
    Change,
    Instrument,
    Item,
    Option,
    Part,
    ScoreExample,
    Term,
    Worsening,
)
from voucher.schemes.rules.reading import Table, read_table
from voucher.schemes.rules.records import Records, read_records
from voucher.schemes.rules.values import Confidence, Level, Words

MAX_EVENTS = 999
NO_WORDS = Words(zh="", en="")


def load_instrument(*, text: str, file: str) -> Instrument:
    """
    Read an instrument.

    :raises BadInput: scheme_invalid with `file`, `path` and, where it is no TOML, `line`.
    """
    top = read_table(text=text, file=file)
    _check_kind(top)
    parts = _read_parts(top)
    items = tuple(item for part in parts for item in part.items)
    top.refuse_repeats("parts", (item.id for item in items))
    maximum = _read_maximum(top, sum(item.maximum for item in items))
    bands = _read_bands(top, maximum)
    levels = tuple(band.level for band in bands)
    diagnoses = _read_terms(top, "diagnoses")
    event_kinds = _read_terms(top, "event_kinds")
    changes = _read_changes(top, levels, diagnoses)
    instrument = Instrument(
        id=top.text("id"),
        version=top.whole("version", least=1, most=9_999),
        effective_from=top.day("effective_from"),
        name=top.words("name"),
        source=top.text("source"),
        confidence=top.choice("confidence", Confidence),
        parts=parts,
        items=items,
        bands=bands,
        level_by_total=_list_level_by_total(bands, maximum),
        levels=levels,
        diagnoses=diagnoses,
        event_kinds=event_kinds,
        changes=changes,
        worsening=top.choice("worsening", Worsening),
        records=_read_records(top, items, diagnoses, event_kinds, changes),
        examples=tuple(_read_example(t, levels) for t in top.tables("examples", least=1)),
        text=text,
        digest=sha256(text.encode()).hexdigest(),
    )
    top.finish()
    return instrument


def _check_kind(top: Table) -> None:
    if top.text("kind") != "instrument":
        top.refuse(N_("%(file)s 的 %(path)s：这里需要量表（instrument）"), key="kind")


def _read_parts(top: Table) -> tuple[Part, ...]:
    ladders = {}
    if top.has("ladders"):
        for ladder in top.tables("ladders"):
            ladders[ladder.text("id")] = _read_options(ladder)
            ladder.finish()
    return tuple(_read_part(table, ladders) for table in top.tables("parts", least=1))


def _read_part(table: Table, ladders: dict[str, tuple[Option, ...]]) -> Part:
    items = tuple(_read_item(item, ladders) for item in table.tables("items", least=1))
    part = Part(id=table.text("id"), name=table.words("name"), items=items)
    _read_maximum(table, sum(item.maximum for item in items))
    table.finish()
    return part


def _read_maximum(table: Table, reached: int) -> int:
    """Take the stated maximum, which must be what the items add up to."""
    stated = table.whole("maximum")
    if stated != reached:
        table.refuse(
            N_("%(file)s 的 %(path)s：写的是 %(stated)s 分，各项相加是 %(reached)s 分"),
            key="maximum",
            stated=stated,
            reached=reached,
        )
    return stated


def _read_item(table: Table, ladders: dict[str, tuple[Option, ...]]) -> Item:
    if table.has("ladder"):
        options = ladders[table.text_among("ladder", ladders)]
    else:
        options = _read_options(table)
    item = Item(
        id=table.text("id"),
        name=table.words("name"),
        about=table.words("about", NO_WORDS),
        options=options,
        points=frozenset(option.points for option in options),
        maximum=max(option.points for option in options),
    )
    table.finish()
    return item


def _read_options(table: Table) -> tuple[Option, ...]:
    options = []
    for number, option in enumerate(table.tables("options", least=2), start=1):
        points = option.whole("points", most=1_000)
        options.append(Option(number=number, points=points, name=option.words("name")))
        option.finish()
    return tuple(options)


def _read_bands(top: Table, maximum: int) -> tuple[Band, ...]:
    """Read the levels from best to worst; their bands meet without gap or overlap, down to 0."""
    bands: list[Band] = []
    expected = maximum
    for table in top.tables("levels", least=2):
        level = Level(id=table.text("id"), name=table.words("name"))
        upper, lower = table.whole("upper"), table.whole("lower")
        table.finish()
        if upper != expected or lower > upper:
            table.refuse(
                N_("%(file)s 的 %(path)s：分数段应从 %(expected)s 分起，不能重叠或留空"),
                expected=expected,
            )
        bands.append(Band(level=level, lower=lower, upper=upper))
        expected = lower - 1
    if expected != -1:
        top.refuse(N_("%(file)s 的 %(path)s：最差一级的分数段应到 0 分"), key="levels")
    top.refuse_repeats("levels", (band.level.id for band in bands))
    return tuple(bands)


def _list_level_by_total(bands: Sequence[Band], maximum: int) -> tuple[str, ...]:
    by_total = [""] * (maximum + 1)
    for band in bands:
        for total in range(band.lower, band.upper + 1):
            by_total[total] = band.level.id
    return tuple(by_total)


def _read_terms(top: Table, key: str) -> tuple[Term, ...]:
    terms = []
    for table in top.tables(key):
        terms.append(Term(id=table.text("id"), name=table.words("name")))
        table.finish()
    top.refuse_repeats(key, (term.id for term in terms))
    return tuple(terms)


def _read_records(
    top: Table,
    items: Sequence[Item],
    diagnoses: Sequence[Term],
    event_kinds: Sequence[Term],
    changes: Sequence[Change],
) -> Records:
    return read_records(
        top,
        options_by_item={item.id: len(item.options) for item in items},
        diagnoses={term.id: term.name for term in diagnoses},
        events={term.id: term.name for term in event_kinds},
        has_coma=any("coma" in change.when.names for change in changes),
    )


def _read_changes(
    top: Table, levels: Sequence[Level], diagnoses: Sequence[Term]
) -> tuple[Change, ...]:
    words = [term.id for term in diagnoses]
    samples: Samples = {
        "coma": [False, True],
        "diagnoses": [[], *([word] for word in words), words],
        "event_count": range(MAX_EVENTS + 1),
    }
    return tuple(_read_change(table, levels, samples) for table in top.tables("changes"))


def _read_change(table: Table, levels: Sequence[Level], samples: Samples) -> Change:
    sets_level, worsens_by = "", 0
    if table.has("sets_level"):
        sets_level = _read_level_id(table, "sets_level", levels)
    else:
        worsens_by = table.whole("worsens_by", least=1, most=len(levels) - 1)
    change = Change(
        rule=table.text("rule"),
        name=table.words("name"),
        when=table.condition("when", samples),
        sets_level=sets_level,
        worsens_by=worsens_by,
    )
    table.finish()
    return change


def _read_level_id(table: Table, key: str, levels: Sequence[Level]) -> str:
    return table.text_among(key, (level.id for level in levels))


def _read_example(table: Table, levels: Sequence[Level]) -> ScoreExample:
    points = _read_points(table) if table.has("answers") else ()
    example = ScoreExample(
        points=points,
        total=table.whole("total"),
        diagnoses=table.texts("diagnoses", ()),
        event_count=table.whole("event_count", default=0),
        coma=table.flag("coma", False),
        subtotals=_read_wholes(table, "subtotals") if table.has("subtotals") else (),
        initial=_read_level_id(table, "initial", levels) if table.has("initial") else "",
        level=_read_level_id(table, "level", levels),
        reasons=table.texts("reasons", ()),
    )
    table.finish()
    return example


def _read_points(table: Table) -> tuple[int, ...]:
    """Take the answers, written as one list of points for each part."""
    return tuple(points for part in table.value("answers") for points in _check_wholes(table, part))


def _read_wholes(table: Table, key: str) -> tuple[int, ...]:
    return _check_wholes(table, table.value(key))


def _check_wholes(table: Table, values: Any) -> tuple[int, ...]:
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        table.refuse(N_("%(file)s 的 %(path)s：应为整数的列表"))
    return tuple(values)
