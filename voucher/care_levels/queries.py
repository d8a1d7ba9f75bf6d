"""Reading levels and what grading needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.rules import SaidReason, word_reasons
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_level, get_scale
from voucher.schemes.rules.values import Words

_STREAMED = 1_000


@dataclass(frozen=True, slots=True)
class LevelInForce:
    """A resident's level on a scale on a day, and the row that says so."""

    id: int
    level: str


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


def count_waiting_levels(*, actor: Actor) -> int:
    """Count the proposed levels of the area that wait for somebody else than who graded."""
    return (
        db.session.scalar(
            select(func.count(CareLevel.id))
            .join(Resident, Resident.id == CareLevel.resident_id)
            .where(
                CareLevel.state == LevelState.PROPOSED,
                CareLevel.graded_by != actor.account_id,
                within_area(Resident.community_id, actor),
            )
        )
        or 0
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


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed level as an official judges it: whose, from what to what, from when and why."""

    id: int
    public_id: str
    name: str
    community: str
    scale: str
    scale_name: Words
    before: Words | None
    after: Words
    from_date: date
    reasons: tuple[SaidReason, ...]
    graded_by: str


def list_proposals(*, actor: Actor, wanted: Wanted) -> Slice[Proposal]:
    """List what is proposed in the area, by the filters `scale`, `level` and `community`."""
    before, before_version = aliased(CareLevel), aliased(SchemeVersion)
    in_force = and_(
        before.resident_id == CareLevel.resident_id,
        before.scale == CareLevel.scale,
        before.state == LevelState.CONFIRMED,
        before.to_date.is_(None),
    )
    query = (
        select(
            *(CareLevel.id, CareLevel.scale, CareLevel.level, CareLevel.reasons),
            *(CareLevel.from_date, SchemeVersion.version, Assessment.points),
            *(Resident.public_id, Resident.name, Division.name.label("community")),
            *(before.level.label("before"), before_version.version.label("before_version")),
            Account.name.label("graded_by"),
        )
        .join(Resident, Resident.id == CareLevel.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(SchemeVersion, SchemeVersion.id == CareLevel.scheme_version_id)
        .join(Account, Account.id == CareLevel.graded_by)
        .outerjoin(Assessment, Assessment.id == CareLevel.assessment_id)
        .outerjoin(before, in_force)
        .outerjoin(before_version, before_version.id == before.scheme_version_id)
        .where(CareLevel.state == LevelState.PROPOSED, within_area(Resident.community_id, actor))
    )
    for name, column in _FILTERS.items():
        if wanted[name]:
            query = query.where(column == wanted[name])
    found = take_slice(query, wanted=wanted, sorts=PROPOSAL_SORTS, last=CareLevel.__table__.c.id)
    return Slice([_as_proposal(row) for row in found.rows], found.total, wanted)


_FILTERS: dict[str, Any] = {
    "scale": CareLevel.scale,
    "level": CareLevel.level,
    "community": Division.code,
}
PROPOSAL_SORTS: dict[str, Any] = {
    "name": Resident.name_key,
    "community": Division.code,
    "level": CareLevel.level,
    "from": CareLevel.from_date,
}


def _as_proposal(row: Any) -> Proposal:
    scheme = get_scale(scale=row.scale, version=row.version)
    before = row.before and get_level(scale=row.scale, version=row.before_version, level=row.before)
    return Proposal(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        community=row.community,
        scale=row.scale,
        scale_name=scheme.name,
        before=before.name if before else None,
        after=get_level(scale=row.scale, version=row.version, level=row.level).name,
        from_date=row.from_date,
        reasons=word_reasons(
            scheme, row.reasons, total=sum(row.points.values()) if row.points else None
        ),
        graded_by=row.graded_by,
    )


def count_proposals(*, actor: Actor) -> dict[str, dict[str, int]]:
    """Count what is proposed in the area, by scale and level."""
    rows = db.session.execute(
        select(CareLevel.scale, CareLevel.level, func.count())
        .join(Resident, Resident.id == CareLevel.resident_id)
        .where(CareLevel.state == LevelState.PROPOSED, within_area(Resident.community_id, actor))
        .group_by(CareLevel.scale, CareLevel.level)
        .order_by(CareLevel.scale, CareLevel.level)
    )
    counts: dict[str, dict[str, int]] = {}
    for scale, level, count in rows:
        counts.setdefault(scale, {})[level] = count
    return counts
