"""Judge the rows of an assessment workbook: two assessors, one day, an answer to every item."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from voucher.refusals import N_
from voucher.residents.rules.id_numbers import find_id_faults, read_id_number
from voucher.residents.rules.names import MAX_NAME
from voucher.residents.rules.roster import ROSTER_LAYOUT
from voucher.schemes.rules.instruments import Instrument, Item, Term
from voucher.workbooks.cells import Cell, is_blank, read_day, read_text, read_whole_number
from voucher.workbooks.faults import Fault, RejectedRow, find_text_faults
from voucher.workbooks.headers import Layout

# How workbooks name the kinds of event, where that is not the instrument's own name.
EVENT_TITLES = {
    "fall": "跌倒",
    "wandering": "走失",
    "choking": "噎食",
    "self_harm": "自杀自伤",
    "other": "其他",
}
MAX_EVENTS = 99

_YES, _NO = "是", "否"
_CODE = re.compile(r"([A-Z])([0-9]{2})")
_SEPARATORS = re.compile(r"[\s、，,；;/]+")
_CODE_RANGE = re.compile(r"([A-Z][0-9]{2})-([A-Z][0-9]{2})")


class AssessmentRow(NamedTuple):
    """An accepted row: points and events in the instrument's order."""

    row: int
    id_number: str
    assessed_date: date
    assessors: tuple[str, str]
    points: tuple[int, ...]
    diagnoses: tuple[str, ...]
    events: tuple[int, ...]
    coma: bool


