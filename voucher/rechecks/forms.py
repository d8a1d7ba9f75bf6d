"""What is typed at a draw and at a second assessment, judged field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from voucher.rechecks.queries import Candidates
from voucher.rechecks.rules.drawing import MAX_PERCENT
from voucher.rechecks.rules.second import SecondAnswers
from voucher.refusals import N_, BadInput
from voucher.residents.rules.names import MAX_NAME
from voucher.schemes.rules.instruments import Instrument, Item
from voucher.schemes.rules.scoring import parse_answers, parse_points
from voucher.workbooks.cells import normalise_text, read_day, read_whole_number
from voucher.workbooks.faults import Fault, find_text_faults

LONGEST = 200
_MAX_EVENTS = 99
Found = Iterator[tuple[str, Fault]]


@dataclass(frozen=True, slots=True)
class DrawForm:
    """From what is to be drawn, and how much of it, as typed; the last day still counts."""

    scheme: str = ""
    from_day: str = ""
    to_day: str = ""
    place: str = ""
    percent: str = ""
    client_key: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "DrawForm":
        """Read the form; what is too long to be true is cut."""
        return cls(
            scheme=form.get("scheme", "")[:60],
            from_day=form.get("from", "")[:40].strip(),
            to_day=form.get("to", "")[:40].strip(),
            place=form.get("place", "")[:12],
            percent=form.get("percent", "")[:9].strip(),
            client_key=form.get("client_key", ""),
        )

    def demand(self) -> tuple[Candidates, int]:
        """
        Give from what is drawn, and how many percent of it.

        :raises BadInput: draw_period, draw_percent.
        """
        first, last = read_day(self.from_day), read_day(self.to_day)
        if first is None or last is None or last < first:
            raise BadInput("draw_period", N_("请填写评估日期的起止，止日不早于起日"))
        percent = read_whole_number(self.percent) if self.percent else None
        if percent is None or not 1 <= percent <= MAX_PERCENT:
            raise BadInput("draw_percent", N_("比例须为 1 至 100 的整数"))
        period_to = last + timedelta(days=1)
        return Candidates(self.scheme, first, period_to, self.place), percent


@dataclass(frozen=True, slots=True)
class SecondForm:
    """A second assessment as typed: by item the number of the option, or points where none is."""

    assessed: str = ""
    assessor_1: str = ""
    assessor_2: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    diagnoses: tuple[str, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    coma: str = ""
    client_key: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str], *, instrument: Instrument) -> "SecondForm":
        """Read the form; what is too long to be true is cut."""
        known = [term.id for term in instrument.diagnoses]
        kinds = [term.id for term in instrument.event_kinds]
        return cls(
            assessed=form.get("assessed", "")[:LONGEST],
            assessor_1=normalise_text(form.get("assessor_1", "")[:LONGEST]),
            assessor_2=normalise_text(form.get("assessor_2", "")[:LONGEST]),
            answers={item.id: form.get(item.id, "")[:LONGEST] for item in instrument.items},
            diagnoses=tuple(word for word in known if word in form.getlist("diagnoses")),
            events={kind: form.get(f"event_{kind}", "").strip()[:9] for kind in kinds},
            coma=form.get("coma", "")[:9],
            client_key=form.get("client_key", ""),
        )


@dataclass(frozen=True, slots=True)
class JudgedSecond:
    """A form judged: the answers, unless some field has a fault."""

    second: SecondAnswers | None
    faults: Mapping[str, Fault]


def judge_second(
    *, form: SecondForm, instrument: Instrument, first_date: date, today: date
) -> JudgedSecond:
    """Judge every field; the first fault of each stands at it."""
    assessed = read_day(form.assessed)
    faults: dict[str, Fault] = {}
    for at, fault in (
        *_find_day_faults(form.assessed, assessed, first_date, today),
        *_find_assessor_faults(form),
        *(found for item in instrument.items for found in _find_item_faults(item, form)),
        *_find_event_faults(form),
    ):
        faults.setdefault(at, fault)
    if instrument.asks_for_coma and form.coma not in ("yes", "no"):
        faults["coma"] = Fault("coma_missing", N_("请回答是否昏迷"), {})
    if faults or assessed is None:
        return JudgedSecond(None, faults)
    return JudgedSecond(_accept(form, instrument, assessed), {})


def _accept(form: SecondForm, instrument: Instrument, assessed: date) -> SecondAnswers:
    given = {
        "items": {item.id: _read_points(item, form.answers[item.id]) for item in instrument.items},
        "diagnoses": list(form.diagnoses),
        "events": {kind: int(text) for kind, text in form.events.items() if text},
        "coma": form.coma == "yes",
    }
    return SecondAnswers(
        assessed_date=assessed,
        assessors=(form.assessor_1, form.assessor_2),
        options={item.id: int(form.answers[item.id]) for item in instrument.items if item.options},
        answers=parse_answers(instrument, given),
    )


def _read_points(item: Item, text: str) -> int | None:
    if not item.options:
        return read_whole_number(text) if text else None
    numbers = {str(option.number): option.points for option in item.options}
    return numbers.get(text)


def _find_day_faults(text: str, assessed: date | None, first_date: date, today: date) -> Found:
    if assessed is None:
        yield "assessed", Fault("date_invalid", N_("请填写复评日期，写成 2026-02-03"), {})
    elif assessed < first_date:
        facts = {"first": first_date.isoformat()}
        yield "assessed", Fault("date_early", N_("复评日期不能早于首评 %(first)s"), facts)
    elif assessed > today:
        yield "assessed", Fault("date_future", N_("复评日期不能晚于今天"), {})


def _find_assessor_faults(form: SecondForm) -> Found:
    for at, name in (("assessor_1", form.assessor_1), ("assessor_2", form.assessor_2)):
        if not name:
            yield at, Fault("assessor_missing", N_("须有两名评估员的姓名"), {})
        for fault in find_text_faults("评估员", name, most=MAX_NAME):
            yield at, fault
    if form.assessor_1 and form.assessor_1 == form.assessor_2:
        sentence = N_("两名评估员不能是同一人")
        yield "assessor_2", Fault("same_assessor_twice", sentence, {})


def _find_item_faults(item: Item, form: SecondForm) -> Found:
    text = form.answers[item.id]
    points = _read_points(item, text)
    if not text:
        yield item.id, Fault("item_missing", N_("这一项还没有选"), {"item": item.id})
    elif points is None:
        yield item.id, Fault("item_out_of_range", N_("请从列出的选项中选"), {"item": item.id})
    else:
        try:
            parse_points(item=item, value=points)
        except BadInput as refusal:
            yield item.id, Fault(refusal.word, refusal.sentence, refusal.facts)


def _find_event_faults(form: SecondForm) -> Found:
    for kind, text in form.events.items():
        if text and not (text.isascii() and text.isdigit() and int(text) <= _MAX_EVENTS):
            most = {"most": _MAX_EVENTS}
            yield f"event_{kind}", Fault("event_count", N_("次数应为 0 至 %(most)s 的整数"), most)
