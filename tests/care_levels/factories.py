"""Levels as an office makes them: graded by one, confirmed by another."""

import secrets
from collections.abc import Mapping
from datetime import date

from sqlalchemy import insert, select

from voucher import clock
from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import Graded, grade_residents
from voucher.db import db, transaction
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument, get_programme
from voucher.schemes.rules.scoring import Answers, score_answers
from voucher.sealing import seal

SIX_CLASSES = "shangcheng-six-classes"
NATIONAL = "national-2026"
FIRST_PAIR, OTHER_PAIR = ("何静", "罗伟"), ("陈敏", "吴强")


def grade(actor: Actor, *, on: date, programme: str = SIX_CLASSES) -> Graded:
    with transaction():
        return grade_residents(
            actor=actor, programme=get_programme(programme, 1), on=on, now=clock.now()
        )


def confirm(actor: Actor, *, on: date, scale: str = SIX_CLASSES) -> int:
    with transaction():
        return confirm_levels(actor=actor, scale=scale, on=on, now=clock.now())


def list_levels() -> list[tuple[str, str, date, date | None]]:
    """Give every level as (level, state, from, to), in the order written."""
    db.session.rollback()
    rows = db.session.execute(
        select(CareLevel.level, CareLevel.state, CareLevel.from_date, CareLevel.to_date).order_by(
            CareLevel.id
        )
    )
    return [(row[0], str(row[1]), row[2], row[3]) for row in rows]


def assess(
    actor: Actor,
    *,
    resident_id: int = 1,
    on: date,
    lost: int = 0,
    assessors: tuple[str, str] = FIRST_PAIR,
    diagnoses: str = "",
) -> str:
    """Write an assessment by GB/T 42195 with so many points lost from the first items on."""
    left, points = lost, []
    for item in get_instrument(GBT, 1).items:
        taken = min(item.maximum, left)
        points.append(item.maximum - taken)
        left -= taken
    answers = Answers(tuple(points), tuple(diagnoses.split()))
    return keep_answers(actor, answers, resident_id=resident_id, on=on, assessors=assessors)


def keep_answers(
    actor: Actor,
    answers: Answers,
    *,
    on: date,
    scheme: str = GBT,
    resident_id: int = 1,
    assessors: tuple[str, str] = FIRST_PAIR,
    options: Mapping[str, int] | None = None,
) -> str:
    """Write an assessment by any instrument, with the options where they are known."""
    key, instrument = secrets.token_hex(8), get_instrument(scheme, 1)
    with transaction():
        row = {
            "public_id": key,
            "resident_id": resident_id,
            "scheme_version_id": freeze_scheme(scheme=instrument, now=clock.now()),
            "assessed_date": on,
            "assessor_1": assessors[0],
            "assessor_2": assessors[1],
            "points": {
                item.id: points
                for item, points in zip(instrument.items, answers.points, strict=True)
            },
            "options": options,
            "diagnoses_sealed": seal(" ".join(answers.diagnoses), column=DIAGNOSES_COLUMN, row=key),
            "events": dict(answers.events),
            "coma": answers.coma,
            "recorded_at": clock.now(),
            "recorded_by": actor.account_id,
        }
        db.session.execute(insert(Assessment).values(**row))
    return key


def propose_level(actor: Actor, answers: Answers, *, on: date, scheme: str) -> int:
    """Write what answers come to as a proposed level; no programme need read the instrument."""
    key, instrument = keep_answers(actor, answers, on=on, scheme=scheme), get_instrument(scheme, 1)
    result = score_answers(instrument, answers)
    with transaction():
        assessment = db.session.scalars(select(Assessment).filter_by(public_id=key)).one()
        level = CareLevel(
            resident_id=assessment.resident_id,
            scale=scheme,
            scheme_version_id=assessment.scheme_version_id,
            assessment_id=assessment.id,
            level=result.level,
            reasons=[reason.as_json() for reason in result.reasons],
            from_date=on,
            graded_by=actor.account_id,
            graded_at=clock.now(),
            state=LevelState.PROPOSED,
        )
        db.session.add(level)
        db.session.flush()
        return level.id
