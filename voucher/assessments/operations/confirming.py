"""The second assessor's part: only what both of them stand for becomes an assessment."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from voucher.access import Actor, self_approve
from voucher.assessments.models import Assessment, AssessmentDraft, DraftState
from voucher.assessments.operations.drafting import seal_content
from voucher.assessments.operations.importing import supersede_assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN, EVIDENCE_COLUMN
from voucher.assessments.queries.drafts import open_content
from voucher.assessments.rules.answering import Answered, judge_content, pack_evidence
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.divisions.operations import hold_the_door
from voucher.refusals import N_, Refusal
from voucher.residents.models import Resident
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.rules.instruments import Instrument
from voucher.sealing import seal


def confirm_draft(
    *,
    actor: Actor,
    draft: AssessmentDraft,
    resident: Resident,
    instrument: Instrument,
    revision: int,
    assessor: str,
    background: str,
    today: date,
    now: datetime,
) -> str:
    """
    Confirm a signed form as the second assessor, and give the assessment it becomes.

    Another assessment of the same person, instrument and day stays and points to this one.

    :raises NotAllowed: self_approve.
    :raises Refusal: same_assessor_twice, departed_already, draft_changed, draft_incomplete.
    """
    hold_the_door()
    db.session.refresh(resident)
    _refuse_confirming(actor, draft, resident, assessor)
    answered = _judge(draft, resident, instrument, today)
    record = _describe(draft, answered, (assessor, background), now)
    record["scheme_version_id"] = freeze_scheme(scheme=instrument, now=now)
    public_id: str = record["public_id"]
    superseded = _insert(record)
    _close(draft, actor, public_id, revision)
    facts = {"assessment": public_id, "superseded": superseded, "draft": draft.public_id}
    record_event(
        actor=actor,
        action="assessments.record",
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={**facts, "signed_by": draft.account_id},
    )
    return public_id


def _judge(
    draft: AssessmentDraft, resident: Resident, instrument: Instrument, today: date
) -> Answered:
    judged = judge_content(
        content=open_content(draft), instrument=instrument, born=resident.born_date, today=today
    )
    if judged.answered is None:
        raise Refusal("draft_incomplete", N_("这份评估不完整，请退回给第一名评估员"))
    return judged.answered


def _refuse_confirming(
    actor: Actor, draft: AssessmentDraft, resident: Resident, assessor: str
) -> None:
    if draft.account_id == actor.account_id:
        raise self_approve()
    if assessor == draft.assessor_1:
        raise Refusal("same_assessor_twice", N_("两名评估员不能是同一人"))
    if resident.departed_date is not None:
        raise Refusal("departed_already", N_("此人已登记离开，不能再评估"))


def _describe(
    draft: AssessmentDraft, answered: Answered, second: tuple[str, str], now: datetime
) -> dict[str, Any]:
    key = secrets.token_hex(8)
    given = answered.given
    evidence = pack_evidence(answered=answered, backgrounds=(answered.background, second[1]))
    return {
        "public_id": key,
        "resident_id": draft.resident_id,
        "assessed_date": answered.assessed_date,
        "assessor_1": answered.assessor,
        "assessor_2": second[0],
        "points": given.points,
        "options": given.options,
        "diagnoses_sealed": seal(" ".join(given.diagnoses), column=DIAGNOSES_COLUMN, row=key),
        "evidence_sealed": seal(evidence, column=EVIDENCE_COLUMN, row=key),
        "events": given.events,
        "coma": given.coma,
        "recorded_at": now,
        "recorded_by": draft.account_id,
        "superseded_by": None,
    }


def _insert(record: dict[str, Any]) -> str | None:
    """Insert an assessment, and give the one of the same day whose place it takes."""
    earlier = db.session.execute(
        select(Assessment.id, Assessment.public_id).where(
            Assessment.resident_id == record["resident_id"],
            Assessment.scheme_version_id == record["scheme_version_id"],
            Assessment.assessed_date == record["assessed_date"],
            Assessment.superseded_by.is_(None),
        )
    ).one_or_none()
    if earlier is None:
        db.session.execute(insert(Assessment).values(**record))
        return None
    supersede_assessment(earlier_id=earlier.id, record=record)
    return str(earlier.public_id)


def _close(draft: AssessmentDraft, actor: Actor, assessment: str, revision: int) -> None:
    written = select(Assessment.id).where(Assessment.public_id == assessment).scalar_subquery()
    closed = (
        update(AssessmentDraft)
        .where(
            AssessmentDraft.id == draft.id,
            AssessmentDraft.revision == revision,
            AssessmentDraft.state == DraftState.SIGNED,
        )
        .values(
            state=DraftState.CONFIRMED,
            confirmed_by=actor.account_id,
            assessment_id=written,
            # The assessment holds it from here on.
            content_sealed=seal_content({}, draft.public_id),
        )
    )
    if count_changed(closed) != 1:
        raise Refusal("draft_changed", N_("这份评估已被改动或已由他人确认，请刷新"))
