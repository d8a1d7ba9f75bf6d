"""Writing the vouchers of an approved run, a community at a time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.codes import make_print_id, make_serial, write_print_code
from voucher.db import db
from voucher.jobs import count_unfinished, finish_chunk
from voucher.schemes.rules.programmes import Kind
from voucher.vouchers.models import IssueRun, Print, Round, RunLine, Voucher
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.vouchers.queries.runs import list_run_lines
from voucher.vouchers.rules import PrintState, RunState, VoucherState, refuse_run_state, runs_before


def issue_chunk(
    *, actor: Actor, run_id: int, chunk_id: int, community_id: int, kid: int, now: datetime
) -> int:
    """
    Write the vouchers and first prints of one community; the last one makes the run issued.

    Vouchers are written inactive: paper that is stolen before its handover buys nothing. Give how
    many were written.

    :raises Refusal: run_state, when the run is not being written.
    """
    run = db.session.get(IssueRun, run_id, populate_existing=True)
    if run is None or run.state != RunState.APPROVED or run.first_serial is None:
        raise refuse_run_state(run_id, run.state if run else "")
    lines = list_run_lines(run_id=run_id, community_id=community_id)
    vouchers = list(_make_vouchers(run, run.first_serial, lines))
    written = db.session.scalars(
        insert(Voucher).returning(Voucher.id, sort_by_parameter_order=True), vouchers
    ).all()
    db.session.execute(insert(Print), list(_make_prints(written, kid, now)))
    db.session.add(Round(run_id=run_id, community_id=community_id))
    finish_chunk(chunk_id=chunk_id)
    record_event(
        actor=actor,
        action="vouchers.issue_chunk",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"community": community_id, "vouchers": len(written)},
    )
    if count_unfinished(job=ISSUE_JOB, subject_id=run_id) == 0:
        _finish_run(run_id, now)
    return len(written)


def _make_vouchers(
    run: IssueRun, first_serial: int, lines: list[RunLine]
) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            "serial": make_serial(month=run.period_from, number=first_serial + line.position - 1),
            "run_id": run.id,
            "resident_id": line.resident_id,
            "community_id": line.community_id,
            "programme": run.programme,
            "scheme_version_id": run.scheme_version_id,
            "level": line.level,
            "item": line.item,
            "kind": line.kind,
            "is_offline": line.is_offline,
            "period_from": run.period_from,
            "period_to": run.period_to,
            "state": VoucherState.INACTIVE,
            "unit_fen": line.unit_fen,
            "uses_total": line.uses if line.kind == Kind.COUNT else 0,
            "balance_uses": line.uses if line.kind == Kind.COUNT else 0,
            "committed_fen": line.committed_fen,
            "balance_fen": line.committed_fen,
            "redeemed_fen": 0,
            "void_fen": 0,
            "lapsed_fen": 0,
            "released_fen": 0,
        }


def _make_prints(voucher_ids: Any, kid: int, now: datetime) -> Iterator[dict[str, Any]]:
    for voucher_id in voucher_ids:
        yield {
            "voucher_id": voucher_id,
            "code": write_print_code(make_print_id()),
            "number": 1,
            "state": PrintState.LIVE,
            "kid": kid,
            "made_at": now,
        }


def _finish_run(run_id: int, now: datetime) -> None:
    db.session.execute(
        update(IssueRun)
        .where(IssueRun.id == run_id, IssueRun.state.in_(runs_before(RunState.ISSUED)))
        .values(state=RunState.ISSUED, issued_at=now)
    )
