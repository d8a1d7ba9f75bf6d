"""Reading what is proposed, as an official judges it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
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
