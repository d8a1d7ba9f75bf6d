"""Levels as an office makes them: graded by one, confirmed by another."""

from datetime import date

from sqlalchemy import select

from voucher import clock
from voucher.access import Actor
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import Graded, grade_residents
from voucher.db import db, transaction
from voucher.schemes.queries import get_programme

SIX_CLASSES = "shangcheng-six-classes"


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
