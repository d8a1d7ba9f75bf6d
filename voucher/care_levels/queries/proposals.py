"""Reading what is proposed, as an official judges it, and what was sent back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.care_levels.models import Appeal, CareLevel, LevelState
from voucher.care_levels.queries.levels import select_with_people
from voucher.care_levels.rules import OPEN_STATES, SaidReason, word_reasons
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_level, get_scale
from voucher.schemes.rules.values import Words


def is_open_proposal(level: Any = CareLevel) -> ColumnElement[bool]:
    """Give the condition that a proposal waits: of somebody present, and under no appeal."""
    person, first = aliased(Resident), aliased(CareLevel)
    present = exists().where(person.id == level.resident_id, person.departed_date.is_(None))
    appealed = exists().where(
        Appeal.care_level_id == first.id,
        Appeal.state.in_(OPEN_STATES),
        first.resident_id == level.resident_id,
        first.scale == level.scale,
    )
    return and_(
        level.state == LevelState.PROPOSED, present.correlate(level), ~appealed.correlate(level)
    )


def count_waiting_levels(*, actor: Actor) -> int:
    """Count the proposed levels of the area that wait for somebody else than who graded."""
    return (
        db.session.scalar(
            select(func.count(CareLevel.id))
            .join(Resident, Resident.id == CareLevel.resident_id)
            .where(
                is_open_proposal(),
                CareLevel.graded_by != actor.account_id,
                within_area(Resident.community_id, actor),
            )
        )
        or 0
    )


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
        select_with_people(
            *(CareLevel.id, CareLevel.scale, CareLevel.level, CareLevel.reasons),
            *(CareLevel.from_date, SchemeVersion.version, Assessment.points),
            *(Resident.public_id, Resident.name, Division.name.label("community")),
            *(before.level.label("before"), before_version.version.label("before_version")),
            Account.name.label("graded_by"),
            actor=actor,
        )
        .join(Account, Account.id == CareLevel.graded_by)
        .outerjoin(Assessment, Assessment.id == CareLevel.assessment_id)
        .outerjoin(before, in_force)
        .outerjoin(before_version, before_version.id == before.scheme_version_id)
        .where(is_open_proposal())
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
        reasons=word_reasons(scheme, row.reasons, points=row.points),
        graded_by=row.graded_by,
    )


def count_proposals(*, actor: Actor) -> dict[str, dict[str, int]]:
    """Count what is proposed in the area, by scale and level."""
    rows = db.session.execute(
        select(CareLevel.scale, CareLevel.level, func.count())
        .join(Resident, Resident.id == CareLevel.resident_id)
        .where(is_open_proposal(), within_area(Resident.community_id, actor))
        .group_by(CareLevel.scale, CareLevel.level)
        .order_by(CareLevel.scale, CareLevel.level)
    )
    counts: dict[str, dict[str, int]] = {}
    for scale, level, count in rows:
        counts.setdefault(scale, {})[level] = count
    return counts


def find_rejected(*, scale: str) -> frozenset[tuple[int, int | None, str]]:
    """Give (resident, assessment, level) of what was rejected: it is not proposed again."""
    rows = db.session.execute(
        select(CareLevel.resident_id, CareLevel.assessment_id, CareLevel.level).where(
            CareLevel.scale == scale, CareLevel.state == LevelState.REJECTED
        )
    )
    return frozenset((row[0], row[1], row[2]) for row in rows)


def get_proposal(*, actor: Actor, level_id: int) -> Any:
    """
    Give an open proposal of the area: (CareLevel, Resident, community, scheme version).

    :raises NotFound: level_unknown.
    """
    found = db.session.execute(
        select_with_people(
            *(CareLevel, Resident, Division.name.label("community"), SchemeVersion.version),
            actor=actor,
        ).where(CareLevel.id == level_id, is_open_proposal())
    ).one_or_none()
    if found is None:
        raise NotFound("level_unknown", N_("没有这项拟定等级，或已经确认、退回，或不在您的辖区"))
    return found


def _is_unsettled(later: Any, newer: Any) -> ColumnElement[bool]:
    """Give the condition that nothing came after a rejection: no level, assessment or appeal."""
    graded_again = exists().where(
        later.resident_id == CareLevel.resident_id,
        later.scale == CareLevel.scale,
        later.id > CareLevel.id,
    )
    assessed_again = exists().where(
        newer.resident_id == CareLevel.resident_id,
        newer.recorded_at > CareLevel.rejected_at,
        newer.scheme_version_id == CareLevel.scheme_version_id,
    )
    of_an_appeal = exists().where(Appeal.assessment_id == CareLevel.assessment_id)
    return and_(
        CareLevel.state == LevelState.REJECTED,
        *(~one.correlate(CareLevel) for one in (graded_again, assessed_again, of_an_appeal)),
        Resident.departed_date.is_(None),
    )


def list_rejected(*, actor: Actor, wanted: Wanted) -> Slice[Any]:
    """
    List what was rejected in the area and not settled since, newest first.

    Rows of (CareLevel, Resident, community, version, rejected_by).
    """
    query = (
        select_with_people(
            *(CareLevel, Resident, Division.name.label("community"), SchemeVersion.version),
            Account.name.label("rejected_by"),
            actor=actor,
        )
        .join(Account, Account.id == CareLevel.rejected_by)
        .where(_is_unsettled(aliased(CareLevel), aliased(Assessment)))
        .order_by(CareLevel.rejected_at.desc())
    )
    last = CareLevel.__table__.c.id
    return take_slice(query, wanted=wanted, sorts=REJECTED_SORTS, last=last)


REJECTED_SORTS: dict[str, Any] = {
    "name": Resident.name_key,
    "community": Division.code,
    "rejected": CareLevel.rejected_at,
}


def count_rejected(*, actor: Actor) -> int:
    """Count what was rejected in the area and not settled since."""
    return (
        db.session.scalar(
            select(func.count(CareLevel.id))
            .join(Resident, Resident.id == CareLevel.resident_id)
            .where(
                _is_unsettled(aliased(CareLevel), aliased(Assessment)),
                within_area(Resident.community_id, actor),
            )
        )
        or 0
    )
