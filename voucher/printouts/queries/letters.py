"""Gathering what a letter says from the rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries.appeals import WholeAppeal
from voucher.care_levels.queries.due import find_months
from voucher.care_levels.queries.reasons import WholeLevel
from voucher.care_levels.rules import (
    FACT_SENTENCES,
    OUTCOME_TITLES,
    SaidReason,
    last_day_to_appeal,
)
from voucher.config import Deadlines, Home
from voucher.db import db
from voucher.divisions.models import Division
from voucher.divisions.queries import get_installation
from voucher.periods import add_months, local_date, start_of_day
from voucher.printouts.drawing.fields import Say
from voucher.printouts.drawing.letter import Decision, Letter
from voucher.printouts.queries.sheets import MARKS
from voucher.refusals import N_
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.schemes.queries import list_programmes
from voucher.schemes.rules.instruments import Instrument
from voucher.text import natural_key


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes the letters: the office, its telephone, its deadlines."""

    home: Home
    district: str
    deadlines: Deadlines


def describe_sender(*, home: Home, deadlines: Deadlines) -> Sender:
    """Give who writes the letters of this home."""
    code = get_installation().district_code
    name = db.session.scalar(select(Division.name).where(Division.code == code))
    return Sender(home, name or code, deadlines)


@dataclass(frozen=True, slots=True)
class Batch:
    """The letters of a community for the levels confirmed on a day."""

    code: str
    street: str
    community: str
    letters: int


def list_batches(*, actor: Actor, on: date) -> list[Batch]:
    """Give, by community of the area, how many letters the levels confirmed on a day make."""
    street = aliased(Division)
    rows = db.session.execute(
        select(Division.code, street.name, Division.name, func.count(CareLevel.id))
        .select_from(CareLevel)
        .join(Resident, Resident.id == CareLevel.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
        .where(*_of_day(actor, on))
        .group_by(Division.code, street.name, Division.name)
        .order_by(Division.code)
    )
    return [Batch(*row) for row in rows]


def list_letter_levels(*, actor: Actor, on: date, community: str) -> list[int]:
    """Give the levels of a community confirmed on a day, in the order paper is delivered."""
    rows = db.session.execute(
        select(CareLevel.id, Resident.address, Resident.name_key)
        .join(Resident, Resident.id == CareLevel.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .where(*_of_day(actor, on), Division.code == community)
    )
    ordered = sorted(rows, key=lambda row: (natural_key(row[1]), row[2], row[0]))
    return [row[0] for row in ordered]


def _of_day(actor: Actor, on: date) -> tuple[Any, ...]:
    return (
        CareLevel.state == LevelState.CONFIRMED,
        CareLevel.confirmed_at >= start_of_day(on),
        CareLevel.confirmed_at < start_of_day(on + timedelta(days=1)),
        # No letter goes to a house in mourning.
        or_(Resident.departure.is_(None), Resident.departure != Departure.DIED),
        within_area(Resident.community_id, actor),
    )


def describe_letter(
    *,
    whole: WholeLevel,
    appeal: WholeAppeal | None,
    sender: Sender,
    language: str,
    say: Say,
) -> Letter:
    """Give the letter that tells a level, or with an appeal how it was decided."""
    level, scheme = whole.level, whole.scheme
    assessed = whole.assessment.assessment if whole.assessment else None
    assert level.confirmed_at is not None, "only a confirmed level is told"
    confirmed = local_date(level.confirmed_at)
    readers = [one for one in list_programmes(on=confirmed) if one.scale == level.scale]
    return Letter(
        number=f"D{appeal.appeal.id:06d}" if appeal else f"L{level.id:06d}",
        district=sender.district,
        place=f"{whole.street} {whole.community}",
        name=whole.resident.name,
        scale=scheme.name.say(language),
        level=whole.name.say(language),
        from_date=level.from_date,
        assessed_date=assessed.assessed_date if assessed else None,
        assessors=f"{assessed.assessor_1}、{assessed.assessor_2}" if assessed else "",
        confirmed_date=confirmed,
        reasons=tuple(_word_reasons(whole, language, say)),
        programmes=tuple(one.name.say(language) for one in readers),
        appeal_until=last_day_to_appeal(confirmed=confirmed, days=sender.deadlines.appeal_days),
        decision_days=sender.deadlines.decision_days,
        next_date=_find_next(whole, sender.deadlines, confirmed),
        phone=sender.home.desk_phone,
        decision=_describe_decision(appeal) if appeal else None,
        mark=MARKS[sender.home.kind],
    )


def _find_next(whole: WholeLevel, deadlines: Deadlines, confirmed: date) -> date | None:
    if whole.assessment is None:
        return None
    months = find_months(
        scale=whole.level.scale, district_months=deadlines.reassess_months, on=confirmed
    )
    day = whole.assessment.assessment.assessed_date
    return add_months(day, months) if months else None


def _describe_decision(whole: WholeAppeal) -> Decision:
    appeal = whole.appeal
    assert appeal.outcome is not None, "only a decision is told"
    assert appeal.closed_at is not None, "only a decision is told"
    return Decision(
        outcome=OUTCOME_TITLES[appeal.outcome],
        reason=appeal.closing_reason or "",
        appellant=appeal.appellant,
        appealed_date=appeal.appealed_date,
        decided_date=local_date(appeal.closed_at),
    )


def _word_reasons(whole: WholeLevel, language: str, say: Say) -> Iterator[str]:
    """Say the parts that decided, the level they gave, and the rules that moved it."""
    yield from (told.part.say(language) for told in whole.parts if told.part.decides)
    if whole.initial is not None:
        yield whole.initial.say(language)
    yield from (_word_rule(whole, reason, language, say) for reason in whole.rules)


def _word_rule(whole: WholeLevel, reason: SaidReason, language: str, say: Say) -> str:
    facts = [
        say(FACT_SENTENCES[name]) % {"value": _name_value(whole, name, value, language, say)}
        for name, value in reason.facts.items()
    ]
    name = reason.name.say(language)
    said = {"name": name, "facts": say(N_("；")).join(facts)}
    return say(N_("%(name)s（%(facts)s）")) % said if facts else name


def _name_value(whole: WholeLevel, name: str, value: str, language: str, say: Say) -> str:
    """Give a fact as people read it: a diagnosis by its name, a circumstance in their language."""
    known: Mapping[str, str] = {}
    if name == "diagnoses" and isinstance(whole.scheme, Instrument):
        known = {term.id: term.name.say(language) for term in whole.scheme.diagnoses}
    words = [known.get(word, say(word)) for word in value.split("、")]
    return "、".join(words)
