"""
The answers of one visit, judged field by field: complete, and possible together.

A bedside form and a second assessment ask and read the items and what scoring needs in one way.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from voucher.assessments.rules.signing import (
    BACKGROUND_TITLES,
    SIGNED_TITLES,
    Signature,
    Strokes,
    read_strokes,
)
from voucher.refusals import N_
from voucher.residents.rules.names import MAX_NAME
from voucher.schemes.rules.instruments import Instrument, Item
from voucher.schemes.rules.records import (
    Impossible,
    Question,
    Records,
    feed_scoring,
    judge_record,
)
from voucher.workbooks.cells import normalise_text, read_day, read_whole_number
from voucher.workbooks.faults import Fault, find_text_faults

# The fields beside items and records, as they stand in form and draft.
PLAIN = (
    "assessed",
    "assessor_1",
    "background_1",
    "signed_how",
    "signer",
    "signed_reason",
    "strokes",
)

# A form that nobody signed and nobody touched for so long is deleted.
DRAFT_LIFE = timedelta(days=30)

# What was answered, by item, question and field.
Content = Mapping[str, list[str]]
Found = Iterator[tuple[str, Fault]]


@dataclass(frozen=True, slots=True)
class Given:
    """
    Complete answers that can all be true, ready to be scored.

    `options` gives the number of the chosen option by item that has options, `records` what was
    answered beside the items; two options of an item may give equal points.
    """

    points: dict[str, int]
    options: dict[str, int]
    records: dict[str, list[str]]
    diagnoses: tuple[str, ...]
    events: dict[str, int]
    coma: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What is signed at a bedside, and becomes the assessment."""

    assessed_date: date
    assessor: str
    background: str
    given: Given
    signature: Signature


@dataclass(slots=True)
class JudgedForm:
    """A form judged: what was answered, unless some field has a fault."""

    answered: Answered | None = None
    faults: dict[str, Fault] = field(default_factory=dict)


def list_fields(instrument: Instrument) -> list[str]:
    """List the names of all fields a bedside form by this instrument has."""
    return [*list_answer_fields(instrument, instrument.records), *PLAIN]


def list_answer_fields(instrument: Instrument, records: Records) -> list[str]:
    """List the names of the fields of an instrument's items and of these questions beside them."""
    return [*(item.id for item in instrument.items), *(one.id for one in records.questions)]


def select_scored_records(instrument: Instrument) -> Records:
    """Give, of what an instrument asks beside its items, only what can change the level."""
    groups = (
        replace(group, questions=tuple(one for one in group.questions if _is_scored(one)))
        for group in instrument.records.groups
    )
    records = Records(groups=tuple(group for group in groups if group.questions))
    asked = set(list_answer_fields(instrument, records))
    return replace(records, impossible=tuple(_keep_asked(instrument.records.impossible, asked)))


def _is_scored(question: Question) -> bool:
    feeds = any(option.diagnosis or option.is_coma for option in question.options)
    return feeds or question.event != ""


def _keep_asked(all_impossible: tuple[Impossible, ...], asked: set[str]) -> Iterator[Impossible]:
    for impossible in all_impossible:
        if asked.issuperset(at for at, _ in impossible.together):
            yield impossible


def judge_content(
    *, content: Content, instrument: Instrument, born: date, today: date
) -> JudgedForm:
    """Judge every field; the first fault of each stands at it."""
    judged = JudgedForm()
    assessed = read_day(_one(content, "assessed"))
    found = [
        *_find_day_faults(_one(content, "assessed"), assessed, born, today),
        *_find_assessor_faults(content),
        *find_answer_faults(content=content, instrument=instrument, records=instrument.records),
        *_find_signature_faults(content),
    ]
    for at, fault in found:
        judged.faults.setdefault(at, fault)
    if not judged.faults and assessed is not None:
        judged.answered = _accept(content, instrument, assessed)
    return judged


def find_answer_faults(*, content: Content, instrument: Instrument, records: Records) -> Found:
    """Find what is missing or cannot be in the answers to the items and to these questions."""
    for item in instrument.items:
        yield from _find_item_faults(item, content)
    yield from _find_record_faults(records, content)
    yield from _find_impossible(records, content)


def read_answers(*, content: Content, instrument: Instrument, records: Records) -> Given:
    """Give answers in which `find_answer_faults` found nothing as what is scored and kept."""
    chosen = [item for item in instrument.items if item.options]
    fed = feed_scoring(
        records=records,
        values=content,
        diagnoses=[term.id for term in instrument.diagnoses],
        events=[term.id for term in instrument.event_kinds],
    )
    asked = {question.id for question in records.questions}
    return Given(
        points=list_points(content=content, instrument=instrument),
        options={item.id: int(_one(content, item.id)) for item in chosen},
        records={name: list(values) for name, values in content.items() if name in asked},
        diagnoses=fed.diagnoses,
        events=fed.events,
        coma=fed.coma,
    )


