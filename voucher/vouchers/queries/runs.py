"""Reading issue runs, always within the asker's area."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.audit.models import Event
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.refusals import N_, NotAllowed, NotFound
from voucher.vouchers.models import IssueRun, Round, RunLine, Voucher
from voucher.vouchers.queries.rounds import select_counted_back
from voucher.vouchers.rules import (
    RUN_EVENTS,
    RunState,
    VoucherState,
)

RUN_SORTS: dict[str, Any] = {
    "month": IssueRun.period_from,
    "programme": IssueRun.programme,
    "vouchers": IssueRun.vouchers,
    "residents": IssueRun.residents,
    "value": IssueRun.value_fen,
    "state": IssueRun.state,
    "made_at": IssueRun.made_at,
}


_maker, _approver, _street = aliased(Account), aliased(Account), aliased(Division)


def get_run(*, actor: Actor, run_id: int) -> IssueRun:
    """
    Give a run. A run of another area does not exist for the asker.

    :raises NotFound: run_unknown.
    """
    run = db.session.get(IssueRun, run_id)
    if run is None or not (run.community_id is None or actor.covers(run.community_id)):
        raise NotFound("run_unknown", N_("没有编号为 %(run)s 的发券批次"), run=run_id)
    return run


def check_whole_run(*, actor: Actor, run_id: int) -> None:
    """
    Make sure that every line of a run lies in the actor's area: a part is nobody's to decide.

    :raises NotAllowed: outside_area.
    """
    outside = exists().where(RunLine.run_id == run_id, ~within_area(RunLine.community_id, actor))
    if db.session.scalar(select(outside)):
        raise NotAllowed(
            "outside_area", N_("批次 %(run)s 含有您辖区以外的券，请由全区的审核人办理"), run=run_id
        )


def lock_runs(*, of: ColumnElement[bool]) -> None:
    """
    Wait until nobody else decides the runs of these vouchers; the runs come in order of id.

    What is read after it stays true to the end of the transaction, and whoever changes many
    vouchers of a run at once never meets another one halfway.
    """
    runs = select(Voucher.run_id).where(of)
    # Not FOR UPDATE: that would also wait for whoever only writes vouchers of the run, and could
    # meet him halfway.
    locked = select(IssueRun.id).where(IssueRun.id.in_(runs)).order_by(IssueRun.id)
    db.session.execute(locked.with_for_update(key_share=True))


def lock_run(*, run_id: int) -> None:
    """Wait until nobody else decides this run; what is read after it stays true to the end."""
    db.session.execute(
        select(IssueRun.id).where(IssueRun.id == run_id).with_for_update(key_share=True)
    )


def list_runs(*, actor: Actor) -> list[IssueRun]:
    """Give the runs of the actor's area, newest first."""
    runs = db.session.scalars(select(IssueRun).order_by(IssueRun.id.desc()))
    return [run for run in runs if run.community_id is None or actor.covers(run.community_id)]


def slice_runs(*, actor: Actor, wanted: Wanted) -> Slice[Any]:
    """Give part of the runs of the actor's area, newest first, with who made and approved them."""
    query = (
        select(
            *(getattr(IssueRun, name) for name in _RUN_COLUMNS),
            Division.name.label("community"),
            _maker.name.label("maker"),
            _approver.name.label("approver"),
        )
        .join(_maker, _maker.id == IssueRun.made_by)
        .outerjoin(_approver, _approver.id == IssueRun.approved_by)
        .outerjoin(Division, Division.id == IssueRun.community_id)
        .where(or_(IssueRun.community_id.is_(None), within_area(IssueRun.community_id, actor)))
    )
    return take_slice(query, wanted=wanted, sorts=RUN_SORTS, last=IssueRun.id.desc())


_RUN_COLUMNS = (
    *("id", "programme", "scheme_version_id", "period_from", "number", "state", "vouchers"),
    *("residents", "value_fen", "made_at", "approved_at"),
)


