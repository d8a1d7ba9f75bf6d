"""Closing a delivery round: one person says that all is counted, another closes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.cases.models import Case
from voucher.cases.models import Kind as CaseKind
from voucher.db import count_changed, db
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.vouchers.models import Round, Voucher
from voucher.vouchers.operations.counting import get_open_round, round_closed
from voucher.vouchers.operations.custody import close_finished_run
from voucher.vouchers.operations.ending import end_as_void
from voucher.vouchers.operations.handing import MOST_NAMED
from voucher.vouchers.queries.people import list_people
from voucher.vouchers.queries.rounds import MAY_LIE_BACK, RoundRow, select_counted_back
from voucher.vouchers.queries.runs import lock_runs
from voucher.vouchers.rounds import Step


def finish_round(
    *, actor: Actor, run_id: int, community_id: int, may_close: bool, now: datetime
) -> dict[str, Any]:
    """
    Say that a round is counted, or, by the same call of another account, close it.

    Give the result: `waiting`, or `closed` with what is void by it.

    :raises NotAllowed: not_allowed, self_approve.
    :raises Refusal: whatever `submit_count` and `close_round` refuse with.
    """
    asked: dict[str, Any] = {"actor": actor, "run_id": run_id, "community_id": community_id}
    found = get_open_round(**asked)
    if found.step != Step.CLOSE:
        submit_count(**asked, now=now)
        return {"result": "waiting"}
    if not may_close:
        raise NotAllowed("not_allowed", N_("须由另一位审核人员关闭"))
    return {"result": "closed", **close_round(**asked, now=now)}


def submit_count(*, actor: Actor, run_id: int, community_id: int, now: datetime) -> RoundRow:
    """
    Say that every print of a round has its outcome, so that a second person can close it.

    :raises NotFound: run_unknown, round_unknown.
    :raises Refusal: counts_open, counted_already, round_closed, run_state, not_printed.
    """
    lock_runs(of=Voucher.run_id == run_id)
    found = get_open_round(actor, run_id, community_id)
    _check_counts(found)
    submit = (
        update(Round)
        .where(Round.id == found.id, Round.counted_at.is_(None), Round.closed_at.is_(None))
        .values(counted_at=now, counted_by=actor.account_id)
    )
    if count_changed(submit) != 1:
        raise Refusal("counted_already", N_("已经清点完，等待另一位审核人员关闭"))
    record_event(
        actor=actor,
        action="vouchers.submit_count",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"community": community_id, **found.papers.places},
    )
    return found


def _check_counts(found: RoundRow) -> None:
    if not found.papers.missing:
        return
    people = list_people(run_id=found.run_id, community_id=found.community_id)
    names = [person.name for person in people if person.print_ids or person.held_ids]
    raise Refusal(
        "counts_open",
        N_("还有 %(count)s 张没有结果，不能关闭：%(names)s。请先登记发到或退回"),
        count=found.papers.missing,
        names="、".join(names[:MOST_NAMED]) + ("……" if len(names) > MOST_NAMED else ""),
    )


def close_round(*, actor: Actor, run_id: int, community_id: int, now: datetime) -> dict[str, int]:
    """
    Close a round as the second person: what came back is void and its budget returns.

    Give how many vouchers are void by it, and their fen.

    :raises NotFound: run_unknown, round_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: not_counted, counts_open, round_closed, run_state, not_printed.
    """
    lock_runs(of=Voucher.run_id == run_id)
    found = get_open_round(actor, run_id, community_id)
    if found.step != Step.CLOSE:
        raise Refusal("not_counted", N_("还没有清点完；请社区工作者清点完毕后再关闭"))
    if found.counted_by == actor.account_id:
        raise self_approve()
    _check_counts(found)
    ending = and_(
        Voucher.id.in_(select_counted_back(run_id=run_id)),
        Voucher.community_id == community_id,
        MAY_LIE_BACK,
    )
    _check_departures(actor, ending)
    _mark_closed(actor, found, now)
    event_id = _record_closing(actor, found, now)
    end_as_void(wanted=ending, event_id=event_id, now=now)
    close_finished_run(actor=actor, run_id=run_id, now=now)
    return {"voided": found.papers.void_vouchers, "value_fen": found.papers.void_fen}


def _mark_closed(actor: Actor, found: RoundRow, now: datetime) -> None:
    close = (
        update(Round)
        .where(Round.id == found.id, Round.closed_at.is_(None))
        .values(closed_at=now, closed_by=actor.account_id)
    )
    if count_changed(close) != 1:
        raise round_closed()


def _record_closing(actor: Actor, found: RoundRow, now: datetime) -> int:
    return record_event(
        actor=actor,
        action="vouchers.close_round",
        subject_kind="run",
        subject_id=found.run_id,
        now=now,
        facts={
            "community": found.community_id,
            **found.papers.places,
            "voided": found.papers.void_vouchers,
            "fen": found.papers.void_fen,
        },
    )


def _check_departures(actor: Actor, ending: ColumnElement[bool]) -> None:
    # What the dead left is void only by somebody else than who recorded the death.
    own = exists().where(
        Case.kind == CaseKind.VOID_OF_DEPARTED,
        Case.decision.is_(None),
        Case.opened_by == actor.key,
        Case.subject_id.in_(select(Voucher.resident_id).where(ending)),
    )
    if db.session.scalar(select(own)):
        raise self_approve()
