"""
What a second pair found, read and judged as a bedside form is.

Asked are the items and what scoring needs beside them; nothing of the first answers. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from voucher.assessments.rules.answering import (
    Content,
    Given,
    find_answer_faults,
    list_answer_fields,
    read_answers,
    select_scored_records,
)
from voucher.refusals import N_
from voucher.residents.rules.names import MAX_NAME
from voucher.schemes.rules.instruments import Instrument
from voucher.workbooks.cells import normalise_text, read_day
from voucher.workbooks.faults import Fault, find_text_faults

ASSESSORS = ("assessor_1", "assessor_2")
Found = Iterator[tuple[str, Fault]]


@dataclass(frozen=True, slots=True)
class SecondAnswers:
    """A second assessment that can be scored: when, by whom, and what was answered."""

    assessed_date: date
    assessors: tuple[str, str]
    given: Given


@dataclass(frozen=True, slots=True)
class JudgedSecond:
    """A form judged: the answers, unless some field has a fault."""

    second: SecondAnswers | None
    faults: Mapping[str, Fault]


def list_second_fields(instrument: Instrument) -> list[str]:
    """List the names of all fields a second assessment by this instrument has."""
    return [
        *("assessed", *ASSESSORS),
        *list_answer_fields(instrument, select_scored_records(instrument)),
    ]


def judge_second(
    *, content: Content, instrument: Instrument, first_date: date, today: date
) -> JudgedSecond:
    """Judge every field; the first fault of each stands at it."""
    records = select_scored_records(instrument)
    assessed = read_day(_one(content, "assessed"))
    first, second = (normalise_text(_one(content, at)) for at in ASSESSORS)
    faults: dict[str, Fault] = {}
    for at, fault in (
        *_find_day_faults(assessed, first_date, today),
        *_find_assessor_faults(first, second),
        *find_answer_faults(content=content, instrument=instrument, records=records),
    ):
        faults.setdefault(at, fault)
    if faults or assessed is None:
        return JudgedSecond(None, faults)
    given = read_answers(content=content, instrument=instrument, records=records)
    return JudgedSecond(SecondAnswers(assessed, (first, second), given), {})


def _one(content: Content, name: str) -> str:
    return next(iter(content.get(name, ())), "")


def _find_day_faults(assessed: date | None, first_date: date, today: date) -> Found:
    if assessed is None:
        yield "assessed", Fault("date_invalid", N_("请填写复评日期，写成 2026-02-03"), {})
    elif assessed < first_date:
        facts = {"first": first_date.isoformat()}
        yield "assessed", Fault("date_early", N_("复评日期不能早于首评 %(first)s"), facts)
    elif assessed > today:
        yield "assessed", Fault("date_future", N_("复评日期不能晚于今天"), {})


def _find_assessor_faults(first: str, second: str) -> Found:
    for at, name in zip(ASSESSORS, (first, second), strict=True):
        if not name:
            yield at, Fault("assessor_missing", N_("须有两名评估员的姓名"), {})
        for fault in find_text_faults("评估员", name, most=MAX_NAME):
            yield at, fault
    if first and first == second:
        sentence = N_("两名评估员不能是同一人")
        yield "assessor_2", Fault("same_assessor_twice", sentence, {})
