"""An appeal against a level: registered, assessed again by others, or withdrawn."""

from datetime import datetime

from sqlalchemy import select, update

from voucher.access import Actor
from voucher.assessments.queries.assessments import WholeAssessment, get_assessment
from voucher.audit.operations import record_event
from voucher.care_levels.models import Appeal, CareLevel, LevelState
from voucher.care_levels.queries.appeals import WholeAppeal, get_appeal
from voucher.care_levels.rules import (
    OPEN_STATES,
    AppealState,
    AppealWish,
    Outcome,
    are_other_people,
    last_day_to_appeal,
    last_day_to_decide,
)
from voucher.config import Deadlines
from voucher.db import count_changed, db
from voucher.periods import local_date
from voucher.refusals import N_, BadInput, NotFound, Refusal
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident


def register_appeal(
    *,
    actor: Actor,
    public_id: str,
    wish: AppealWish,
    deadlines: Deadlines,
    now: datetime,
) -> int:
    """
    Register that somebody does not accept a level in force, and give the appeal's number.

    The level stays in force meanwhile. After the last day an appeal says why it is late.

    :raises NotFound: resident_unknown, level_unknown. :raises BadInput: appeal_day.
    :raises Refusal: departed_already, level_not_in_force, level_not_assessed, appeal_exists,
        appeal_late.
    """
    resident = get_resident(actor=actor, public_id=public_id)
    refuse_departed(resident)
    level = _hold_level(resident, wish.level_id)
    confirmed = local_date(level.confirmed_at) if level.confirmed_at else level.from_date
    appealed = wish.appealed_date
    if not confirmed <= appealed <= local_date(now):
        raise BadInput("appeal_day", N_("申诉日期应在等级确认之日与今天之间"))
    last = last_day_to_appeal(confirmed=confirmed, days=deadlines.appeal_days)
    is_late = appealed > last
    if is_late and not wish.late_reason:
        raise Refusal(
            "appeal_late", N_("申诉期限到 %(last)s 为止，逾期的请写明逾期原因"), last=last
        )
    appeal = Appeal(
        care_level_id=level.id,
        confirmed_by=level.confirmed_by,
        appellant=wish.appellant,
        relation=wish.relation,
        reason=wish.reason,
        late_reason=wish.late_reason if is_late else None,
        appealed_date=appealed,
        due_date=last_day_to_decide(appealed=appealed, days=deadlines.decision_days),
        state=AppealState.REGISTERED,
        registered_by=actor.account_id,
        registered_at=now,
    )
    db.session.add(appeal)
    db.session.flush()
    record_appeal(actor, "register_appeal", resident, appeal.id, now)
    return appeal.id


def refuse_departed(resident: Resident) -> None:
    """Stop what concerns somebody who is gone; raises Refusal: departed_already."""
    if resident.departed_date is not None:
        raise Refusal("departed_already", N_("此人已登记离开，申诉不再办理"))


def _hold_level(resident: Resident, level_id: int) -> CareLevel:
    """Lock the level and make sure that it can be appealed against."""
    level = db.session.scalar(
        select(CareLevel)
        .where(CareLevel.id == level_id, CareLevel.resident_id == resident.id)
        .with_for_update()
    )
    if level is None:
        raise NotFound("level_unknown", N_("没有这项等级，或不在您的辖区"))
    if level.state != LevelState.CONFIRMED or level.to_date is not None:
        raise Refusal("level_not_in_force", N_("只能对现在有效的等级提出申诉"))
    if level.assessment_id is None:
        raise Refusal(
            "level_not_assessed",
            N_("这一类别按年龄或家庭情况确定，不是评估得出；情况有误请更正资料后重新评定"),
        )
    standing = select(Appeal.id).where(
        Appeal.care_level_id == level.id, Appeal.state != AppealState.WITHDRAWN
    )
    if db.session.scalar(standing) is not None:
        raise Refusal("appeal_exists", N_("对这项等级的申诉已经登记过"))
    return level


