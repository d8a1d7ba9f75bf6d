"""Reads instruments from their files and refuses whatever does not fit together."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from voucher.refusals import N_
from voucher.schemes.rules.conditions import Samples
from voucher.schemes.rules.instruments import (
    WORKBOOK_COLUMNS,
    Change,
    Instrument,
    Item,
    Note,
    ScoreExample,
    Term,
    Worsening,
)
from voucher.schemes.rules.reading import Table, read_table
from voucher.schemes.rules.records import Records, read_records
from voucher.schemes.rules.scoring_files import Scoring, read_scoring
from voucher.schemes.rules.values import Confidence, Level

MAX_EVENTS = 999


def load_instrument(*, text: str, file: str) -> Instrument:
    """
    Read an instrument.

    :raises BadInput: scheme_invalid with `file`, `path` and, where it is no TOML, `line`.
    """
    top = read_table(text=text, file=file)
    _check_kind(top)
    scored = read_scoring(top)
    instrument = _read_instrument(top, scored, text)
    _refuse_unreached(top, scored, instrument.changes)
    _refuse_clashes(top, instrument)
    top.finish()
    return instrument


def _read_instrument(top: Table, scored: Scoring, text: str) -> Instrument:
    items = tuple(item for part in scored.parts for item in part.items)
    diagnoses = _read_terms(top, "diagnoses")
    event_kinds = _read_terms(top, "event_kinds")
    changes = _read_changes(top, scored.levels, diagnoses)
    return Instrument(
        id=top.text("id"),
        version=top.whole("version", least=1, most=9_999),
        effective_from=top.day("effective_from"),
        name=top.words("name"),
        source=top.text("source"),
        confidence=top.choice("confidence", Confidence),
        reassess_months=top.whole("reassess_months", most=120, default=0) or None,
        notes=_read_notes(top),
        parts=scored.parts,
        items=items,
        higher_is=scored.higher_is,
        total_of=scored.total_of,
        maximum=scored.maximum,
        decimals=scored.decimals,
        combination=scored.combination,
        bands=scored.bands,
        level_by_total=scored.level_by_total,
        level_by_grades=scored.level_by_grades,
        levels=scored.levels,
        diagnoses=diagnoses,
        event_kinds=event_kinds,
        changes=changes,
        worsening=top.choice("worsening", Worsening) if changes else Worsening.ONCE,
        records=_read_records(top, items, diagnoses, event_kinds, changes),
        examples=tuple(_read_example(t, scored.levels) for t in top.tables("examples", least=1)),
        text=text,
        digest=sha256(text.encode()).hexdigest(),
    )


def _check_kind(top: Table) -> None:
    if top.text("kind") != "instrument":
        top.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：这里需要量表（instrument）"), key="kind")


def _refuse_unreached(top: Table, scored: Scoring, changes: Sequence[Change]) -> None:
    """Refuse a level that neither the answers nor a change rule can give."""
    order = [level.id for level in scored.levels]
    given = {*scored.level_by_total.values(), *scored.level_by_grades.values()}
    reached = {order.index(level) for level in given}
    reached |= {order.index(change.sets_level) for change in changes if change.sets_level}
    for change in changes:
        reached |= {min(place + change.worsens_by, len(order) - 1) for place in reached}
    for place, level in enumerate(order):
        if place not in reached:
            top.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：没有人会进入等级“%(value)s”"),
                key="levels",
                value=level,
            )


def _refuse_clashes(top: Table, instrument: Instrument) -> None:
    """Refuse an item or a kind of event that would share a column of the workbook."""
    taken = set(WORKBOOK_COLUMNS)
    for key, column in _list_columns(instrument):
        if column in taken:
            top.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：评估表里已有“%(value)s”这一列，请换一个编号"),
                key=key,
                value=column,
            )
        taken.add(column)


def _list_columns(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Give the columns an instrument adds, each with the place that names it."""
    for number, kind in enumerate(instrument.event_kinds, start=1):
        yield f"event_kinds[{number}].id", kind.id
    for place, part in enumerate(instrument.parts, start=1):
        for number, item in enumerate(part.items, start=1):
            yield f"parts[{place}].items[{number}].id", item.id


def _read_notes(top: Table) -> tuple[Note, ...]:
    notes = []
    for table in top.tables("notes"):
        confidence = table.choice("confidence", Confidence)
        notes.append(Note(confidence=confidence, text=table.words("text")))
        table.finish()
    return tuple(notes)


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
        grades=_read_grades(table) if table.has("grades") else (),
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
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为整数的列表"))
    return tuple(values)


def _read_grades(table: Table) -> tuple[str, ...]:
    """Take the grades of the parts: unlike other lists of texts, the same may stand twice."""
    values = table.value("grades")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为文字的列表"), key="grades")
    return tuple(values)
