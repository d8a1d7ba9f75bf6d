"""Deciding whether two records are one person. Nothing is ever merged."""

from datetime import datetime
from enum import StrEnum

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.cases.models import Case
from voucher.cases.operations import decide_case
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.residents.queries import get_twin_case


class TwinDecision(StrEnum):
    """The two answers; neither of them changes a record."""

    SAME = "same"
    NOT_SAME = "not_same"


def decide_same_person(
    *, actor: Actor, case_id: int, decision: TwinDecision, now: datetime
) -> Case:
    """
    Close the question whether two records are one person; both records stay as they are.

    What follows from "same" is done by hand: one record is corrected, or its departure recorded.

    :raises NotFound: case_unknown. :raises NotAllowed: self_approve, outside_area.
    :raises Refusal: case_decided.
    """
    case, both = get_twin_case(actor=actor, case_id=case_id)
    if not all(actor.covers(resident.community_id) for resident in both):
        raise NotAllowed("outside_area", N_("另一份档案不在您的辖区，请由全区的审核人判断"))
    if case.opened_by == actor.key:
        raise self_approve()
    if not decide_case(actor=actor, case_id=case_id, decision=decision, now=now):
        raise Refusal("case_decided", N_("这个案件已有人判断过"))
    record_event(
        actor=actor,
        action="residents.decide_same_person",
        subject_kind="case",
        subject_id=case_id,
        now=now,
        facts={"decision": decision.value, "residents": [one.public_id for one in both]},
    )
    return case
