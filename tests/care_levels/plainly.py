"""Grading one person after the other, as anybody would write it: what the fast path must equal."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, cast, delete, insert, or_, select

from voucher.access import Actor, within_area
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries.levels import find_levels_in_force
from voucher.db import db
from voucher.periods import full_years
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_scale
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import score_points
from voucher.schemes.rules.values import Facts
from voucher.sealing import unseal

Plain = dict[int, tuple[str, list[Any], date, int | None]]


def grade_plainly(*, actor: Actor, programme: Programme, on: date, now: datetime) -> int:
    """Write the proposals, and give how many."""
    scale = get_scale(scale=programme.scale, version=programme.scale_version)
    proposals = _class(actor, programme, on) if programme.has_own_scale else _score(actor, on)
    rows, present = [], _find_known(programme.scale)
    for resident_id, (level, reasons, from_date, assessment_id) in sorted(proposals.items()):
        known = present.get(resident_id)
        if not level or (known and known.from_date > from_date):
            continue
        if known and (known.level, known.assessment_id) == (level, assessment_id):
            continue
        if known and known.state == LevelState.PROPOSED:
            db.session.execute(delete(CareLevel).where(CareLevel.id == known.id))
        rows.append(
            {
                "resident_id": resident_id,
                "scale": programme.scale,
                "scheme_version_id": freeze_scheme(scheme=scale, now=now),
                "assessment_id": assessment_id,
                "level": level,
                "reasons": reasons,
                "from_date": from_date,
                "state": LevelState.PROPOSED,
                "graded_by": actor.account_id,
                "graded_at": now,
            }
        )
    if rows:
        db.session.execute(insert(CareLevel), rows)
    return len(rows)


def _find_known(scale: str) -> dict[int, CareLevel]:
    wanted = select(CareLevel).where(
        CareLevel.scale == scale,
        CareLevel.to_date.is_(None),
        CareLevel.state.in_([LevelState.PROPOSED, LevelState.CONFIRMED]),
    )
    rows = db.session.scalars(wanted.order_by(CareLevel.state))
    return {row.resident_id: row for row in rows}


def _list_present(actor: Actor, on: date) -> list[Resident]:
    here = or_(Resident.departed_date.is_(None), Resident.departed_date > on)
    wanted = select(Resident).where(within_area(Resident.community_id, actor), here)
    return list(db.session.scalars(wanted))


def _score(actor: Actor, on: date) -> Plain:
    wanted = (
        select(Assessment, SchemeVersion.version)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .where(
            Assessment.resident_id.in_([resident.id for resident in _list_present(actor, on)]),
            Assessment.superseded_by.is_(None),
            Assessment.assessed_date <= on,
            SchemeVersion.scheme == GBT,
        )
        .order_by(Assessment.assessed_date, Assessment.id)
    )
    latest = {row.Assessment.resident_id: row for row in db.session.execute(wanted)}
    return {resident_id: _score_one(*row) for resident_id, row in latest.items()}


def _score_one(one: Assessment, version: int) -> tuple[str, list[Any], date, int | None]:
    instrument = get_scale(scale=GBT, version=version)
    sealed = unseal(one.diagnoses_sealed, column=DIAGNOSES_COLUMN, row=one.public_id)
    result = score_points(
        instrument=instrument,
        points=tuple(one.points[item.id] for item in instrument.items),
        diagnoses=tuple(sealed.split()),
        event_count=sum(one.events.values()),
        coma=one.coma,
    )
    return result.level, [reason.as_json() for reason in result.reasons], one.assessed_date, one.id


def _class(actor: Actor, programme: Programme, on: date) -> Plain:
    gbt = {resident: level for resident, (level, *_) in _score(actor, on).items()}
    gbt |= {row: level.level for row, level in find_levels_in_force(scale=GBT, on=on).items()}
    found: Plain = {}
    for resident in _list_present(actor, on):
        age = full_years(resident.born_date, on)
        facts = Facts(age, tuple(resident.situation), gbt.get(resident.id, ""))
        classed = class_resident(programme, facts)
        reasons = [reason.as_json() for reason in classed.reasons]
        found[resident.id] = (classed.level, reasons, on.replace(day=1), None)
    return found


def show_levels() -> list[tuple[Any, ...]]:
    """Give every level as the database keeps it, but for its id."""
    table = CareLevel.__table__
    columns = [
        cast(column, Text) if column.name == "reasons" else column
        for column in table.c
        if column.name != "id"
    ]
    rows = db.session.execute(select(*columns))
    return sorted((tuple(row) for row in rows), key=repr)
