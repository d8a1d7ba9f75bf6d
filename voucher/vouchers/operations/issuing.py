"""Writing the vouchers of an approved run, a community at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.codes import make_print_codes, make_serials
from voucher.db import bind_values, db, insert_rows, reserve_ids
from voucher.jobs import count_unfinished, finish_chunk
from voucher.vouchers.models import IssueRun, Print, Round, Voucher
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.vouchers.queries.runs import LINE_COLUMNS, list_run_lines, lock_run
from voucher.vouchers.rules import PrintState, RunState, VoucherState, refuse_run_state, runs_before

# What is in memory at once, whatever the size of a community.
BATCH = 10_000
_VOUCHERS, _PRINTS = cast(Table, Voucher.__table__), cast(Table, Print.__table__)
# What is the same in all of a run.
_OF_RUN = (
    *("run_id", "programme", "scheme_version_id", "period_from", "period_to", "state"),
    *("redeemed_fen", "void_fen", "lapsed_fen", "released_fen"),
)


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
    written = 0
    last = 0
    while lines := list_run_lines(
        run_id=run_id, community_id=community_id, after=last, limit=BATCH
    ):
        _write_vouchers(run, run.first_serial, lines, kid, now)
        written, last = written + len(lines), lines[-1].position
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


def _write_vouchers(
    run: IssueRun, first_serial: int, lines: Sequence[Any], kid: int, now: datetime
) -> None:
    ids = reserve_ids(table=_VOUCHERS, count=len(lines))
    numbers = [first_serial + line[0] - 1 for line in lines]
    serials = make_serials(month=run.period_from, numbers=numbers)
    same = _describe_run(run)
    insert_rows(
        table=_VOUCHERS,
        columns=("id", "serial", *LINE_COLUMNS, *_OF_RUN),
        rows=[
            (voucher_id, serial, *line[1:], *same)
            for voucher_id, serial, line in zip(ids, serials, lines, strict=True)
        ],
    )
    made_at = bind_values(_PRINTS.c.made_at)(now)
    state = PrintState.LIVE.value
    insert_rows(
        table=_PRINTS,
        columns=("voucher_id", "code", "number", "state", "kid", "made_at"),
        rows=[
            (voucher_id, code, 1, state, kid, made_at)
            for voucher_id, code in zip(ids, make_print_codes(len(lines)), strict=True)
        ],
    )


def _describe_run(run: IssueRun) -> tuple[Any, ...]:
    bind_day = bind_values(_VOUCHERS.c.period_from)
    period = (bind_day(run.period_from), bind_day(run.period_to))
    state = VoucherState.INACTIVE.value
    return (run.id, run.programme, run.scheme_version_id, *period, state, 0, 0, 0, 0)


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