def list_points(*, content: Content, instrument: Instrument) -> dict[str, int]:
    """Give the points of each item that has an answer it may have."""
    found = {item.id: _find_points(item, _one(content, item.id)) for item in instrument.items}
    return {at: points for at, points in found.items() if points is not None}


def _find_points(item: Item, given: str) -> int | None:
    """Give the points of an option by its number, or, without options, those that were typed."""
    if item.options:
        return next((one.points for one in item.options if str(one.number) == given), None)
    points = read_whole_number(given)
    return points if points in item.points else None


def _one(content: Content, name: str) -> str:
    return next(iter(content.get(name, ())), "")


def _find_day_faults(text: str, assessed: date | None, born: date, today: date) -> Found:
    if not text.strip():
        yield "assessed", Fault("date_missing", N_("缺少评估日期"), {})
    elif assessed is None or assessed <= born:
        fault = Fault("date_invalid", N_("评估日期不存在或写法不明，请写成 2026-02-03"), {})
        yield "assessed", fault
    elif assessed > today:
        yield "assessed", Fault("date_future", N_("评估日期不能晚于今天"), {})


def _find_assessor_faults(content: Content) -> Found:
    name = normalise_text(_one(content, "assessor_1"))
    if not name:
        yield "assessor_1", Fault("assessor_missing", N_("请填写您的姓名"), {})
    yield from (("assessor_1", f) for f in find_text_faults("评估员", name, most=MAX_NAME))
    if _one(content, "background_1") not in BACKGROUND_TITLES:
        yield "background_1", Fault("background_missing", N_("请选择您的专业背景"), {})


def _find_item_faults(item: Item, content: Content) -> Found:
    given = content.get(item.id, [])
    if not item.options:
        yield from _find_range_faults(item, _one(content, item.id))
    elif not given:
        yield item.id, Fault("item_missing", N_("这一项还没有选"), {"item": item.id})
    elif len(given) > 1 or given[0] not in {str(option.number) for option in item.options}:
        yield item.id, Fault("item_out_of_range", N_("请从列出的选项中选"), {"item": item.id})


def _find_range_faults(item: Item, typed: str) -> Found:
    if not typed.strip():
        yield item.id, Fault("item_missing", N_("这一项还没有填"), {"item": item.id})
    elif _find_points(item, typed) is None:
        bounds = {"least": min(item.points), "most": item.maximum}
        yield item.id, Fault("item_out_of_range", N_("应为 %(least)s 至 %(most)s 的整数"), bounds)


def _find_record_faults(records: Records, content: Content) -> Found:
    for question in records.questions:
        fault = judge_record(question=question, values=content.get(question.id, []))
        if fault is not None:
            yield question.id, fault


def _find_impossible(records: Records, content: Content) -> Found:
    for impossible in records.impossible:
        if impossible.holds(content):
            words = {"zh": impossible.name.zh, "en": impossible.name.en}
            at = impossible.together[-1][0]
            yield at, Fault("answers_impossible", N_("这几处回答不能同时成立"), words)


def _find_signature_faults(content: Content) -> Found:
    how = _one(content, "signed_how")
    if how not in SIGNED_TITLES:
        yield "signed_how", Fault("signature_missing", N_("请选择介绍情况的人怎样签名"), {})
    elif how == "screen":
        if _read_strokes(content) is None:
            yield "strokes", Fault("signature_missing", N_("请介绍情况的人在屏幕上签名"), {})
    elif not _one(content, "signer").strip():
        yield "signer", Fault("signer_missing", N_("请填写签名人的姓名"), {})
    elif not _one(content, "signed_reason").strip():
        yield "signed_reason", Fault("reason_missing", N_("请写明不能亲笔签名的原因"), {})


def _read_strokes(content: Content) -> Strokes | None:
    try:
        return read_strokes(json.loads(_one(content, "strokes") or "null"))
    except (ValueError, RecursionError):
        return None


def _accept(content: Content, instrument: Instrument, assessed: date) -> Answered:
    return Answered(
        assessed_date=assessed,
        assessor=normalise_text(_one(content, "assessor_1")),
        background=_one(content, "background_1"),
        given=read_answers(content=content, instrument=instrument, records=instrument.records),
        signature=_accept_signature(content),
    )


def _accept_signature(content: Content) -> Signature:
    how = _one(content, "signed_how")
    name = _one(content, "signer").strip()
    if how == "screen":
        return Signature(how, name, strokes=_read_strokes(content) or ())
    return Signature(how, name, reason=_one(content, "signed_reason").strip())


def pack_evidence(*, answered: Answered, backgrounds: tuple[str, str]) -> str:
    """Give everything that stands beside the answers as one text, to be sealed."""
    evidence: dict[str, Any] = {
        "records": answered.given.records,
        "signature": answered.signature._asdict(),
        "backgrounds": backgrounds,
    }
    return json.dumps(evidence, ensure_ascii=False)
