"""Answers to an instrument, judged item by item, and the level that follows, with its reasons."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voucher.refusals import N_, BadInput
from voucher.schemes.rules.instrument_files import MAX_EVENTS
from voucher.schemes.rules.instruments import Instrument, Item
from voucher.schemes.rules.judging import apply_changes, compile_judge, slice_parts
from voucher.schemes.rules.values import Reason

RawRow = tuple[tuple[int, ...], tuple[str, ...], int, bool]

ANSWER_KEYS = frozenset({"items", "diagnoses", "events", "coma"})


@dataclass(frozen=True, slots=True)
class Answers:
    """
    Complete and valid answers to one instrument.

    `points` in the order of the instrument's items; `diagnoses` and `events` in the instrument's
    own order, so that the order somebody typed them in never shows.
    """

    points: tuple[int, ...]
    diagnoses: tuple[str, ...] = ()
    events: tuple[tuple[str, int], ...] = ()
    coma: bool = False

    @property
    def event_count(self) -> int:
        """Give the number of risk events, summed over their kinds."""
        return sum(count for _, count in self.events)


@dataclass(frozen=True, slots=True)
class Result:
    """
    What answers come to. `initial` follows from the points, `level` from the change rules.

    `subtotals` and `grades` in the order of the parts, empty where only a total was scored or the
    parts have no grades; `reasons` are the change rules that apply, also those that could not
    make the worst level any worse.
    """

    total: int
    subtotals: tuple[int, ...]
    initial: str
    level: str
    reasons: tuple[Reason, ...]
    grades: tuple[str, ...] = ()


def parse_answers(instrument: Instrument, data: Mapping[str, Any]) -> Answers:
    """
    Read answers: {"items": {id: points}, "diagnoses": [..], "events": {kind: count}, "coma": ..}.

    The first faulty item in the instrument's order decides; 4.0 counts as 4.

    :raises BadInput: field_unknown, answers_format, item_unknown, item_missing, item_not_integer,
        item_out_of_range, diagnosis_unknown, event_unknown, event_count, coma_format.
    """
    _refuse_unknown_keys(data)
    items = _read_object(data, "items")
    known = {item.id for item in instrument.items}
    for item_id in items:
        if item_id not in known:
            raise BadInput("item_unknown", N_("量表没有项目 %(item)s"), item=str(item_id)[:40])
    return Answers(
        points=tuple(
            parse_points(item=item, value=items.get(item.id)) for item in instrument.items
        ),
        diagnoses=_parse_diagnoses(instrument, data.get("diagnoses")),
        events=_parse_events(instrument, _read_object(data, "events")),
        coma=_parse_coma(data.get("coma")),
    )


def parse_points(*, item: Item, value: Any) -> int:
    """
    Read the points of one item; None is missing, a whole float is its integer.

    :raises BadInput: item_missing, item_not_integer, item_out_of_range.
    """
    if value is None:
        raise BadInput("item_missing", N_("缺少项目 %(item)s"), item=item.id)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadInput("item_not_integer", N_("项目 %(item)s 的得分不是整数"), item=item.id)
    if value not in item.points:
        raise BadInput(
            "item_out_of_range",
            N_("项目 %(item)s 的得分只能是 %(allowed)s"),
            item=item.id,
            allowed=_say_allowed(item),
        )
    return value


def _say_allowed(item: Item) -> str:
    if not item.options:
        return f"{min(item.points)}–{item.maximum}"
    return " ".join(str(points) for points in sorted(item.points))


def restore_answers(
    *,
    instrument: Instrument,
    points: Mapping[str, int],
    diagnoses: tuple[str, ...],
    events: Mapping[str, int],
    coma: bool,
) -> Answers:
    """Put answers kept by item into the order of the instrument; nothing is checked again."""
    in_order = tuple(points[item.id] for item in instrument.items)
    return Answers(in_order, diagnoses, tuple(events.items()), coma)


def score_answers(instrument: Instrument, answers: Answers) -> Result:
    """Score answers that `parse_answers` accepted."""
    return score_points(
        instrument=instrument,
        points=answers.points,
        diagnoses=answers.diagnoses,
        event_count=answers.event_count,
        coma=answers.coma,
    )


def score_points(
    *,
    instrument: Instrument,
    points: tuple[int, ...],
    diagnoses: tuple[str, ...] = (),
    event_count: int = 0,
    coma: bool = False,
) -> Result:
    """
    Score valid points given in the order of the instrument's items.

    `diagnoses` in the instrument's order. Nothing is checked again here.
    """
    total, places, initial = compile_judge(instrument)(points)
    level, reasons = apply_changes(instrument, initial, diagnoses, event_count, coma)
    return Result(
        total=total,
        subtotals=tuple(sum(points[place]) for place in slice_parts(instrument).values()),
        initial=initial,
        level=level,
        reasons=reasons,
        grades=tuple(
            part.grades[place].id for part, place in zip(instrument.parts, places, strict=False)
        ),
    )


def score_total(
    *,
    instrument: Instrument,
    total: int,
    diagnoses: tuple[str, ...] = (),
    event_count: int = 0,
    coma: bool = False,
) -> Result:
    """
    Score a total whose single answers are not known.

    :raises BadInput: total_alone, where the total does not decide; total_impossible, where no
        answers come to it.
    """
    if not instrument.level_by_total:
        raise BadInput(
            "total_alone",
            N_("量表 %(instrument)s 不能只凭总分定级，要有各项得分"),
            instrument=instrument.id,
        )
    if total not in instrument.level_by_total:
        raise BadInput(
            "total_impossible",
            N_("量表 %(instrument)s 不会有 %(total)s 分这个总分"),
            instrument=instrument.id,
            total=total,
        )
    initial = instrument.level_by_total[total]
    level, reasons = apply_changes(instrument, initial, diagnoses, event_count, coma)
    return Result(total, subtotals=(), initial=initial, level=level, reasons=reasons)


def score_rows(
    *, instrument: Instrument, rows: Iterable[RawRow]
) -> Iterator[tuple[int, str, str, tuple[Reason, ...]]]:
    """
    Score a whole district: (total, initial level, level, reasons) of each row, in its order.

    A row is (points in the order of the items, diagnoses in the instrument's order, number of
    events, coma), complete and valid. Rows that share an initial level and all facts of the
    change rules share their reasons, so that a district costs little more than its sums.
    """
    judge = compile_judge(instrument)
    changed: dict[tuple[str, tuple[str, ...], int, bool], tuple[str, tuple[Reason, ...]]] = {}
    for points, diagnoses, event_count, coma in rows:
        total, _, initial = judge(points)
        key = initial, diagnoses, event_count, coma
        outcome = changed.get(key)
        if outcome is None:
            outcome = changed[key] = apply_changes(instrument, *key)
        yield total, initial, outcome[0], outcome[1]


def _refuse_unknown_keys(data: Mapping[str, Any]) -> None:
    for key in data:
        if key not in ANSWER_KEYS:
            raise BadInput("field_unknown", N_("没有“%(field)s”这一项"), field=str(key)[:40])


def _read_object(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadInput("answers_format", N_("“%(field)s”应为一组名称和值"), field=key)
    return value


def _parse_diagnoses(instrument: Instrument, value: Any) -> tuple[str, ...]:
    known = [term.id for term in instrument.diagnoses]
    given = [] if value is None else value
    if not isinstance(given, list | tuple):
        raise BadInput("answers_format", N_("“%(field)s”应为列表"), field="diagnoses")
    for diagnosis in given:
        if diagnosis not in known:
            raise BadInput(
                "diagnosis_unknown",
                N_("未知的诊断“%(diagnosis)s”，可用：%(known)s"),
                diagnosis=str(diagnosis)[:40],
                known=" ".join(known),
            )
    return tuple(word for word in known if word in given)


def _parse_events(instrument: Instrument, counts: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    known = [term.id for term in instrument.event_kinds]
    for kind in counts:
        if kind not in known:
            raise BadInput(
                "event_unknown",
                N_("未知的事件“%(event)s”，可用：%(known)s"),
                event=str(kind)[:40],
                known=" ".join(known),
            )
    events = ((kind, _parse_count(kind, counts[kind])) for kind in known if kind in counts)
    return tuple((kind, count) for kind, count in events if count)


def _parse_count(kind: str, value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, float) and value.is_integer():
        is_whole = True
    if not is_whole or not 0 <= value <= MAX_EVENTS:
        raise BadInput(
            "event_count",
            N_("事件“%(event)s”的次数应为 0 至 %(most)s 的整数"),
            event=kind,
            most=MAX_EVENTS,
        )
    return int(value)


def _parse_coma(value: Any) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadInput("coma_format", N_("“昏迷”应为 true 或 false"))
    return value
