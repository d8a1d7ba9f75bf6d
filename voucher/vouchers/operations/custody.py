"""Paper in people's hands: printed, handed over, reprinted."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from voucher.access import Actor, within_area
from voucher.audit.operations import record_event
from voucher.codes import make_print_id, write_print_code
from voucher.db import count_changed, db
from voucher.divisions.models import Division
from voucher.refusals import N_, Refusal
from voucher.vouchers.models import Handover, IssueRun, Print, Round, Voucher
from voucher.vouchers.queries.rounds import MAY_LIE_BACK, select_counted_back
from voucher.vouchers.queries.runs import get_run, lock_runs
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import (
    OPEN_STATES,
    PrintState,
    RunState,
    VoucherState,
    refuse_run_state,
    refuse_voucher_state,
    runs_before,
    vouchers_before,
)

_MOST_NAMED = 5
PRINTABLE_STATES = (RunState.ISSUED, RunState.CLOSED)


def check_printable(*, run: IssueRun) -> None:
    """
    Make sure that a run's vouchers are written and the run still stands.

    :raises Refusal: run_state.
    """
    if run.state not in PRINTABLE_STATES:
        raise refuse_run_state(run.id, run.state)


def check_given_paper(*, run: IssueRun, community_ids: Collection[int]) -> None:
    """
    Make sure that a run's paper can be handed over in these communities.

    :raises Refusal: run_state, not_printed, not_released.
    """
    check_printable(run=run)
    if run.printed_at is None:
        raise Refusal("not_printed", N_("批次 %(run)s 还没有打印，不能发放"), run=run.id)
    released = select(Round.community_id).where(
        Round.run_id == run.id, Round.released_at.is_not(None)
    )
    waiting = list(
        db.session.scalars(
            select(Division.name)
            .where(Division.id.in_(sorted(community_ids)), Division.id.not_in(released))
            .order_by(Division.code)
        )
    )
    if waiting:
        raise Refusal(
            "not_released",
            N_(
                "%(communities)s 的纸还没有放行（共 %(count)s 个社区），不能发放："
                "请在批次 %(run)s 的“打印和下载”页查看检查结果并放行"
            ),
            communities="、".join(waiting[:_MOST_NAMED]),
            count=len(waiting),
            run=run.id,
        )


def release_rounds(
    *, actor: Actor, run_id: int, community_ids: Collection[int], now: datetime
) -> None:
    """
    Let the paper of these communities of a run go out: somebody has signed for it.

    Who let a round go out first stays on it; paper printed later is signed for by itself.
    """
    db.session.execute(
        update(Round)
        .where(
            Round.run_id == run_id,
            Round.community_id.in_(sorted(community_ids)),
            Round.released_at.is_(None),
        )
        .values(released_at=now, released_by=actor.account_id)
        .execution_options(synchronize_session=False)
    )


def mark_printed(*, run_id: int, now: datetime, codes: Collection[str] | None = None) -> None:
    """
    Note when a run was first printed, and each round: only what is printed can be handed over.

    `codes` are those of the communities that were printed, None for all of the run.
    """
    db.session.execute(
        update(IssueRun)
        .where(IssueRun.id == run_id, IssueRun.printed_at.is_(None))
        .values(printed_at=now)
    )
    printed = update(Round).where(Round.run_id == run_id, Round.printed_at.is_(None))
    if codes is not None:
        places = select(Division.id).where(Division.code.in_(codes))
        printed = printed.where(Round.community_id.in_(places))
    db.session.execute(printed.values(printed_at=now).execution_options(synchronize_session=False))


def hand_over(*, actor: Actor, run_id: int, community_id: int | None, now: datetime) -> int:
    """
    Make active what was given and signed for, in the actor's area; give how many.

    What is held or came back is not given out. The run closes when nothing is left to give.

    :raises Refusal: run_state, not_printed, not_released.
    """
    # Locked, so that nobody cancels the run between this look and the handover.
    lock_runs(of=Voucher.run_id == run_id)
    waiting = select(Voucher.community_id).where(*_waits(actor, run_id, community_id)).distinct()
    check_given_paper(
        run=get_run(actor=actor, run_id=run_id), community_ids=list(db.session.scalars(waiting))
    )
    given = _activate(actor, run_id, community_id)
    event_id = record_event(
        actor=actor,
        action="vouchers.hand_over",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"vouchers": len(given), "community": community_id},
    )
    assert actor.account_id is not None
    for start in range(0, len(given), 500):
        sign_for(
            voucher_ids=given[start : start + 500],
            event_id=event_id,
            account_id=actor.account_id,
            now=now,
        )
    close_finished_run(actor=actor, run_id=run_id, now=now)
    return len(given)


def _waits(actor: Actor, run_id: int, community_id: int | None) -> list[ColumnElement[bool]]:
    """Give the conditions of a voucher that is to be given out."""
    conditions = [
        Voucher.run_id == run_id,
        Voucher.state.in_(vouchers_before(VoucherState.ACTIVE)),
        Voucher.held_reason.is_(None),
        Voucher.id.not_in(select_counted_back(run_id=run_id)),
        within_area(Voucher.community_id, actor),
    ]
    if community_id is not None:
        conditions.append(Voucher.community_id == community_id)
    return conditions


def _activate(actor: Actor, run_id: int, community_id: int | None) -> list[int]:
    activate = (
        update(Voucher)
        .where(*_waits(actor, run_id, community_id))
        .values(state=VoucherState.ACTIVE)
        .returning(Voucher.id)
        .execution_options(synchronize_session=False)
    )
    return list(db.session.scalars(activate))


def sign_for(*, voucher_ids: list[int], event_id: int, account_id: int, now: datetime) -> None:
    """Write that the live prints of these vouchers were given and signed for."""
    prints = db.session.scalars(
        select(Print.id).where(Print.voucher_id.in_(voucher_ids), Print.state == PrintState.LIVE)
    )
    signed = [
        {
            "print_id": print_id,
            "event_id": event_id,
            "handed_over_at": now,
            "handed_over_by": account_id,
        }
        for print_id in prints
    ]
    if signed:
        db.session.execute(insert(Handover), signed)


def close_finished_run(*, actor: Actor, run_id: int, now: datetime) -> None:
    """
    Close the rounds of a run in which no paper waits for anything, and the run with its last one.

    Paper waits while it was not given, or lies in the office again and is still to be void.
    """
    assert actor.account_id is not None
    is_returned = and_(MAY_LIE_BACK, Voucher.id.in_(select_counted_back(run_id=run_id)))
    waiting = exists().where(
        Voucher.run_id == Round.run_id,
        Voucher.community_id == Round.community_id,
        or_(Voucher.state == VoucherState.INACTIVE, is_returned),
    )
    unclosed = (Round.run_id == run_id, Round.closed_at.is_(None))
    db.session.execute(
        update(Round)
        .where(*unclosed, ~waiting)
        # Nothing is void by it, so whoever counted need not be somebody else.
        .values(closed_at=now, closed_by=actor.account_id, counted_at=None, counted_by=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(IssueRun)
        .where(
            IssueRun.id == run_id,
            IssueRun.state.in_(runs_before(RunState.CLOSED)),
            ~exists().where(*unclosed),
        )
        .values(state=RunState.CLOSED, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def reprint_voucher(*, actor: Actor, serial: str, reason: str, kid: int, now: datetime) -> Print:
    """
    Give a voucher a new print; the older one is dead at once. Same voucher, same serial.

    :raises Refusal: voucher_state, when the voucher is used, void or lapsed.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    if voucher.state not in OPEN_STATES:
        raise refuse_voucher_state(serial, voucher.state)
    number = _kill_live_print(voucher.id, now) + 1
    made = Print(
        voucher_id=voucher.id,
        code=write_print_code(make_print_id()),
        number=number,
        state=PrintState.LIVE,
        kid=kid,
        made_at=now,
    )
    db.session.add(made)
    db.session.flush()
    record_event(
        actor=actor,
        action="vouchers.reprint",
        subject_kind="voucher",
        subject_id=serial,
        now=now,
        facts={"number": number, "reason": reason},
    )
    return made


def _kill_live_print(voucher_id: int, now: datetime) -> int:
    live = db.session.execute(
        select(Print.id, Print.number).where(
            Print.voucher_id == voucher_id, Print.state == PrintState.LIVE
        )
    ).one()
    kill = (
        update(Print)
        .where(Print.id == live.id, Print.state == PrintState.LIVE)
        .values(state=PrintState.DEAD, died_at=now)
    )
    if count_changed(kill) != 1:
        raise Refusal("busy", N_("别人正在处理同一张券，请稍后重试"))
    return int(live.number)
