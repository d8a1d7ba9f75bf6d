"""Why somebody has a level: the answers, their points, the band, the rules that moved it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import aliased

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import WholeAssessment, get_assessment
from voucher.care_levels.models import CareLevel
from voucher.care_levels.queries.levels import select_with_people
from voucher.care_levels.rules import SaidReason, word_reasons
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_scale
from voucher.schemes.rules.explaining import explain_score, group_answers
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import Result, score_answers
from voucher.schemes.rules.steps import Step, StepKind, ToldPart
from voucher.schemes.rules.values import Level, Words


@dataclass(frozen=True, slots=True)
class WholeLevel:
    """
    A level with all that led to it; without an assessment `parts` and `initial` are empty.

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
    parts: tuple[ToldPart, ...]
    initial: Step | None
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
    return score_answers(instrument, whole.restore_answers(instrument))


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
    parts, initial = _explain(whole, scheme) if whole else ((), None)
    return WholeLevel(
        level=level,
        resident=row.Resident,
        community=row.community,
        street=row.street,
        scheme=scheme,
        digest=row.digest,
        name=_name_level(scheme, level.level),
        assessment=whole,
        parts=parts,
        initial=initial,
        rules=word_reasons(scheme, level.reasons, points=None),
        graded_by=row.graded_by,
        confirmed_by=row.confirmed_by,
        rejected_by=row.rejected_by,
    )


def _find_row(actor: Actor, level_id: int, public_id: str | None) -> Any:
    grader, confirmer, rejecter = (aliased(Account) for _ in range(3))
    street = aliased(Division)
    wanted = (
        select_with_people(
            *(CareLevel, Resident, SchemeVersion.version, SchemeVersion.digest),
            *(Division.name.label("community"), street.name.label("street")),
            Assessment.public_id.label("assessment"),
            grader.name.label("graded_by"),
            confirmer.name.label("confirmed_by"),
            rejecter.name.label("rejected_by"),
            actor=actor,
        )
        .join(street, street.id == Division.parent_id)
        .join(grader, grader.id == CareLevel.graded_by)
        .outerjoin(confirmer, confirmer.id == CareLevel.confirmed_by)
        .outerjoin(rejecter, rejecter.id == CareLevel.rejected_by)
        .outerjoin(Assessment, Assessment.id == CareLevel.assessment_id)
        .where(CareLevel.id == level_id)
    )
    if public_id is not None:
        wanted = wanted.where(Resident.public_id == public_id)
    return db.session.execute(wanted).one_or_none()


def _name_level(scheme: Instrument | Programme, level_id: str) -> Words:
    names = {level.id: level.name for level in scheme.levels}
    return names.get(level_id, Level(level_id, Words(level_id, level_id)).name)


def _explain(
    whole: WholeAssessment, scheme: Instrument | Programme
) -> tuple[tuple[ToldPart, ...], Step]:
    """Tell the parts with their answers, and what the points alone came to."""
    assert isinstance(scheme, Instrument), "only an instrument is assessed by"
    answers = whole.restore_answers(scheme)
    steps = explain_score(scheme, answers, whole.assessment.options)
    initial = next(step for step in steps if step.kind is StepKind.INITIAL)
    return group_answers(scheme, steps), initial
