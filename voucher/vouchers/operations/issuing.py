"""
Writing the vouchers of an approved run, a community at a time.

The rows never leave the database: it copies the lines to vouchers and the vouchers to prints, and
serials and codes reach it in one parameter each.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, literal, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.codes import PRINT_CODE_LENGTH, SERIAL_LENGTH, make_print_codes, make_serials
from voucher.db import count_changed, db, take_piece
from voucher.jobs import count_unfinished, finish_chunk
from voucher.schemes.rules.programmes import Kind
from voucher.vouchers.models import IssueRun, Print, Round, RunLine, Voucher
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.vouchers.queries.runs import get_positions, lock_run
from voucher.vouchers.rules import PrintState, RunState, VoucherState, refuse_run_state, runs_before


def issue_chunk(
    *, actor: Actor, run_id: int, chunk_id: int, community_id: int, kid: int, now: datetime
) -> int:
    """
    Write the vouchers and first prints of one community; the last one makes the run issued.

    Vouchers are written inactive: paper that is stolen before its handover buys nothing. Give how
    many were written.

    :raises Refusal: run_state, when the run is not being written.
    :raises LeaseLost: when the chunk is not this worker's any more.
    """
    run = db.session.get(IssueRun, run_id, populate_existing=True)
    if run is None or run.state != RunState.APPROVED or run.first_serial is None:
        raise refuse_run_state(run_id, run.state if run else "")
    written = _write_vouchers(run, run.first_serial, community_id)
    _write_prints(run_id, community_id, kid, now)
    db.session.add(Round(run_id=run_id, community_id=community_id))
    record_event(
        actor=actor,
        action="vouchers.issue_chunk",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"community": community_id, "vouchers": written},
    )
    _close_chunk(run_id, chunk_id, now)
    return written


def _write_vouchers(run: IssueRun, first_serial: int, community_id: int) -> int:
    first, last = get_positions(run_id=run.id, community_id=community_id)
    serials = make_serials(
        month=run.period_from, first=first_serial + first - 1, count=last + 1 - first
    )
    uses = case((RunLine.kind == Kind.COUNT, RunLine.uses), else_=0)
    values: dict[str, Any] = {
        "serial": take_piece(serials, RunLine.position - first, SERIAL_LENGTH),
        **{column.key: column for column in _FROM_LINE},
        "uses_total": uses,
        "balance_uses": uses,
        "balance_fen": RunLine.committed_fen,
        **{key: literal(getattr(run, key), Voucher.__table__.c[key].type) for key in _FROM_RUN},
        "state": literal(VoucherState.INACTIVE.value),
        **dict.fromkeys(("redeemed_fen", "void_fen", "lapsed_fen", "released_fen"), literal(0)),
    }
    lines = (
        select(*values.values())
        .where(RunLine.run_id == run.id, RunLine.community_id == community_id)
        .order_by(RunLine.position)
    )
    return count_changed(insert(Voucher).from_select(list(values), lines))


_FROM_RUN = ("programme", "scheme_version_id", "period_from", "period_to")
_FROM_LINE = (
    *(RunLine.run_id, RunLine.resident_id, RunLine.community_id, RunLine.level, RunLine.item),
    *(RunLine.kind, RunLine.is_offline, RunLine.unit_fen, RunLine.committed_fen),
)


def _write_prints(run_id: int, community_id: int, kid: int, now: datetime) -> None:
    # Nobody else has vouchers there before the chunk is done: only printed ones are replaced.
    is_new = (Voucher.run_id == run_id, Voucher.community_id == community_id)
    ends = select(func.min(Voucher.id), func.max(Voucher.id)).where(*is_new)
    first, last = db.session.execute(ends).one()
    # On PostgreSQL another worker's ids may lie between; their codes are drawn for nothing.
    codes = make_print_codes(last + 1 - first)
    values: dict[str, Any] = {
        "voucher_id": Voucher.id,
        "code": take_piece(codes, Voucher.id - first, PRINT_CODE_LENGTH),
        "number": literal(1),
        "state": literal(PrintState.LIVE.value),
        "kid": literal(kid),
        "made_at": literal(now, Print.__table__.c.made_at.type),
    }
    vouchers = select(*values.values()).where(*is_new).order_by(Voucher.id)
    db.session.execute(insert(Print).from_select(list(values), vouchers))


def _close_chunk(run_id: int, chunk_id: int, now: datetime) -> None:
    # Locked first, as whoever cancels the run does: of two workers that end at once the second
    # sees that the first is done, and nobody ends a chunk of a run that is being given up.
    lock_run(run_id=run_id)
    finish_chunk(chunk_id=chunk_id)
    if count_unfinished(job=ISSUE_JOB, subject_id=run_id) == 0:
        db.session.execute(
            update(IssueRun)
            .where(IssueRun.id == run_id, IssueRun.state.in_(runs_before(RunState.ISSUED)))
            .values(state=RunState.ISSUED, issued_at=now)
        )