def list_run_events(*, run_id: int, actions: Sequence[str] = tuple(RUN_EVENTS)) -> list[Event]:
    """Give what was done with a run, oldest first; reading it is left out."""
    found = select(Event).where(*_of_run(run_id), Event.action.in_(actions)).order_by(Event.id)
    return list(db.session.scalars(found))


def find_last_sign(*, run_id: int) -> datetime | None:
    """Give when anything was last done with a run."""
    return db.session.scalar(select(func.max(Event.happened_at)).where(*_of_run(run_id)))


def _of_run(run_id: int) -> tuple[ColumnElement[bool], ...]:
    return Event.subject_kind == "run", Event.subject_id == str(run_id)


def count_waiting_drafts(*, actor: Actor) -> int:
    """Count the drafts of others that lie whole in the actor's area: those the actor may decide."""
    outside = exists().where(
        RunLine.run_id == IssueRun.id, ~within_area(RunLine.community_id, actor)
    )
    return _count_runs(
        IssueRun.state == RunState.DRAFT, IssueRun.made_by != actor.account_id, ~outside
    )


def count_own_drafts(*, actor: Actor) -> int:
    """Count the actor's own drafts, which wait for somebody else."""
    return _count_runs(IssueRun.state == RunState.DRAFT, IssueRun.made_by == actor.account_id)


def count_waiting_prints(*, actor: Actor) -> int:
    """Count the issued runs with paper for the actor's area that nobody printed yet."""
    inside = exists().where(RunLine.run_id == IssueRun.id, within_area(RunLine.community_id, actor))
    return _count_runs(IssueRun.state == RunState.ISSUED, IssueRun.printed_at.is_(None), inside)


def _count_runs(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(IssueRun.id)).where(*conditions)) or 0


def count_waiting_handovers(*, actor: Actor) -> int:
    """Count the vouchers of the area whose paper may go out; held ones stay back."""
    return (
        db.session.scalar(
            select(func.count(Voucher.id))
            .join(IssueRun, IssueRun.id == Voucher.run_id)
            .join(
                Round,
                and_(
                    Round.run_id == Voucher.run_id,
                    Round.community_id == Voucher.community_id,
                ),
            )
            .where(
                IssueRun.state == RunState.ISSUED,
                Round.released_at.is_not(None),
                Voucher.state == VoucherState.INACTIVE,
                Voucher.held_reason.is_(None),
                Voucher.id.not_in(select_counted_back()),
                within_area(Voucher.community_id, actor),
            )
        )
        or 0
    )


def find_latest_run(*, programme: str, period_from: date) -> IssueRun | None:
    """Give the month's last run that was not cancelled, or None."""
    return db.session.scalar(
        select(IssueRun)
        .where(
            IssueRun.programme == programme,
            IssueRun.period_from == period_from,
            IssueRun.state != RunState.CANCELLED,
        )
        .order_by(IssueRun.number.desc())
        .limit(1)
    )


def count_vouchers(*, run_id: int) -> dict[str, int]:
    """Give how many vouchers of a run are in each state."""
    rows = db.session.execute(
        select(Voucher.state, func.count()).where(Voucher.run_id == run_id).group_by(Voucher.state)
    )
    return {str(state): int(count) for state, count in rows}


def get_positions(*, run_id: int, community_id: int) -> tuple[int, int]:
    """Give the first and the last position of a community's lines in a run that has some."""
    ends = select(func.min(RunLine.position), func.max(RunLine.position))
    found = db.session.execute(
        ends.where(RunLine.run_id == run_id, RunLine.community_id == community_id)
    )
    first, last = found.one()
    return first, last


def list_communities_of_run(*, actor: Actor, run_id: int) -> list[Division]:
    """Give the communities a run has vouchers for, within the actor's area, in order of code."""
    # Each is looked for by itself: a million lines need not be gone through for a hundred names.
    is_due = exists().where(RunLine.run_id == run_id, RunLine.community_id == Division.id)
    return list(
        db.session.scalars(
            select(Division).where(is_due, within_area(Division.id, actor)).order_by(Division.code)
        )
    )
