"""Levels as an office makes them: graded by one, confirmed by another."""

import secrets
from datetime import date

from sqlalchemy import insert, select

from voucher import clock
from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import Graded, grade_residents
from voucher.db import db, transaction
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument, get_programme
from voucher.sealing import seal

SIX_CLASSES = "shangcheng-six-classes"
NATIONAL = "national-2026"
FIRST_PAIR, OTHER_PAIR = ("何静", "罗伟"), ("陈敏", "吴强")


def grade(actor: Actor, *, on: date, programme: str = SIX_CLASSES) -> Graded:
    with transaction():
        return grade_residents(
            actor=actor, programme=get_programme(programme), on=on, now=clock.now()
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
    key, left, points = secrets.token_hex(8), lost, {}
    instrument = get_instrument(GBT)
    for item in instrument.items:
        taken = min(item.maximum, left)
        points[item.id], left = item.maximum - taken, left - taken
    with transaction():
        row = {
            "public_id": key,
            "resident_id": resident_id,
            "scheme_version_id": freeze_scheme(scheme=instrument, now=clock.now()),
            "assessed_date": on,
            "assessor_1": assessors[0],
            "assessor_2": assessors[1],
            "points": points,
            "diagnoses_sealed": seal(diagnoses, column=DIAGNOSES_COLUMN, row=key),
            "events": {},
            "coma": False,
            "recorded_at": clock.now(),
            "recorded_by": actor.account_id,
        }
        db.session.execute(insert(Assessment).values(**row))
    return key
