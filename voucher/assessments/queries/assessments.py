"""Reading assessments, always within the asker's area."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment, AssessmentDraft
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.scoring import Answers, restore_answers
from voucher.sealing import unseal

DIAGNOSES_COLUMN = "assessments.diagnoses"
EVIDENCE_COLUMN = "assessments.evidence"

_BATCH = 500


class KnownAssessment(NamedTuple):
    """What an import compares a row with: the assessment that holds for a person and a day."""

    id: int
    public_id: str
    resident_id: int
    assessed_date: date
    assessors: tuple[str, str]
    points: dict[str, int]
    diagnoses: tuple[str, ...]
    events: dict[str, int]
    coma: bool


def list_known_assessments(
    *, actor: Actor, instrument: Instrument, resident_ids: Iterable[int]
) -> list[KnownAssessment]:
    """List the assessments of these people that hold, by one version of an instrument."""
    wanted = sorted(set(resident_ids))
    found: list[KnownAssessment] = []
    for start in range(0, len(wanted), _BATCH):
        found += _list_batch(actor, instrument, wanted[start : start + _BATCH])
    return found


def count_waiting_assessments(*, actor: Actor) -> int:
    """Count who of the area is present and was never assessed."""
    assessed = exists().where(Assessment.resident_id == Resident.id)
    return (
        db.session.scalar(
            select(func.count(Resident.id)).where(
                Resident.departed_date.is_(None),
                within_area(Resident.community_id, actor),
                ~assessed,
            )
        )
        or 0
    )


def _list_batch(
    actor: Actor, instrument: Instrument, resident_ids: Sequence[int]
) -> Iterable[KnownAssessment]:
    rows = db.session.scalars(
        select(Assessment)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .join(Resident, Resident.id == Assessment.resident_id)
        .where(
            Assessment.resident_id.in_(resident_ids),
            Assessment.superseded_by.is_(None),
            SchemeVersion.scheme == instrument.id,
            SchemeVersion.version == instrument.version,
            within_area(Resident.community_id, actor),
        )
        .order_by(Assessment.id)
    )
    for row in rows:
        diagnoses = unseal(row.diagnoses_sealed, column=DIAGNOSES_COLUMN, row=row.public_id)
        yield KnownAssessment(
            id=row.id,
            public_id=row.public_id,
            resident_id=row.resident_id,
            assessed_date=row.assessed_date,
            assessors=(row.assessor_1, row.assessor_2),
            points=row.points,
            diagnoses=tuple(diagnoses.split()),
            events=row.events,
            coma=row.coma,
        )


def select_assessments(*, actor: Actor, name: str, place: str, standing: str) -> Select[Any]:
    """
    Give the query of the assessments of the area.

    Rows are (Assessment, Resident, community, street, scheme, version).
    `place` is the code of a street or community, or ""; `standing` is valid, superseded or all.
    """
    street = aliased(Division)
    wanted: Any = (
        select(
            *(Assessment, Resident, SchemeVersion.scheme, SchemeVersion.version),
            *(Division.name.label("community"), street.name.label("street")),
        )
        .join(Resident, Resident.id == Assessment.resident_id)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
        .where(within_area(Resident.community_id, actor))
    )
    if name:
        wanted = wanted.where(Resident.name.contains(name, autoescape=True))
    if place:
        wanted = wanted.where(or_(Division.code == place, street.code == place))
    if standing == "all":
        return wanted
    is_valid = Assessment.superseded_by.is_(None)
    return wanted.where(is_valid if standing == "valid" else ~is_valid)


ASSESSMENT_SORTS: dict[str, ColumnElement[Any]] = {
    "date": Assessment.assessed_date.expression,
    "name": Resident.name_key.expression,
}


@dataclass(frozen=True, slots=True)
class WholeAssessment:
    """
    One assessment with all that was answered, its person, its instrument and what replaced it.

    `evidence` holds records, signature and backgrounds where it comes from a bedside; else nothing.
    Health data: who reads it records the reading.
    """

    assessment: Assessment
    resident: Resident
    scheme: str
    version: int
    diagnoses: tuple[str, ...]
    successor: str | None
    recorded_by: str
    confirmed_by: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)

    def restore_answers(self, instrument: Instrument) -> Answers:
        """Give what was answered, in the order of an instrument that has its items."""
        return restore_answers(
            instrument=instrument,
            points=self.assessment.points,
            diagnoses=self.diagnoses,
            events=self.assessment.events,
            coma=self.assessment.coma,
        )


def get_assessment(*, actor: Actor, public_id: str) -> WholeAssessment:
    """
    Give an assessment of somebody of the area.

    :raises NotFound: assessment_unknown.
    """
    later, second = aliased(Assessment), aliased(Account)
    row = db.session.execute(
        select(
            Assessment,
            Resident,
            SchemeVersion.scheme,
            SchemeVersion.version,
            later.public_id.label("successor"),
            Account.name.label("recorded_by"),
            second.name.label("confirmed_by"),
        )
        .join(Resident, Resident.id == Assessment.resident_id)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .join(Account, Account.id == Assessment.recorded_by)
        .outerjoin(later, later.id == Assessment.superseded_by)
        .outerjoin(AssessmentDraft, AssessmentDraft.assessment_id == Assessment.id)
        .outerjoin(second, second.id == AssessmentDraft.confirmed_by)
        .where(Assessment.public_id == public_id, within_area(Resident.community_id, actor))
    ).one_or_none()
    if row is None:
        raise NotFound("assessment_unknown", N_("没有这次评估，或不在您的辖区"))
    found = row.Assessment
    sealed = unseal(found.diagnoses_sealed, column=DIAGNOSES_COLUMN, row=found.public_id)
    return WholeAssessment(
        assessment=found,
        resident=row.Resident,
        scheme=row.scheme,
        version=row.version,
        diagnoses=tuple(sealed.split()),
        successor=row.successor,
        recorded_by=row.recorded_by,
        confirmed_by=row.confirmed_by,
        evidence=_open_evidence(found),
    )


def _open_evidence(found: Assessment) -> dict[str, Any]:
    if found.evidence_sealed is None:
        return {}
    text = unseal(found.evidence_sealed, column=EVIDENCE_COLUMN, row=found.public_id)
    opened: dict[str, Any] = json.loads(text)
    return opened


def list_assessments_of_resident(*, resident_id: int) -> list[Any]:
    """List a person's assessments, newest first: (Assessment, scheme, version)."""
    wanted = (
        select(Assessment, SchemeVersion.scheme, SchemeVersion.version)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .where(Assessment.resident_id == resident_id)
        .order_by(Assessment.assessed_date.desc(), Assessment.id.desc())
    )
    return list(db.session.execute(wanted))


def find_newest_assessment(*, resident_id: int, scheme: str) -> Assessment | None:
    """Give the assessment of a person by an instrument, in any version, that was written last."""
    return db.session.scalar(
        select(Assessment)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .where(Assessment.resident_id == resident_id, SchemeVersion.scheme == scheme)
        .order_by(Assessment.id.desc())
        .limit(1)
    )