@dataclass(slots=True)
class AssessmentFile:
    """A whole file, judged."""

    accepted: list[AssessmentRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


def assessment_layout(instrument: Instrument) -> Layout:
    """Give the columns of an assessment workbook: people, items, and what else it asks for."""
    words: dict[str, Sequence[str]] = {
        "id": ROSTER_LAYOUT.words["id"],
        "name": ROSTER_LAYOUT.words["name"],
        "date": ("评估日期",),
        "assessor_1": ("评估员一", "评估员1"),
        "assessor_2": ("评估员二", "评估员2"),
        **{item.id: (item.id,) for item in instrument.items},
    }
    if instrument.diagnoses:
        words["diagnoses"] = ("诊断",)
    if instrument.asks_for_coma:
        words["coma"] = ("昏迷",)
    words |= {kind.id: (title_event(kind), kind.name.zh) for kind in instrument.event_kinds}
    return Layout(
        words=words,
        anchors=("id", "date"),
        required=tuple(title for title in words if title != "name"),
        key="id",
        silent=ROSTER_LAYOUT.silent,
    )


def title_event(kind: Term) -> str:
    """Give the title of the column of a kind of event."""
    return EVENT_TITLES.get(kind.id, kind.name.zh)


def judge_assessments(
    *,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    columns: Mapping[str, int],
    instrument: Instrument,
    known: Container[str],
    day: date,
) -> AssessmentFile:
    """
    Judge every data row by the laws of the assessment import on a reference date.

    `known` holds the identity numbers of the residents accepted so far. A row is rejected for its
    first fault.
    """
    judged = AssessmentFile()
    first_rows: dict[tuple[str, date], int] = {}
    for row, cells in rows:
        answers = {name: cells[at] for name, at in columns.items()}
        number = read_id_number(answers["id"])
        faults = [
            *_find_person_faults(answers, number, known, day),
            *_find_day_faults(answers, day),
        ]
        faults += _find_assessor_faults(answers)
        faults += _find_answer_faults(answers, instrument)
        assessed = read_day(answers["date"])
        if not faults and assessed:
            faults += _find_repeat(row, first_rows.setdefault((number, assessed), row))
        if faults or assessed is None:
            judged.rejected.append(RejectedRow(row, tuple(faults)))
        else:
            judged.accepted.append(_accept(row, number, assessed, answers, instrument))
    return judged


def read_diagnoses(text: str, *, known: Sequence[Term]) -> tuple[str, ...]:
    """
    Give the diagnoses that count, in their own order; others do not.

    A group of ICD-10 codes is found by any code of it, another term by its number or name.
    """
    if not text:
        return ()
    codes = {"".join(code) for code in _CODE.findall(text.upper())}
    words = set(_SEPARATORS.split(text))
    return tuple(term.id for term in known if _is_named(term, codes, words))


def _is_named(term: Term, codes: Iterable[str], words: Container[str]) -> bool:
    if group := _CODE_RANGE.fullmatch(term.id):
        return any(group[1] <= code <= group[2] for code in codes)
    return any(name in words for name in (term.id, term.name.zh, term.name.en))


def _find_person_faults(
    answers: Mapping[str, Cell], number: str, known: Container[str], day: date
) -> Iterator[Fault]:
    faults = tuple(find_id_faults(cell=answers["id"], number=number, day=day))
    yield from faults
    if not faults and number not in known:
        yield Fault("resident_unknown", N_("名册中没有这位老人，请先导入名册"), {})


def _find_day_faults(answers: Mapping[str, Cell], day: date) -> Iterator[Fault]:
    assessed = read_day(answers["date"])
    if is_blank(answers["date"]):
        yield Fault("date_missing", N_("缺少评估日期"), {})
    elif assessed is None:
        yield Fault("date_invalid", N_("评估日期不存在或写法不明，请写成 2026-02-03"), {})
    elif assessed > day:
        yield Fault("date_future", N_("评估日期晚于基准日"), {})


def _find_assessor_faults(answers: Mapping[str, Cell]) -> Iterator[Fault]:
    first, second = read_text(answers["assessor_1"]), read_text(answers["assessor_2"])
    if not first or not second:
        yield Fault("assessor_missing", N_("须有两名评估员的姓名"), {})
    elif first == second:
        yield Fault("same_assessor_twice", N_("两名评估员不能是同一人"), {})
    for name in (first, second):
        yield from find_text_faults("评估员", name, most=MAX_NAME)


def _find_answer_faults(answers: Mapping[str, Cell], instrument: Instrument) -> Iterator[Fault]:
    for item in instrument.items:
        yield from _find_item_fault(item, answers[item.id])
    for kind in instrument.event_kinds:
        count = _read_count(answers[kind.id])
        if count is None or not 0 <= count <= MAX_EVENTS:
            facts = {"event": title_event(kind), "most": MAX_EVENTS}
            yield Fault("event_count", _EVENT, facts)
    if read_text(answers.get("coma")) not in {_YES, _NO, ""}:
        yield Fault("coma_format", N_("“昏迷”请填“是”或“否”"), {})


def _find_item_fault(item: Item, cell: Cell) -> Iterator[Fault]:
    if is_blank(cell):
        yield Fault("item_missing", N_("缺少项目 %(item)s"), {"item": item.id})
        return
    points = read_whole_number(cell)
    if points is None:
        yield Fault("item_not_integer", N_("项目 %(item)s 的得分不是整数"), {"item": item.id})
    elif points not in item.points:
        yield _refuse_points(item)


def _refuse_points(item: Item) -> Fault:
    if len(item.points) == item.maximum + 1:
        facts = {"item": item.id, "most": item.maximum}
        return Fault("item_out_of_range", N_("项目 %(item)s 的得分应为 0 至 %(most)s"), facts)
    allowed = " ".join(str(points) for points in sorted(item.points))
    if not item.options:
        allowed = f"{min(item.points)}–{item.maximum}"
    return Fault(
        "item_out_of_range",
        N_("项目 %(item)s 的得分只能是 %(allowed)s"),
        {"item": item.id, "allowed": allowed},
    )


def _find_repeat(row: int, first: int) -> Iterator[Fault]:
    if first != row:
        yield Fault("duplicate_in_file", _REPEAT, {"row": row, "first": first})


_EVENT = N_("“%(event)s”的次数应为 0 至 %(most)s 的整数")
_REPEAT = N_("第%(row)s行与第%(first)s行是同一人同一天的评估")


def _read_count(cell: Cell) -> int | None:
    return 0 if is_blank(cell) else read_whole_number(cell)


def _accept(
    row: int,
    number: str,
    assessed: date,
    answers: Mapping[str, Cell],
    instrument: Instrument,
) -> AssessmentRow:
    return AssessmentRow(
        row=row,
        id_number=number,
        assessed_date=assessed,
        assessors=(read_text(answers["assessor_1"]), read_text(answers["assessor_2"])),
        points=tuple(read_whole_number(answers[item.id]) or 0 for item in instrument.items),
        diagnoses=read_diagnoses(read_text(answers.get("diagnoses")), known=instrument.diagnoses),
        events=tuple(_read_count(answers[kind.id]) or 0 for kind in instrument.event_kinds),
        coma=read_text(answers.get("coma")) == _YES,
    )
