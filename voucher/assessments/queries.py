"""Reading assessments, always within the asker's area."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import exists, func, select

from voucher.access import Actor, within_area
from voucher.assessments.models import Assessment
from voucher.db import db
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.rules.instruments import Instrument
from voucher.sealing import unseal

DIAGNOSES_COLUMN = "assessments.diagnoses"

_BATCH = 500


class KnownAssessment(NamedTuple):
    """What an import compares a row with: the assessment that holds for a person and a day."""

    id: int
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
            resident_id=row.resident_id,
            assessed_date=row.assessed_date,
            assessors=(row.assessor_1, row.assessor_2),
            points=row.points,
            diagnoses=tuple(diagnoses.split()),
            events=row.events,
            coma=row.coma,
        )
