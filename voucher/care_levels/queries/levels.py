"""Reading levels and what grading needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, or_, select

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.care_levels.models import CareLevel, LevelState
from voucher.db import db
from voucher.divisions.models import Division
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion

_STREAMED = 1_000


@dataclass(frozen=True, slots=True)
class LevelInForce:
    """A resident's level on a scale on a day, and the row that says so."""

    id: int
    level: str


def select_with_people(*columns: Any, actor: Actor) -> Select[Any]:
    """
    Give the query of the area's levels, each with its person and the version it was found by.

    The columns are those of CareLevel, Resident, Division (the community), SchemeVersion, and of
    what the caller joins.
    """
    wanted: Select[Any] = (
        select(*columns)
        .select_from(CareLevel)
        .join(Resident, Resident.id == CareLevel.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(SchemeVersion, SchemeVersion.id == CareLevel.scheme_version_id)
        .where(within_area(Resident.community_id, actor))
    )
    return wanted


def list_present_residents(*, actor: Actor, on: date) -> Iterable[Any]:
    """Give id, birth date and situation of everybody of the area who is on the roster that day."""
    return db.session.execute(
        select(Resident.id, Resident.born_date, Resident.situation)
        .where(*_present(actor, on))
        .order_by(Resident.id)
    )


def stream_present_residents(*, actor: Actor, on: date) -> Iterator[Sequence[Any]]:
    """Give the same in batches, and each situation as the text it is kept as."""
    wanted = (
        select(Resident.id, Resident.born_date, cast(Resident.situation, Text))
        .where(*_present(actor, on))
        .order_by(Resident.id)
        .execution_options(yield_per=_STREAMED)
    )
    # The connection gives plain rows; the session would look each of them over.
    return db.session.connection().execute(wanted).partitions()


def count_present_residents(*, actor: Actor, on: date) -> int:
    """Count who of the area is on the roster that day."""
    wanted = select(func.count(Resident.id)).where(*_present(actor, on))
    return db.session.scalar(wanted) or 0


def _present(actor: Actor, on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        within_area(Resident.community_id, actor),
        or_(Resident.departed_date.is_(None), Resident.departed_date > on),
    )


def count_waiting_ungraded(*, actor: Actor) -> int:
    """Count who of the area was assessed and has no level, not even a proposed one."""
    assessed = exists().where(Assessment.resident_id == Resident.id)
    graded = exists().where(CareLevel.resident_id == Resident.id)
    return (
        db.session.scalar(
            select(func.count(Resident.id)).where(
                Resident.departed_date.is_(None),
                within_area(Resident.community_id, actor),
                assessed,
                ~graded,
            )
        )
        or 0
    )


def find_levels_in_force(
    *, scale: str, on: date, resident_id: int | None = None
) -> Mapping[int, LevelInForce]:
    """Give, by resident, the confirmed level on a scale that holds on a day, or one resident's."""
    wanted = select(CareLevel.resident_id, CareLevel.id, CareLevel.level).where(
        CareLevel.scale == scale,
        CareLevel.state == LevelState.CONFIRMED,
        CareLevel.from_date <= on,
        or_(CareLevel.to_date.is_(None), CareLevel.to_date > on),
    )
    if resident_id is not None:
        wanted = wanted.where(CareLevel.resident_id == resident_id)
    rows = db.session.execute(wanted)
    return {row.resident_id: LevelInForce(row.id, row.level) for row in rows}


def find_present_levels(*, scale: str) -> dict[int, Any]:
    """
    Give, by resident, what is proposed now or else in force, for grading again.

    Rows of (resident_id, id, state, level, from_date, assessment_id).
    """
    rows = db.session.execute(
        select(
            *(CareLevel.resident_id, CareLevel.id, CareLevel.state, CareLevel.level),
            *(CareLevel.from_date, CareLevel.assessment_id),
        )
        .where(
            CareLevel.scale == scale,
            or_(
                CareLevel.state == LevelState.PROPOSED,
                (CareLevel.state == LevelState.CONFIRMED) & CareLevel.to_date.is_(None),
            ),
        )
        # Proposals last, so that they win the place in the mapping.
        .order_by(CareLevel.resident_id, CareLevel.state)
    )
    return {row.resident_id: row for row in rows}


def list_levels_of_resident(*, resident_id: int) -> list[Any]:
    """
    List every level a person has or had, newest first.

    Rows of (CareLevel, scheme version, assessment's public id, assessment's points, confirmed by).
    """
    wanted = (
        select(
            CareLevel,
            SchemeVersion.version,
            Assessment.public_id.label("assessment"),
            Assessment.points,
            Account.name.label("confirmed_by"),
        )
        .join(SchemeVersion, SchemeVersion.id == CareLevel.scheme_version_id)
        .outerjoin(Assessment, Assessment.id == CareLevel.assessment_id)
        .outerjoin(Account, Account.id == CareLevel.confirmed_by)
        .where(CareLevel.resident_id == resident_id)
        .order_by(CareLevel.from_date.desc(), CareLevel.id.desc())
    )
    return list(db.session.execute(wanted))
