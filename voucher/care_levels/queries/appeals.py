"""Reading appeals, always within the asker's area."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import WholeAssessment, get_assessment
from voucher.care_levels.models import Appeal, CareLevel, LevelState
from voucher.care_levels.queries.levels import select_with_people
from voucher.care_levels.rules import OPEN_STATES, AppealState, are_other_people
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_scale
from voucher.schemes.rules.values import Words


@dataclass(frozen=True, slots=True)
class WholeAppeal:
    """An appeal with its person, the level appealed against, and both assessments."""

    appeal: Appeal
    level: CareLevel
    resident: Resident
    version: int
    first: str
    first_assessors: tuple[str, str]
    again: WholeAssessment | None
    registered_by: str
    assessed_by: str | None
    closed_by: str | None


def get_appeal(*, actor: Actor, appeal_id: int) -> WholeAppeal:
    """
    Give an appeal of the area as it is in the database now.

    :raises NotFound: appeal_unknown.
    """
    row = db.session.execute(_select_whole(actor, appeal_id)).one_or_none()
    if row is None:
        raise NotFound("appeal_unknown", N_("没有这件申诉，或不在您的辖区"))
    again = get_assessment(actor=actor, public_id=row.again) if row.again else None
    return WholeAppeal(
        appeal=row.Appeal,
        level=row.CareLevel,
        resident=row.Resident,
        version=row.version,
        first=row.first,
        first_assessors=(row.assessor_1, row.assessor_2),
        again=again,
        registered_by=row.registered_by,
        assessed_by=row.assessed_by,
        closed_by=row.closed_by,
    )


def _select_whole(actor: Actor, appeal_id: int) -> Select[Any]:
    first, again = aliased(Assessment), aliased(Assessment)
    registrar, assessor, closer = (aliased(Account) for _ in range(3))
    return (
        select_with_people(
            *(Appeal, CareLevel, Resident, SchemeVersion.version),
            *(first.public_id.label("first"), first.assessor_1, first.assessor_2),
            again.public_id.label("again"),
            registrar.name.label("registered_by"),
            assessor.name.label("assessed_by"),
            closer.name.label("closed_by"),
            actor=actor,
        )
        .join(Appeal, Appeal.care_level_id == CareLevel.id)
        .join(first, first.id == CareLevel.assessment_id)
        .join(registrar, registrar.id == Appeal.registered_by)
        .outerjoin(again, again.id == Appeal.assessment_id)
        .outerjoin(assessor, assessor.id == Appeal.assessed_by)
        .outerjoin(closer, closer.id == Appeal.closed_by)
        .where(Appeal.id == appeal_id)
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal in a list: whose, against what, until when, and how far it is. No level."""

    id: int
    public_id: str
    name: str
    community: str
    scale: Words
    appellant: str
    relation: str
    appealed_date: date
    due_date: date
    state: str
    outcome: str | None
    is_overdue: bool


APPEAL_SORTS: dict[str, Any] = {
    "name": Resident.name_key,
    "community": Division.code,
    "appealed": Appeal.appealed_date,
    "due": Appeal.due_date,
}


def list_appeals(*, actor: Actor, wanted: Wanted, today: date) -> Slice[AppealRow]:
    """
    List the appeals of the area, the open ones first and of these the longest overdue.

    Filters `state` (a state, or `overdue`) and `community`.
    """
    query = (
        select_with_people(
            *(Appeal, CareLevel.scale, SchemeVersion.version, Resident.public_id, Resident.name),
            Division.name.label("community"),
            actor=actor,
        )
        .join(Appeal, Appeal.care_level_id == CareLevel.id)
        .order_by(Appeal.closed_at.is_not(None), Appeal.due_date)
    )
    if wanted["state"] == "overdue":
        query = query.where(Appeal.closed_at.is_(None), Appeal.due_date < today)
    elif wanted["state"]:
        query = query.where(Appeal.state == wanted["state"])
    if wanted["community"]:
        query = query.where(Division.code == wanted["community"])
    found = take_slice(query, wanted=wanted, sorts=APPEAL_SORTS, last=Appeal.__table__.c.id)
    return Slice([_as_row(row, today) for row in found.rows], found.total, wanted)


def _as_row(row: Any, today: date) -> AppealRow:
    appeal = row.Appeal
    return AppealRow(
        id=appeal.id,
        public_id=row.public_id,
        name=row.name,
        community=row.community,
        scale=get_scale(scale=row.scale, version=row.version).name,
        appellant=appeal.appellant,
        relation=appeal.relation,
        appealed_date=appeal.appealed_date,
        due_date=appeal.due_date,
        state=appeal.state,
        outcome=appeal.outcome,
        is_overdue=appeal.closed_at is None and appeal.due_date < today,
    )


def count_open_appeals(*, actor: Actor, state: AppealState | None = None) -> int:
    """Count the appeals of the area that are not decided yet, or those in one state."""
    wanted = (
        select(func.count(Appeal.id))
        .join(CareLevel, CareLevel.id == Appeal.care_level_id)
        .join(Resident, Resident.id == CareLevel.resident_id)
        .where(
            Appeal.state.in_((state,) if state else OPEN_STATES),
            within_area(Resident.community_id, actor),
        )
    )
    return db.session.scalar(wanted) or 0


def list_appealable_levels(*, resident_id: int) -> list[Any]:
    """List a person's assessed levels in force: (CareLevel, version, standing appeal or None)."""
    wanted = (
        select(CareLevel, SchemeVersion.version, Appeal.id.label("appeal"))
        .join(SchemeVersion, SchemeVersion.id == CareLevel.scheme_version_id)
        .outerjoin(
            Appeal,
            (Appeal.care_level_id == CareLevel.id) & (Appeal.state != AppealState.WITHDRAWN),
        )
        .where(
            CareLevel.resident_id == resident_id,
            CareLevel.state == LevelState.CONFIRMED,
            CareLevel.to_date.is_(None),
            CareLevel.assessment_id.is_not(None),
        )
        .order_by(CareLevel.id)
    )
    return list(db.session.execute(wanted))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An assessment made since the appeal, and whether its pair is another than the first."""

    public_id: str
    assessed_date: date
    assessors: tuple[str, str]
    is_by_others: bool


def list_candidates(*, whole: WholeAppeal) -> list[Candidate]:
    """List the assessments on the same scale made since the appeal, newest first."""
    rows = db.session.scalars(
        select(Assessment)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .where(
            Assessment.resident_id == whole.resident.id,
            Assessment.assessed_date >= whole.appeal.appealed_date,
            Assessment.superseded_by.is_(None),
            Assessment.id != whole.level.assessment_id,
            SchemeVersion.scheme == whole.level.scale,
        )
        .order_by(Assessment.assessed_date.desc(), Assessment.id.desc())
    )
    return [
        Candidate(
            public_id=row.public_id,
            assessed_date=row.assessed_date,
            assessors=(row.assessor_1, row.assessor_2),
            is_by_others=are_other_people(whole.first_assessors, (row.assessor_1, row.assessor_2)),
        )
        for row in rows
    ]
