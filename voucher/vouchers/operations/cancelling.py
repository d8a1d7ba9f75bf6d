"""Giving a run up, at any time before its first handover."""

from datetime import datetime

from sqlalchemy import and_, exists, func, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.jobs import cancel_chunks
from voucher.ledger.operations import return_budget
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.refusals import N_, Refusal
from voucher.vouchers.models import Handover, IssueRun, Print, RunLine, Voucher
from voucher.vouchers.operations.ending import end_vouchers, post_end
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.vouchers.queries.runs import check_whole_run, get_run, lock_run
from voucher.vouchers.rules import (
    OPEN_STATES,
    RunState,
    VoucherState,
    refuse_run_state,
    runs_before,
)


def cancel_run(*, actor: Actor, run_id: int, reason: str, now: datetime) -> IssueRun:
    """
    Give up a draft, or a run before its first handover; its budget comes back.

    What is still being written is written no more; what is written already is void.

    :raises NotAllowed: outside_area. :raises Refusal: run_state, handed_over.
    """
    lock_run(run_id=run_id)
    run = get_run(actor=actor, run_id=run_id)
    check_whole_run(actor=actor, run_id=run_id)
    given = exists().where(
        Handover.print_id == Print.id, Print.voucher_id == Voucher.id, Voucher.run_id == run_id
    )
    if db.session.scalar(select(given)):
        raise Refusal("handed_over", N_("批次 %(run)s 已有券发到老人手中，不能取消"), run=run_id)
    was_being_written = run.state == RunState.APPROVED
    cancel = (
        update(IssueRun)
        .where(IssueRun.id == run_id, IssueRun.state.in_(runs_before(RunState.CANCELLED)))
        .values(state=RunState.CANCELLED, ended_at=now)
    )
    if count_changed(cancel) != 1:
        raise refuse_run_state(run_id, run.state)
    event_id = record_event(
        actor=actor,
        action="vouchers.cancel_run",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"reason": reason},
    )
    unwritten = _stop_writing(run) if was_being_written else []
    mine = and_(Voucher.run_id == run_id, Voucher.state.in_(OPEN_STATES))
    ended = end_vouchers(mine, VoucherState.VOID)
    if ended or unwritten:
        post_end(ended, event_id, Posting.CANCEL, f"run:{run_id}", now, unwritten)
    return run


def _stop_writing(run: IssueRun) -> list[Entry]:
    """
    Let nothing more be written of a run, and give back the budget of what is not.

    Give the entries that take this money back into the fund: it never was a voucher's, so it
    cannot be void.
    """
    cancel_chunks(job=ISSUE_JOB, subject_id=run.id)
    of_line = and_(
        Voucher.run_id == RunLine.run_id,
        Voucher.resident_id == RunLine.resident_id,
        Voucher.item == RunLine.item,
    )
    place = (RunLine.community_id, RunLine.item)
    unwritten = (
        select(*place, func.sum(RunLine.committed_fen), func.sum(RunLine.uses))
        .outerjoin(Voucher, of_line)
        .where(RunLine.run_id == run.id, Voucher.id.is_(None))
        .group_by(*place)
        .order_by(*place)
    )
    entries: list[Entry] = []
    for community_id, item, fen, uses in db.session.execute(unwritten):
        pot = Pot(run.programme, community_id, run.period_from, item)
        entries += move_money(
            pot=pot,
            source=LedgerAccount.COMMITTED,
            target=LedgerAccount.FUND,
            amount_fen=int(fen),
            uses=int(uses),
        )
        return_budget(programme=run.programme, period_from=run.period_from, amount_fen=int(fen))
    return entries
