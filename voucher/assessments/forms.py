"""The answers of one bedside visit as they were typed, judged item by item."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from voucher.assessments.rules.importing import MAX_EVENTS, AssessmentRow
from voucher.refusals import N_
from voucher.residents.rules.names import MAX_NAME
from voucher.schemes.rules.instruments import Instrument, Item
from voucher.workbooks.cells import normalise_text, read_day, read_whole_number
from voucher.workbooks.faults import Fault, find_text_faults

LONGEST = 200


@dataclass(frozen=True, slots=True)
class AssessmentForm:
    """
    What was typed: `answers` gives the number of the chosen option by item, `events` the counts.

    Two options of an item may give equal points, so that the form keeps the option itself.
    """

    assessed: str = ""
    assessor_1: str = ""
    assessor_2: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    diagnoses: tuple[str, ...] = ()
    events: dict[str, str] = field(default_factory=dict)
    coma: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str], *, instrument: Instrument) -> "AssessmentForm":
        """Read the form; what is too long to be true is cut."""
        known = [term.id for term in instrument.diagnoses]
        return cls(
            assessed=form.get("assessed", "")[:LONGEST],
            assessor_1=normalise_text(form.get("assessor_1", "")[:LONGEST]),
            assessor_2=normalise_text(form.get("assessor_2", "")[:LONGEST]),
            answers={item.id: form.get(item.id, "")[:LONGEST] for item in instrument.items},
            diagnoses=tuple(word for word in known if word in form.getlist("diagnoses")),
            events={
                kind.id: form.get(f"event_{kind.id}", "").strip()[:9]
                for kind in instrument.event_kinds
            },
            coma=form.get("coma", "")[:LONGEST],
        )


@dataclass(slots=True)
class JudgedForm:
    """A form judged: the row, unless some field has a fault."""

    row: AssessmentRow | None = None
    faults: dict[str, Fault] = field(default_factory=dict)


def judge_form(
    *, form: AssessmentForm, instrument: Instrument, born: date, today: date
) -> JudgedForm:
    """Judge every field; the first fault of each stands at it."""
    judged = JudgedForm()
    assessed = read_day(form.assessed)
    found = [
        *_find_day_faults(form.assessed, assessed, born, today),
        *_find_assessor_faults(form),
        *_find_event_faults(form),
        *(fault for item in instrument.items for fault in _find_item_faults(item, form)),
    ]
    if form.coma not in ("yes", "no"):
        found.append(("coma", Fault("coma_missing", N_("请回答是否昏迷"), {})))
    for at, fault in found:
        judged.faults.setdefault(at, fault)
    if not judged.faults and assessed is not None:
        judged.row = _accept(form, instrument, assessed)
    return judged


def _find_day_faults(
    text: str, assessed: date | None, born: date, today: date
) -> Iterator[tuple[str, Fault]]:
    if not text.strip():
        yield "assessed", Fault("date_missing", N_("缺少评估日期"), {})
    elif assessed is None or assessed <= born:
        fault = Fault("date_invalid", N_("评估日期不存在或写法不明，请写成 2026-02-03"), {})
        yield "assessed", fault
    elif assessed > today:
        yield "assessed", Fault("date_future", N_("评估日期不能晚于今天"), {})


def _find_assessor_faults(form: AssessmentForm) -> Iterator[tuple[str, Fault]]:
    for at in ("assessor_1", "assessor_2"):
        name = getattr(form, at)
        if not name:
            yield at, Fault("assessor_missing", N_("须有两名评估员的姓名"), {})
        yield from ((at, fault) for fault in find_text_faults("评估员", name, most=MAX_NAME))
    if form.assessor_1 and form.assessor_1 == form.assessor_2:
        fault = Fault("same_assessor_twice", N_("两名评估员不能是同一人"), {})
        yield "assessor_2", fault


def _find_item_faults(item: Item, form: AssessmentForm) -> Iterator[tuple[str, Fault]]:
    answer = form.answers.get(item.id, "")
    if not answer:
        yield item.id, Fault("item_missing", N_("这一项还没有选"), {"item": item.id})
    elif answer not in {str(option.number) for option in item.options}:
        yield item.id, Fault("item_out_of_range", N_("请从列出的选项中选"), {"item": item.id})


def _find_event_faults(form: AssessmentForm) -> Iterator[tuple[str, Fault]]:
    for kind, text in form.events.items():
        count = _read_count(text)
        if count is None or not 0 <= count <= MAX_EVENTS:
            most = {"most": MAX_EVENTS}
            yield f"event_{kind}", Fault("event_count", N_("次数应为 0 至 %(most)s 的整数"), most)


def _read_count(text: str) -> int | None:
    return read_whole_number(text) if text else 0


def _accept(form: AssessmentForm, instrument: Instrument, assessed: date) -> AssessmentRow:
    points = {
        (item.id, str(option.number)): option.points
        for item in instrument.items
        for option in item.options
    }
    return AssessmentRow(
        row=0,
        id_number="",
        assessed_date=assessed,
        assessors=(form.assessor_1, form.assessor_2),
        points=tuple(points[item.id, form.answers[item.id]] for item in instrument.items),
        diagnoses=form.diagnoses,
        events=tuple(_read_count(form.events[kind.id]) or 0 for kind in instrument.event_kinds),
        coma=form.coma == "yes",
    )
