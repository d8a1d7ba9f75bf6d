"""Confirming puts proposed levels in force."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, select, true, update
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.audit.operations import record_event
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries.proposals import is_open_proposal
from voucher.db import count_changed, db
from voucher.residents.models import Resident


@dataclass(frozen=True, slots=True)
class Choice:
    """Which proposals somebody saw: those made up to an instant, or only these of them."""

    graded_until: datetime
    level_ids: tuple[int, ...] | None = None


def confirm_levels(
    *, actor: Actor, scale: str, on: date, now: datetime, choice: Choice | None = None
) -> int:
    """
    Put every proposal of the area in force, except the actor's own; give how many.

    Not those of people who departed, nor of people who appeal. With a choice, only what was chosen.
    The level before ends on the day the new one begins; one that began no earlier is replaced.
    """
    choice = choice or Choice(graded_until=now)
    mine = _proposals_of(actor, scale, on, choice)
    _end_earlier(actor, scale, on, choice)
    confirm = (
        update(CareLevel)
        .where(mine)
        .values(state=LevelState.CONFIRMED, confirmed_by=actor.account_id, confirmed_at=now)
        .execution_options(synchronize_session=False)
    )
    confirmed = count_changed(confirm)
    record_event(
        actor=actor,
        action="care_levels.confirm",
        subject_kind="scale",
        subject_id=scale,
        now=now,
        facts={"confirmed": confirmed},
    )
    return confirmed


def _proposals_of(
    actor: Actor, scale: str, on: date, choice: Choice, row: type[CareLevel] = CareLevel
) -> ColumnElement[bool]:
    in_area = select(Resident.id).where(within_area(Resident.community_id, actor))
    chosen = true() if choice.level_ids is None else row.id.in_(choice.level_ids)
    return and_(
        chosen,
        row.graded_at <= choice.graded_until,
        row.scale == scale,
        is_open_proposal(row),
        row.from_date <= on,
        row.graded_by != actor.account_id,
        row.resident_id.in_(in_area),
    )


def _end_earlier(actor: Actor, scale: str, on: date, choice: Choice) -> None:
    newer = aliased(CareLevel)
    follows = and_(
        _proposals_of(actor, scale, on, choice, newer), newer.resident_id == CareLevel.resident_id
    )
    in_force = and_(
        CareLevel.scale == scale,
        CareLevel.state == LevelState.CONFIRMED,
        CareLevel.to_date.is_(None),
    )
    later = and_(follows, newer.from_date > CareLevel.from_date)
    start = select(newer.from_date).where(follows).correlate(CareLevel).scalar_subquery()
    db.session.execute(
        update(CareLevel)
        .where(in_force, exists().where(later).correlate(CareLevel))
        .values(to_date=start)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(CareLevel)
        .where(in_force, exists().where(follows).correlate(CareLevel))
        .values(state=LevelState.REPLACED)
        .execution_options(synchronize_session=False)
    )
