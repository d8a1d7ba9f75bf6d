"""Reading runs and vouchers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotAllowed, NotFound
from voucher.residents.models import Resident
from voucher.text import natural_key
from voucher.vouchers.models import IssueRun, Print, RunLine, Voucher
from voucher.vouchers.rules import PrintState, RunState, VoucherState


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resident's paper goes: sorts in delivery order."""

    order: tuple[Any, ...]
    community_id: int


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
    db.session.execute(
        select(IssueRun.id).where(IssueRun.id.in_(runs)).order_by(IssueRun.id).with_for_update()
    )


def list_runs(*, actor: Actor) -> list[IssueRun]:
    """Give the runs of the actor's area, newest first."""
    runs = db.session.scalars(select(IssueRun).order_by(IssueRun.id.desc()))
    return [run for run in runs if run.community_id is None or actor.covers(run.community_id)]


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
    """Count the printed vouchers of the area that nobody has signed for; held ones stay back."""
    return (
        db.session.scalar(
            select(func.count(Voucher.id))
            .join(IssueRun, IssueRun.id == Voucher.run_id)
            .where(
                IssueRun.state == RunState.ISSUED,
                IssueRun.printed_at.is_not(None),
                Voucher.state == VoucherState.INACTIVE,
                Voucher.held_reason.is_(None),
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


def find_taken(*, programme: str, period_from: date) -> set[tuple[int, str]]:
    """Give (resident, item) of every voucher of the month that exists or is about to."""
    written = select(Voucher.resident_id, Voucher.item).where(
        Voucher.programme == programme,
        Voucher.period_from == period_from,
        Voucher.state != VoucherState.VOID,
    )
    waiting = (
        select(RunLine.resident_id, RunLine.item)
        .join(IssueRun, IssueRun.id == RunLine.run_id)
        .where(
            IssueRun.programme == programme,
            IssueRun.period_from == period_from,
            IssueRun.state.in_((RunState.DRAFT, RunState.APPROVED)),
        )
    )
    return {(row[0], row[1]) for row in db.session.execute(written.union(waiting))}


def find_places(*, resident_ids: set[int]) -> dict[int, Place]:
    """Give where each resident lives, to sort by street, community, address and name."""
    street = aliased(Division)
    rows = db.session.execute(
        select(
            Resident.id,
            Resident.community_id,
            street.code,
            Division.code,
            Resident.address,
            Resident.name_key,
        )
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
    )
    return {
        row[0]: Place((row[2], row[3], natural_key(row[4]), row[5], row[0]), row[1])
        for row in rows
        if row[0] in resident_ids
    }


def get_voucher(*, actor: Actor, serial: str) -> Voucher:
    """
    Give a voucher of the actor's area by its serial.

    :raises NotFound: voucher_unknown.
    """
    found = db.session.scalar(
        select(Voucher).where(Voucher.serial == serial, within_area(Voucher.community_id, actor))
    )
    if found is None:
        raise NotFound("voucher_unknown", N_("没有券号为 %(serial)s 的券"), serial=serial[:20])
    return found


def count_vouchers(*, run_id: int) -> dict[str, int]:
    """Give how many vouchers of a run are in each state."""
    rows = db.session.execute(
        select(Voucher.state, func.count()).where(Voucher.run_id == run_id).group_by(Voucher.state)
    )
    return {str(state): int(count) for state, count in rows}


def list_run_lines(*, run_id: int, community_id: int) -> list[RunLine]:
    """Give the lines of a run in one community, in delivery order."""
    return list(
        db.session.scalars(
            select(RunLine)
            .where(RunLine.run_id == run_id, RunLine.community_id == community_id)
            .order_by(RunLine.position)
        )
    )


def list_live_prints(*, run_id: int, community_id: int) -> Iterator[Any]:
    """Give what a sheet shows of every live print of a run in one community, in delivery order."""
    yield from db.session.execute(
        select(Voucher, Print, Resident, RunLine.position)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(
            RunLine,
            (RunLine.run_id == Voucher.run_id)
            & (RunLine.resident_id == Voucher.resident_id)
            & (RunLine.item == Voucher.item),
        )
        .where(
            Voucher.run_id == run_id,
            Voucher.community_id == community_id,
            Voucher.state != VoucherState.VOID,
            Print.state == PrintState.LIVE,
        )
        .order_by(RunLine.position)
    )


def list_communities_of_run(*, actor: Actor, run_id: int) -> list[Division]:
    """Give the communities a run has vouchers for, within the actor's area, in order of code."""
    ids = select(RunLine.community_id).where(RunLine.run_id == run_id).distinct()
    return list(
        db.session.scalars(
            select(Division)
            .where(Division.id.in_(ids), within_area(Division.id, actor))
            .order_by(Division.code)
        )
    )
