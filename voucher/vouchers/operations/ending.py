"""Vouchers held, released, voided, or lapsed at their end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, select, update

from voucher.access import Actor, self_approve, within_area
from voucher.audit.operations import record_event
from voucher.cases.models import Case
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import decide_case, open_case
from voucher.db import count_changed, db
from voucher.ledger.operations import post_entries, return_budget
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.periods import local_date
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import close_finished_run
from voucher.vouchers.queries.runs import lock_runs
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import (
    OPEN_STATES,
    VoucherState,
    refuse_voucher_state,
)

# Receipts taken offline may arrive this long after the end (offline redemption, part 7).
LATE_RECEIPTS = timedelta(hours=72)
BATCH = 500


def hold_voucher(*, actor: Actor, serial: str, reason: str, now: datetime) -> Voucher:
    """
    Stop a voucher for the time being; nobody can redeem it until it is released.

    :raises Refusal: voucher_state.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    _set_hold(voucher, reason, Voucher.held_reason.is_(None))
    _record(actor, "vouchers.hold", serial, reason, now)
    return voucher


def release_voucher(*, actor: Actor, serial: str, reason: str, now: datetime) -> Voucher:
    """
    Let a held voucher be redeemed again.

    :raises Refusal: voucher_state.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    _set_hold(voucher, None, Voucher.held_reason.is_not(None))
    _record(actor, "vouchers.release", serial, reason, now)
    return voucher


def _set_hold(voucher: Voucher, reason: str | None, before: ColumnElement[bool]) -> None:
    change = (
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.state.in_(OPEN_STATES), before)
        .values(held_reason=reason)
    )
    if count_changed(change) != 1:
        raise refuse_voucher_state(voucher.serial, voucher.state)


def _record(actor: Actor, action: str, serial: str, reason: str, now: datetime) -> int:
    return record_event(
        actor=actor,
        action=action,
        subject_kind="voucher",
        subject_id=serial,
        now=now,
        facts={"reason": reason},
    )


def hold_vouchers_of_departed(
    *, actor: Actor, resident: Resident, died: bool, now: datetime
) -> int:
    """
    Hold at once what somebody who died still has, and ask a second person to void it.

    Whoever moved keeps this month's paper: only the next period stops. Give how many were held.
    """
    if not died:
        return 0
    hold = (
        update(Voucher)
        # One held already is held anew: its release must not outlive the first reason.
        .where(Voucher.resident_id == resident.id, Voucher.state.in_(OPEN_STATES))
        .values(held_reason="died")
        .execution_options(synchronize_session=False)
    )
    held = count_changed(hold)
    if held:
        open_case(
            actor=actor,
            kind=CaseKind.VOID_OF_DEPARTED,
            question=f"resident:{resident.id}",
            subject_kind="resident",
            subject_id=resident.id,
            community_id=resident.community_id,
            now=now,
            facts={"vouchers": held},
        )
    return held


def void_vouchers(*, actor: Actor, first: str, last: str, reason: str, now: datetime) -> int:
    """
    End every open voucher of the area from one serial to another; their budget comes back.

    What a departed person left is voided only by somebody else than who recorded the departure.

    :raises NotFound: voucher_unknown. :raises NotAllowed: self_approve.
    """
    wanted = and_(
        Voucher.serial.between(first, last),
        Voucher.state.in_(OPEN_STATES),
        within_area(Voucher.community_id, actor),
    )
    lock_runs(of=wanted)
    _decide_departures(actor, wanted, now)
    event_id = _record(actor, "vouchers.void", f"{first}-{last}", reason, now)
    ended = end_as_void(wanted=wanted, event_id=event_id, now=now)
    if not ended:
        raise NotFound("voucher_unknown", N_("这个范围内没有可作废的券"))
    for run_id in {row.run_id for row in ended}:
        close_finished_run(actor=actor, run_id=run_id, now=now)
    return len(ended)


def end_as_void(*, wanted: ColumnElement[bool], event_id: int, now: datetime) -> Sequence[Any]:
    """
    End open vouchers as void and give their budget back; give the rows as they were before.

    Who calls it has locked their runs, and closes those that wait for nothing any more.
    """
    ended = end_vouchers(wanted, VoucherState.VOID)
    if ended:
        post_end(ended, event_id, Posting.VOID, f"event:{event_id}", now)
    return ended


def _decide_departures(actor: Actor, wanted: ColumnElement[bool], now: datetime) -> None:
    residents = select(Voucher.resident_id).where(wanted)
    cases = db.session.execute(
        select(Case.id).where(
            Case.kind == CaseKind.VOID_OF_DEPARTED,
            Case.subject_id.in_(residents),
            Case.decision.is_(None),
        )
    ).scalars()
    for case_id in cases.all():
        if not decide_case(actor=actor, case_id=case_id, decision="voided", now=now):
            raise self_approve()


def lapse_vouchers(*, actor: Actor, now: datetime) -> int:
    """
    Post the lapse of what ended unused, one entry a run and community; give how many lapsed.

    Vouchers that may be used offline wait 72 hours for receipts still on their way.
    """
    last_day = case((Voucher.is_offline, local_date(now - LATE_RECEIPTS)), else_=local_date(now))
    ended = and_(Voucher.state.in_(OPEN_STATES), Voucher.period_to <= last_day)
    lock_runs(of=ended)
    places = db.session.execute(
        select(Voucher.run_id, Voucher.community_id).where(ended).distinct()
    ).all()
    lapsed = 0
    for run_id, community_id in places:
        here = and_(ended, Voucher.run_id == run_id, Voucher.community_id == community_id)
        lapsed += _lapse_place(actor, here, f"run:{run_id}/community:{community_id}", now)
    return lapsed


def _lapse_place(actor: Actor, here: ColumnElement[bool], place: str, now: datetime) -> int:
    rows = end_vouchers(here, VoucherState.LAPSED)
    if not rows:
        return 0
    event_id = record_event(
        actor=actor,
        action="vouchers.lapse",
        subject_kind="run",
        subject_id=rows[0].run_id,
        now=now,
        facts={"vouchers": len(rows)},
    )
    post_end(rows, event_id, Posting.LAPSE, f"{place}/event:{event_id}", now)
    close_finished_run(actor=actor, run_id=rows[0].run_id, now=now)
    return len(rows)


def end_vouchers(wanted: ColumnElement[bool], target: VoucherState) -> Sequence[Any]:
    """Move what is left of open vouchers to void or lapsed; give the rows as they were before."""
    part = Voucher.void_fen if target is VoucherState.VOID else Voucher.lapsed_fen
    # Locked as they are read: a late reversal may have lapsed a part of one already, so that what
    # ends now cannot be told from the row afterwards.
    rows = db.session.execute(
        select(
            Voucher.id,
            Voucher.run_id,
            Voucher.programme,
            Voucher.community_id,
            Voucher.period_from,
            Voucher.item,
            Voucher.balance_fen,
            Voucher.balance_uses,
        )
        .where(wanted)
        .order_by(Voucher.id)
        .with_for_update()
    ).all()
    changes = {
        part: part + Voucher.balance_fen,
        Voucher.state: target,
        Voucher.balance_fen: 0,
        Voucher.balance_uses: 0,
    }
    for start in range(0, len(rows), BATCH):
        batch = Voucher.id.in_([row.id for row in rows[start : start + BATCH]])
        db.session.execute(
            update(Voucher)
            .where(batch)
            .values(changes)
            .execution_options(synchronize_session=False)
        )
    return rows


def post_end(
    rows: Sequence[Any],
    event_id: int,
    posting: Posting,
    subject: str,
    now: datetime,
    others: Sequence[Entry] = (),
) -> None:
    """Post what these vouchers still held as lapsed or void, with other entries of the same end."""
    target = LedgerAccount.LAPSED if posting is Posting.LAPSE else LedgerAccount.VOID
    sums: dict[Pot, tuple[int, int]] = {}
    for row in rows:
        pot = Pot(row.programme, row.community_id, row.period_from, row.item)
        fen, uses = sums.get(pot, (0, 0))
        sums[pot] = (fen + row.balance_fen, uses + row.balance_uses)
    entries = [*others]
    for pot, (fen, uses) in sums.items():
        entries += move_money(
            pot=pot, source=LedgerAccount.COMMITTED, target=target, amount_fen=fen, uses=uses
        )
        if target is LedgerAccount.VOID:
            return_budget(programme=pot.programme, period_from=pot.period_from, amount_fen=fen)
    post_entries(event_id=event_id, posting=posting, subject_id=subject, entries=entries, now=now)
