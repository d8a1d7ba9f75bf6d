"""Reading whose next assessment is due, by scales that say after how many months."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select, union_all
from sqlalchemy.orm import aliased

from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries.levels import select_with_people
from voucher.care_levels.rules import find_interval
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.periods import add_months, latest_start
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_level, get_scheme
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.values import Words


@dataclass(frozen=True, slots=True)
class DueRow:
    """Somebody to be assessed again: since when the level stands, and by which day."""

    public_id: str
    name: str
    street: str
    community: str
    level: Words
    assessed_date: date
    due_date: date
    is_overdue: bool


DUE_SORTS: dict[str, Any] = {
    "name": Resident.name_key,
    "community": Division.code,
    "due": Assessment.assessed_date,
}


def find_months(*, scale: str, district_months: int | None, on: date) -> int | None:
    """
    Give after how many months one is assessed again, by the scale as it counts on a day.

    None where neither the scale nor the district says.
    """
    scheme = get_scheme(scale, on)
    stated = scheme.reassess_months if isinstance(scheme, Instrument) else None
    return find_interval(stated_by_scale=stated, stated_by_district=district_months)


def list_intervals(*, district_months: int | None, on: date) -> dict[str, int]:
    """Give, by the assessed scales in use, the months of `find_months` on a day."""
    scales = db.session.scalars(
        select(CareLevel.scale).where(CareLevel.assessment_id.is_not(None)).distinct()
    )
    found = {
        scale: find_months(scale=scale, district_months=district_months, on=on)
        for scale in sorted(scales)
    }
    return {scale: months for scale, months in found.items() if months is not None}


def list_due(
    *, actor: Actor, wanted: Wanted, scale: str, months: int, by: date, today: date
) -> Slice[DueRow]:
    """List whose next assessment on a scale is due by a day, the longest overdue first."""
    query = _select_due(actor, scale, months, by)
    if wanted["community"]:
        query = query.where(Division.code == wanted["community"])
    found = take_slice(query, wanted=wanted, sorts=DUE_SORTS, last=CareLevel.__table__.c.id)
    return Slice([_as_due(row, months, today) for row in found.rows], found.total, wanted)


def count_due(*, actor: Actor, today: date, intervals: Mapping[str, int]) -> int:
    """Count whose next assessment is due today or overdue, on all scales that say when."""
    due = [
        _select_due(actor, scale, months, today).order_by(None)
        for scale, months in intervals.items()
    ]
    if not due:
        return 0
    return db.session.scalar(select(func.count()).select_from(union_all(*due).subquery())) or 0


def _select_due(actor: Actor, scale: str, months: int, by: date) -> Select[Any]:
    street, later, its_version = aliased(Division), aliased(Assessment), aliased(SchemeVersion)
    # Whoever was assessed again meanwhile only waits for grading.
    again = exists().where(
        later.resident_id == CareLevel.resident_id,
        later.assessed_date > Assessment.assessed_date,
        later.superseded_by.is_(None),
        its_version.id == later.scheme_version_id,
        its_version.scheme == scale,
    )
    return (
        select_with_people(
            *(CareLevel.id, CareLevel.scale, CareLevel.level, SchemeVersion.version),
            *(Resident.public_id, Resident.name, Assessment.assessed_date),
            *(street.name.label("street"), Division.name.label("community")),
            actor=actor,
        )
        .join(street, street.id == Division.parent_id)
        .join(Assessment, Assessment.id == CareLevel.assessment_id)
        .where(
            CareLevel.scale == scale,
            CareLevel.state == LevelState.CONFIRMED,
            CareLevel.to_date.is_(None),
            Assessment.assessed_date <= latest_start(by, months),
            ~again.correlate(CareLevel, Assessment),
            Resident.departed_date.is_(None),
        )
        .order_by(Assessment.assessed_date)
    )


def _as_due(row: Any, months: int, today: date) -> DueRow:
    due = add_months(row.assessed_date, months)
    return DueRow(
        public_id=row.public_id,
        name=row.name,
        street=row.street,
        community=row.community,
        level=get_level(scale=row.scale, version=row.version, level=row.level).name,
        assessed_date=row.assessed_date,
        due_date=due,
        is_overdue=due < today,
    )
