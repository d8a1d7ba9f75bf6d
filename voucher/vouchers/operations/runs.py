"""Approving a run: its money is taken, its writing begins."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.care_levels.models import CareLevel, LevelState
from voucher.db import count_changed, db
from voucher.jobs import add_chunks, retry_chunks
from voucher.ledger.operations import commit_budget, post_entries
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.periods import local_date
from voucher.refusals import N_, Refusal
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.schemes.rules.programmes import Programme
from voucher.stays.queries import list_stopped_residents
from voucher.vouchers.models import IssueRun, RunLine, SerialCounter, Voucher
from voucher.vouchers.operations.planning import check_time
from voucher.vouchers.queries.runs import check_whole_run, get_run
from voucher.vouchers.rules import RunState, VoucherState, refuse_run_state, runs_before

ISSUE_JOB = "issue_vouchers"


def approve_run(*, actor: Actor, run_id: int, programme: Programme, now: datetime) -> IssueRun:
    """
    Take the run's value from the budget and let its vouchers be written, one chunk a community.

    :raises NotAllowed: self_approve, outside_area.
    :raises Refusal: run_state, run_outdated, budget, period_over, too_early.
    """
    run = get_run(actor=actor, run_id=run_id)
    if run.made_by == actor.account_id:
        raise self_approve()
    check_whole_run(actor=actor, run_id=run_id)
    check_time(run.period_from, local_date(now))
    _move_run(run, RunState.APPROVED, approved_by=actor.account_id, approved_at=now)
    _check_still_true(run, programme)
    _check_nobody_stopped(run)
    commit_budget(programme=run.programme, period_from=run.period_from, amount_fen=run.value_fen)
    run.first_serial = take_serials(month=run.period_from, count=run.vouchers)
    event_id = record_event(
        actor=actor,
        action="vouchers.approve_run",
        subject_kind="run",
        subject_id=run.id,
        now=now,
        facts={"vouchers": run.vouchers, "fen": run.value_fen},
    )
    communities = _post_commitment(run, event_id, now)
    assert actor.account_id is not None
    add_chunks(
        job=ISSUE_JOB, subject_id=run.id, parts=communities, asked_by=actor.account_id, now=now
    )
    return run


def resume_run(*, actor: Actor, run_id: int, now: datetime) -> int:
    """
    Have written again what failed of a run; give how many communities. None is no fault.

    :raises Refusal: run_state, when the run is not being written.
    """
    assert actor.account_id is not None
    run = get_run(actor=actor, run_id=run_id)
    if run.state != RunState.APPROVED:
        raise refuse_run_state(run_id, run.state)
    resumed = retry_chunks(job=ISSUE_JOB, subject_id=run_id, asked_by=actor.account_id, now=now)
    if resumed:
        record_event(
            actor=actor,
            action="vouchers.resume_run",
            subject_kind="run",
            subject_id=run_id,
            now=now,
            facts={"communities": resumed},
        )
    return resumed


def _move_run(run: IssueRun, target: RunState, **changes: Any) -> None:
    move = (
        update(IssueRun)
        .where(IssueRun.id == run.id, IssueRun.state.in_(runs_before(target)))
        .values(state=target, **changes)
    )
    if count_changed(move) != 1:
        # Somebody else was a moment earlier: their state is the reason, not the one read before.
        db.session.refresh(run)
        raise refuse_run_state(run.id, run.state)


def _check_still_true(run: IssueRun, programme: Programme) -> None:
    """Refuse a draft some of whose people departed, lost their level or got the voucher already."""
    lines = select(func.count(RunLine.id)).where(RunLine.run_id == run.id)
    departed = lines.join(Resident, Resident.id == RunLine.resident_id).where(
        or_(Resident.departed_date <= run.period_from, Resident.departure == Departure.DIED)
    )
    unlevelled = lines.outerjoin(CareLevel, CareLevel.id == RunLine.care_level_id).where(
        or_(
            CareLevel.id.is_(None),
            CareLevel.state != LevelState.CONFIRMED,
            CareLevel.to_date <= run.period_from,
        )
    )
    doubled = lines.join(Voucher, Voucher.resident_id == RunLine.resident_id).where(
        Voucher.programme == run.programme,
        Voucher.period_from == run.period_from,
        Voucher.item == RunLine.item,
        Voucher.state != VoucherState.VOID,
    )
    faults = {
        "departed": db.session.scalar(departed) or 0,
        "without_level": (db.session.scalar(unlevelled) or 0) * programme.needs_confirmation,
        "already_issued": db.session.scalar(doubled) or 0,
    }
    if any(faults.values()):
        raise Refusal(
            "run_outdated",
            N_(
                "批次 %(run)s 已过时：%(departed)s 人已离开，%(without_level)s 张券的等级已变，"
                "%(already_issued)s 张已另行发放；请取消后重新生成"
            ),
            run=run.id,
            **faults,
        )


def _check_nobody_stopped(run: IssueRun) -> None:
    """Refuse a draft for somebody whose stay in hospital meanwhile stops paper."""
    stopped = list_stopped_residents(on=run.period_from)
    due = db.session.scalars(select(RunLine.resident_id).where(RunLine.run_id == run.id))
    if count := len(stopped.intersection(due)):
        raise Refusal(
            "run_outdated",
            N_("批次 %(run)s 已过时：其中 %(stopped)s 人现已停发；请取消后重新生成"),
            run=run.id,
            stopped=count,
        )


def take_serials(*, month: date, count: int) -> int:
    """Take running numbers of a month, never to be given again; give the first of them."""
    take = (
        update(SerialCounter)
        .where(SerialCounter.period_from == month)
        .values(next_number=SerialCounter.next_number + count)
    )
    if count_changed(take) == 0:
        db.session.add(SerialCounter(period_from=month, next_number=1 + count))
        db.session.flush()
    after = db.session.scalar(
        select(SerialCounter.next_number)
        .where(SerialCounter.period_from == month)
        .execution_options(populate_existing=True)
    )
    assert after is not None
    return after - count


def _post_commitment(run: IssueRun, event_id: int, now: datetime) -> list[int]:
    """Post one balanced transaction a community and give the communities."""
    sums = db.session.execute(
        select(
            RunLine.community_id,
            RunLine.item,
            func.sum(RunLine.committed_fen),
            func.sum(RunLine.uses),
        )
        .where(RunLine.run_id == run.id)
        .group_by(RunLine.community_id, RunLine.item)
        .order_by(RunLine.community_id, RunLine.item)
    ).all()
    entries: dict[int, list[Entry]] = {}
    for community_id, item, fen, uses in sums:
        pot = Pot(run.programme, community_id, run.period_from, item)
        entries.setdefault(community_id, []).extend(
            move_money(
                pot=pot,
                source=LedgerAccount.FUND,
                target=LedgerAccount.COMMITTED,
                amount_fen=int(fen),
                uses=int(uses),
            )
        )
    for community_id, of_community in entries.items():
        post_entries(
            event_id=event_id,
            posting=Posting.APPROVE,
            subject_id=f"run:{run.id}/community:{community_id}",
            entries=of_community,
            now=now,
        )
    return list(entries)
