"""Sending a proposal back with a reason."""

from datetime import datetime

from sqlalchemy import update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries.proposals import get_proposal
from voucher.db import count_changed
from voucher.refusals import N_, Refusal


def reject_proposal(*, actor: Actor, level_id: int, reason: str, now: datetime) -> None:
    """
    Send a proposal back: it never counts, and the same assessment does not bring it again.

    :raises NotFound: level_unknown. :raises NotAllowed: self_approve, for who graded it.
    :raises Refusal: level_decided, when somebody else was a moment earlier.
    """
    found = get_proposal(actor=actor, level_id=level_id)
    level, resident = found.CareLevel, found.Resident
    if level.graded_by == actor.account_id:
        raise self_approve()
    reject = (
        update(CareLevel)
        .where(CareLevel.id == level_id, CareLevel.state == LevelState.PROPOSED)
        .values(
            state=LevelState.REJECTED,
            rejected_by=actor.account_id,
            rejected_at=now,
            rejection_reason=reason,
        )
    )
    if count_changed(reject) != 1:
        raise Refusal("level_decided", N_("这项拟定等级刚刚已由他人处理，请刷新"))
    record_event(
        actor=actor,
        action="care_levels.reject",
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"level": level_id, "scale": level.scale, "reason": reason},
    )