def assess_appeal(*, actor: Actor, appeal_id: int, assessment: str, now: datetime) -> None:
    """
    Tie the new assessment to an appeal; another one may take its place until the decision.

    :raises NotFound: appeal_unknown, assessment_unknown.
    :raises Refusal: departed_already, appeal_state, assessment_superseded, assessment_early,
        assessors_same.
    """
    whole = get_appeal(actor=actor, appeal_id=appeal_id)
    refuse_departed(whole.resident)
    again = get_assessment(actor=actor, public_id=assessment)
    _check_again(whole, again)
    tie = (
        update(Appeal)
        .where(Appeal.id == appeal_id, Appeal.state.in_(OPEN_STATES))
        .values(
            state=AppealState.ASSESSED,
            assessment_id=again.assessment.id,
            assessed_by=actor.account_id,
            assessed_at=now,
        )
    )
    if count_changed(tie) != 1:
        raise refuse_appeal_state(whole.appeal)
    facts = {"assessment": assessment}
    record_appeal(actor, "assess_appeal", whole.resident, appeal_id, now, **facts)


def _check_again(whole: WholeAppeal, again: WholeAssessment) -> None:
    if again.resident.id != whole.resident.id or again.scheme != whole.level.scale:
        raise NotFound("assessment_unknown", N_("没有这次评估，或不在您的辖区"))
    if again.assessment.superseded_by is not None:
        raise Refusal("assessment_superseded", N_("这次评估已被取代，请选择取代它的那一次"))
    if again.assessment.assessed_date < whole.appeal.appealed_date:
        raise Refusal("assessment_early", N_("复评须在申诉之日或以后进行"))
    if not are_other_people(whole.first_assessors, _name_assessors(again)):
        raise Refusal("assessors_same", N_("复评须由另外两名评估员进行，不能有原评估员"))


def _name_assessors(whole: WholeAssessment) -> tuple[str, str]:
    return whole.assessment.assessor_1, whole.assessment.assessor_2


def withdraw_appeal(*, actor: Actor, appeal_id: int, reason: str, now: datetime) -> None:
    """
    Note that an appeal is taken back by who made it; the level stays as it is.

    :raises NotFound: appeal_unknown. :raises Refusal: appeal_state.
    """
    whole = get_appeal(actor=actor, appeal_id=appeal_id)
    if whole.appeal.state not in OPEN_STATES:
        raise refuse_appeal_state(whole.appeal)
    state = AppealState(whole.appeal.state)
    close_appeal(whole.appeal, state, AppealState.WITHDRAWN, actor, reason, now, None)
    record_appeal(actor, "withdraw_appeal", whole.resident, appeal_id, now, reason=reason)


def close_appeal(
    appeal: Appeal,
    before: AppealState,
    after: AppealState,
    actor: Actor,
    reason: str,
    now: datetime,
    outcome: Outcome | None,
) -> None:
    """Decide or withdraw an appeal that is still as it was read; raises Refusal: appeal_state."""
    # Who comes first decides: the row must still be as it was read, with the same assessment.
    close = (
        update(Appeal)
        .where(
            Appeal.id == appeal.id,
            Appeal.state == before,
            Appeal.assessment_id.is_not_distinct_from(appeal.assessment_id),
        )
        .values(
            state=after,
            outcome=outcome,
            closed_by=actor.account_id,
            closed_at=now,
            closing_reason=reason,
        )
    )
    if count_changed(close) != 1:
        raise refuse_appeal_state(appeal)


def refuse_appeal_state(appeal: Appeal) -> Refusal:
    """Give the refusal of a deed that an appeal is too early or too late for."""
    if appeal.state == AppealState.REGISTERED:
        return Refusal("appeal_state", N_("还没有复评，不能决定"))
    return Refusal("appeal_state", N_("这件申诉已经办结或刚刚有变，请刷新"))


def record_appeal(
    actor: Actor, deed: str, resident: Resident, appeal_id: int, now: datetime, **facts: object
) -> None:
    """Write the event of a deed about an appeal, under the person it is about."""
    record_event(
        actor=actor,
        action=f"care_levels.{deed}",
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"appeal": appeal_id, **facts},
    )
