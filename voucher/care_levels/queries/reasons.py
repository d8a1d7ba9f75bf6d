"""Why somebody has a level: the answers, their points, the band, the rules that moved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import WholeAssessment, get_assessment
from voucher.care_levels.models import CareLevel
from voucher.care_levels.rules import SaidReason, word_reasons
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_scale
from voucher.schemes.rules.instruments import Band, Instrument, Item
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import Result, score_points
from voucher.schemes.rules.values import Level, Words


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one item: the option's words, the points, and how many there are."""

    item: Item
    options: tuple[Words, ...]
    points: int


@dataclass(frozen=True, slots=True)
class PartReason:
    """What a part of the instrument came to, and the answers behind it."""

    id: str
    name: Words
    points: int
    maximum: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class WholeLevel:
    """
    A level with all that led to it; without an assessment `parts` is empty and `result` None.

    Health data: who reads it records the reading.
    """

    level: CareLevel
    resident: Resident
    community: str
    street: str
    scheme: Instrument | Programme
    digest: str
    name: Words
    assessment: WholeAssessment | None
    result: Result | None
    band: Band | None
    parts: tuple[PartReason, ...]
    rules: tuple[SaidReason, ...]
    graded_by: str
    confirmed_by: str | None
    rejected_by: str | None

    @property
    def version(self) -> int:
        """Give the version of the scale that produced the level."""
        return self.scheme.version


def score_assessment(whole: WholeAssessment, instrument: Instrument) -> Result:
    """Score the answers of an assessment by an instrument that has its items."""
    return score_points(
        instrument=instrument,
        points=tuple(whole.assessment.points[item.id] for item in instrument.items),
        diagnoses=whole.diagnoses,
        event_count=sum(whole.assessment.events.values()),
        coma=whole.assessment.coma,
    )


def get_level_reasons(*, actor: Actor, level_id: int, public_id: str | None = None) -> WholeLevel:
    """
    Give a level of somebody of the area with its reasons down to the answers.

    :raises NotFound: level_unknown.
    """
    row = _find_row(actor, level_id, public_id)
    if row is None:
        raise NotFound("level_unknown", N_("没有这项等级，或不在您的辖区"))
    level = row.CareLevel
    scheme = get_scale(scale=level.scale, version=row.version)
    whole = get_assessment(actor=actor, public_id=row.assessment) if row.assessment else None
    result: Result | None = None
    parts: tuple[PartReason, ...] = ()
    if whole is not None and isinstance(scheme, Instrument):
        result = score_assessment(whole, scheme)
        parts = _list_parts(scheme, whole.assessment.points, result)
    return WholeLevel(
        level=level,
        resident=row.Resident,
        community=row.community,
        street=row.street,
        scheme=scheme,
        digest=row.digest,
        name=_name_level(scheme, level.level),
        assessment=whole,
        result=result,
        band=_find_band(scheme, result) if result else None,
        parts=parts,
        rules=word_reasons(scheme, level.reasons, total=None),
        graded_by=row.graded_by,
        confirmed_by=row.confirmed_by,
        rejected_by=row.rejected_by,
    )


def _find_row(actor: Actor, level_id: int, public_id: str | None) -> Any:
    grader, confirmer, rejecter = (aliased(Account) for _ in range(3))
    street = aliased(Division)
    wanted: Any = (
        select(
            *(CareLevel, Resident, SchemeVersion.version, SchemeVersion.digest),
            *(Division.name.label("community"), street.name.label("street")),
            Assessment.public_id.label("assessment"),
            grader.name.label("graded_by"),
            confirmer.name.label("confirmed_by"),
            rejecter.name.label("rejected_by"),
        )
        .join(Resident, Resident.id == CareLevel.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
        .join(SchemeVersion, SchemeVersion.id == CareLevel.scheme_version_id)
        .join(grader, grader.id == CareLevel.graded_by)
        .outerjoin(confirmer, confirmer.id == CareLevel.confirmed_by)
        .outerjoin(rejecter, rejecter.id == CareLevel.rejected_by)
        .outerjoin(Assessment, Assessment.id == CareLevel.assessment_id)
        .where(CareLevel.id == level_id, within_area(Resident.community_id, actor))
    )
    if public_id is not None:
        wanted = wanted.where(Resident.public_id == public_id)
    return db.session.execute(wanted).one_or_none()


def _name_level(scheme: Instrument | Programme, level_id: str) -> Words:
    names = {level.id: level.name for level in scheme.levels}
    return names.get(level_id, Level(level_id, Words(level_id, level_id)).name)


def _find_band(scheme: Instrument | Programme, result: Result) -> Band | None:
    """Give the band the total fell in, where the scale has bands of its total."""
    bands: tuple[Band, ...] = getattr(scheme, "bands", ())
    return next((band for band in bands if band.lower <= result.total <= band.upper), None)


def _list_parts(
    instrument: Instrument, points: Mapping[str, int], result: Result
) -> tuple[PartReason, ...]:
    return tuple(
        PartReason(
            id=part.id,
            name=part.name,
            points=subtotal,
            maximum=sum(item.maximum for item in part.items),
            answers=tuple(_answer(item, points[item.id]) for item in part.items),
        )
        for part, subtotal in zip(instrument.parts, result.subtotals, strict=True)
    )


def _answer(item: Item, points: int) -> Answer:
    """Give the answer of an item; two options may give equal points, then both are named."""
    options = tuple(option.name for option in item.options if option.points == points)
    return Answer(item, options, points)
