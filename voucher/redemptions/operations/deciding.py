"""A use that is in question: it counts and is paid, or two people take it back."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.cases.models import Case
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import close_case
from voucher.cases.queries import get_case
from voucher.db import db
from voucher.redemptions.models import Reversal
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.refusals import N_, NotFound

IN_QUESTION = (CaseKind.USED_AFTER_DEATH, CaseKind.LATE_REVERSAL)


def keep_redemption(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """
    Decide that a use counts and is paid, as the second person; the next settlement takes it.

    :raises NotFound: case_unknown. :raises NotAllowed: self_approve. :raises Refusal: case_decided.
    """
    case = _get_question(actor, case_id)
    close_case(actor=actor, case_id=case_id, decision="kept", now=now)
    record_event(
        actor=actor,
        action="redemptions.keep",
        subject_kind="redemption",
        subject_id=case.subject_id,
        now=now,
        facts={"case": case_id, "reason": reason},
    )


def reverse_in_question(
    *, actor: Actor, case_id: int, reason: str, now: datetime
) -> dict[str, Any]:
    """
    Decide that a use is taken back; give what `reverse_redemption` gives.

    Of a use after a death this asks for the late reversal, so that another account has to approve
    it; an asked late reversal is done. What is reversed already only closes the case.

    :raises NotFound: case_unknown. :raises NotAllowed: self_approve. :raises Refusal: case_decided.
    """
    case = _get_question(actor, case_id)
    is_reversed = bool(
        db.session.scalar(select(exists().where(Reversal.redemption_id == case.subject_id)))
    )
    if is_reversed or case.kind == CaseKind.USED_AFTER_DEATH or case.decision is not None:
        close_case(actor=actor, case_id=case_id, decision="reversed", now=now)
    if is_reversed:
        record_event(
            actor=actor,
            action="redemptions.close_question",
            subject_kind="redemption",
            subject_id=case.subject_id,
            now=now,
            facts={"case": case_id},
        )
        return {"redemption": case.subject_id, "result": "closed"}
    return reverse_redemption(
        actor=actor,
        redemption_id=case.subject_id,
        reason=reason,
        may_reverse_late=True,
        now=now,
    )


def _get_question(actor: Actor, case_id: int) -> Case:
    case = get_case(actor=actor, case_id=case_id)
    if case.kind not in IN_QUESTION:
        raise NotFound("case_unknown", N_("没有编号为 %(case)s 的案件"), case=case_id)
    return case
