"""What the dead left: voided by a second person."""

from datetime import datetime

from sqlalchemy import and_, exists, select

from voucher.access import Actor, within_area
from voucher.audit.operations import record_event
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import close_case
from voucher.cases.queries import get_case
from voucher.db import db
from voucher.refusals import N_, NotAllowed
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import close_finished_run
from voucher.vouchers.operations.ending import end_as_void
from voucher.vouchers.queries.runs import lock_runs
from voucher.vouchers.rules import OPEN_STATES


def void_vouchers_of_departed(*, actor: Actor, case_id: int, now: datetime) -> int:
    """
    End what somebody who died left, as the second person, and close the case; give how many.

    None is left when all of it lapsed meanwhile: then only the case is closed.

    :raises NotFound: case_unknown. :raises NotAllowed: self_approve, outside_area.
    :raises Refusal: case_decided.
    """
    case = get_case(actor=actor, case_id=case_id, kind=CaseKind.VOID_OF_DEPARTED)
    left = and_(Voucher.resident_id == case.subject_id, Voucher.state.in_(OPEN_STATES))
    lock_runs(of=left)
    close_case(actor=actor, case_id=case_id, decision="voided", now=now)
    if db.session.scalar(select(exists().where(left, ~within_area(Voucher.community_id, actor)))):
        raise NotAllowed("outside_area", N_("其中有您辖区以外的券，请由全区的审核人办理"))
    event_id = record_event(
        actor=actor,
        action="vouchers.void_of_departed",
        subject_kind="case",
        subject_id=case_id,
        now=now,
    )
    ended = end_as_void(wanted=left, event_id=event_id, now=now)
    for run_id in {row.run_id for row in ended}:
        close_finished_run(actor=actor, run_id=run_id, now=now)
    return len(ended)
