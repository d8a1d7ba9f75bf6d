"""Deciding an appeal: by an approver who confirmed nothing of it."""

from datetime import datetime

from sqlalchemy import delete, update

from voucher.access import Actor
from voucher.assessments.queries.assessments import WholeAssessment
from voucher.care_levels.models import Appeal, CareLevel, LevelState
from voucher.care_levels.operations.appealing import (
    close_appeal,
    record_appeal,
    refuse_appeal_state,
    refuse_departed,
)
from voucher.care_levels.operations.confirming import Choice, confirm_levels
from voucher.care_levels.queries.appeals import WholeAppeal, get_appeal
from voucher.care_levels.queries.reasons import score_assessment
from voucher.care_levels.rules import AppealState, Outcome
from voucher.db import count_changed, db
from voucher.periods import local_date
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import get_instrument


def decide_appeal(
    *, actor: Actor, appeal_id: int, outcome: Outcome, reason: str, now: datetime
) -> int | None:
    """
    Decide an appeal as an approver who confirmed nothing of it; give the new level's row, if any.

    Changed: the level of the new assessment is proposed in the name of who tied it and confirmed
    in the decider's. Upheld: what the new assessment came to is kept as rejected.

    :raises NotFound: appeal_unknown. :raises NotAllowed: self_decide.
    :raises Refusal: departed_already, appeal_state, assessment_superseded, same_level.
    """
    whole = get_appeal(actor=actor, appeal_id=appeal_id)
    appeal = whole.appeal
    refuse_departed(whole.resident)
    if appeal.state != AppealState.ASSESSED or whole.again is None:
        raise refuse_appeal_state(appeal)
    if actor.account_id in (appeal.confirmed_by, appeal.assessed_by):
        raise NotAllowed(
            "self_decide", N_("原确认人和登记复评的人不能决定这件申诉，请由另一位审核人决定")
        )
    if whole.again.assessment.superseded_by is not None:
        raise Refusal("assessment_superseded", N_("复评的记录已被取代，请先改选取代它的那一次"))
    row = _describe_again(whole, whole.again, now)
    if outcome is Outcome.CHANGED and row["level"] == whole.level.level:
        raise Refusal("same_level", N_("复评的等级与原等级相同，只能维持原等级"))
    close_appeal(appeal, AppealState.ASSESSED, AppealState.DECIDED, actor, reason, now, outcome)
    _forget_proposal(whole.level)
    new_level_id = None
    if outcome is Outcome.CHANGED:
        new_level_id = _put_in_force(actor, appeal_id, row, now)
    else:
        _keep_rejected(actor, row, reason, now)
    facts = {"outcome": outcome, "new_level": new_level_id}
    record_appeal(actor, "decide_appeal", whole.resident, appeal_id, now, **facts)
    return new_level_id


def _describe_again(whole: WholeAppeal, again: WholeAssessment, now: datetime) -> dict[str, object]:
    instrument = get_instrument(again.scheme, again.version)
    result = score_assessment(again, instrument)
    return {
        "resident_id": whole.resident.id,
        "scale": whole.level.scale,
        "scheme_version_id": freeze_scheme(scheme=instrument, now=now),
        "assessment_id": again.assessment.id,
        "level": result.level,
        "reasons": [reason.as_json() for reason in result.reasons],
        "from_date": again.assessment.assessed_date,
        "graded_by": whole.appeal.assessed_by,
        "graded_at": whole.appeal.assessed_at,
    }


def _forget_proposal(level: CareLevel) -> None:
    """Take away what grading proposed of the new assessment meanwhile: the decision says it."""
    db.session.execute(
        delete(CareLevel).where(
            CareLevel.resident_id == level.resident_id,
            CareLevel.scale == level.scale,
            CareLevel.state == LevelState.PROPOSED,
        )
    )


def _put_in_force(actor: Actor, appeal_id: int, row: dict[str, object], now: datetime) -> int:
    level = CareLevel(**row, state=LevelState.PROPOSED)
    db.session.add(level)
    db.session.flush()
    new_level_id: int = level.id
    choice = Choice(graded_until=now, level_ids=(new_level_id,))
    confirmed = confirm_levels(
        actor=actor, scale=level.scale, on=local_date(now), now=now, choice=choice
    )
    assert confirmed == 1, "the level of a decision is confirmed with it"
    count_changed(update(Appeal).where(Appeal.id == appeal_id).values(new_level_id=new_level_id))
    return new_level_id


def _keep_rejected(actor: Actor, row: dict[str, object], reason: str, now: datetime) -> None:
    db.session.add(
        CareLevel(
            **row,
            state=LevelState.REJECTED,
            rejected_by=actor.account_id,
            rejected_at=now,
            rejection_reason=reason[:200],
        )
    )
    db.session.flush()
