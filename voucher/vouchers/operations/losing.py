"""A box of vouchers that is lost: one person reports it, another voids it or takes it back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.vouchers.models import BoxLoss, Voucher
from voucher.vouchers.operations.custody import close_finished_run
from voucher.vouchers.operations.ending import end_as_void
from voucher.vouchers.queries.deciding import LossFile, get_loss
from voucher.vouchers.queries.rounds import get_round
from voucher.vouchers.queries.runs import get_run, lock_runs
from voucher.vouchers.rules import LOST, OPEN_STATES, VoucherState

_NOT_DELIVERED = Voucher.state == VoucherState.INACTIVE


@dataclass(frozen=True, slots=True)
class Box:
    """A range of serials of one round; `with_delivered` includes what people already hold."""

    run_id: int
    community_id: int
    first: str
    last: str
    with_delivered: bool


@dataclass(frozen=True, slots=True)
class LossPreview:
    """What reporting a box would hold, in vouchers and fen, and how many are in people's hands."""

    vouchers: int
    value_fen: int
    delivered: int


def foresee_loss(*, box: Box) -> LossPreview:
    """Say what reporting this box as lost will do; writes nothing."""
    is_active = Voucher.state == VoucherState.ACTIVE
    counted = or_(_NOT_DELIVERED, is_active) if box.with_delivered else _NOT_DELIVERED
    row = db.session.execute(
        select(
            func.coalesce(func.sum(case((counted, 1), else_=0)), 0),
            func.coalesce(func.sum(case((counted, Voucher.balance_fen), else_=0)), 0),
            func.coalesce(func.sum(case((is_active, 1), else_=0)), 0),
        ).where(_within(box), Voucher.state.in_(OPEN_STATES))
    ).one()
    return LossPreview(*map(int, row))


def _within(box: Box) -> ColumnElement[bool]:
    return and_(
        Voucher.run_id == box.run_id,
        Voucher.community_id == box.community_id,
        Voucher.serial.between(box.first, box.last),
    )


def report_loss(
    *, actor: Actor, box: Box, reason: str, seen_vouchers: int, now: datetime
) -> BoxLoss:
    """
    Hold every voucher of a lost box at once, and ask a second person to void them.

    :raises NotFound: run_unknown, round_unknown.
    :raises Refusal: nothing_lost, loss_asked, loss_changed.
    """
    lock_runs(of=Voucher.run_id == box.run_id)
    run = get_run(actor=actor, run_id=box.run_id)
    of_round = get_round(actor=actor, run=run, community_id=box.community_id)
    found = foresee_loss(box=box)
    if not found.vouchers:
        raise Refusal("nothing_lost", N_("这个范围内没有要停用的券"))
    if found.vouchers != seen_vouchers:
        raise Refusal("loss_changed", N_("这一段里的券刚刚变了，请看新的数字再决定"))
    _check_not_asked(of_round.id, box)
    assert actor.account_id is not None
    loss = BoxLoss(
        round_id=of_round.id,
        first_serial=box.first,
        last_serial=box.last,
        with_delivered=box.with_delivered,
        reason=reason,
        vouchers=found.vouchers,
        value_fen=found.value_fen,
        asked_by=actor.account_id,
        asked_at=now,
    )
    db.session.add(loss)
    db.session.flush()
    _set_hold(box, None, LOST)
    _record(actor, "vouchers.report_loss", box.run_id, loss, now)
    return loss


def _check_not_asked(round_id: int, box: Box) -> None:
    asked = exists().where(
        BoxLoss.round_id == round_id,
        BoxLoss.decision.is_(None),
        BoxLoss.first_serial <= box.last,
        BoxLoss.last_serial >= box.first,
    )
    if db.session.scalar(select(asked)):
        raise Refusal("loss_asked", N_("这一段里有券已经报失，等待另一人决定"))


def _set_hold(box: Box, before: str | None, after: str | None) -> None:
    wanted = Voucher.state.in_(OPEN_STATES) if box.with_delivered else _NOT_DELIVERED
    db.session.execute(
        update(Voucher)
        .where(_within(box), wanted, Voucher.held_reason == before)
        .values(held_reason=after)
        .execution_options(synchronize_session=False)
    )


def _record(actor: Actor, action: str, run_id: int, loss: BoxLoss, now: datetime) -> int:
    return record_event(
        actor=actor,
        action=action,
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={
            "loss": loss.id,
            "first": loss.first_serial,
            "last": loss.last_serial,
            "vouchers": loss.vouchers,
            "reason": loss.reason,
        },
    )


def void_loss(*, actor: Actor, loss_id: int, now: datetime) -> int:
    """
    Void what is still held of a lost box, as the second person; give how many.

    :raises NotFound: loss_unknown. :raises NotAllowed: self_approve. :raises Refusal: loss_decided.
    """
    file = get_loss(actor=actor, loss_id=loss_id)
    lock_runs(of=Voucher.run_id == file.run_id)
    _decide(actor, file, "voided", now)
    event_id = _record(actor, "vouchers.void_loss", file.run_id, file.loss, now)
    lost = and_(_within(as_box(file)), Voucher.state.in_(OPEN_STATES), Voucher.held_reason == LOST)
    ended = end_as_void(wanted=lost, event_id=event_id, now=now)
    close_finished_run(actor=actor, run_id=file.run_id, now=now)
    return len(ended)


def decline_loss(*, actor: Actor, loss_id: int, now: datetime) -> None:
    """
    Let the vouchers of a box be used again, as the second person: it was found.

    :raises NotFound: loss_unknown. :raises NotAllowed: self_approve. :raises Refusal: loss_decided.
    """
    file = get_loss(actor=actor, loss_id=loss_id)
    lock_runs(of=Voucher.run_id == file.run_id)
    _decide(actor, file, "declined", now)
    _set_hold(as_box(file), LOST, None)
    _record(actor, "vouchers.decline_loss", file.run_id, file.loss, now)


def as_box(file: LossFile) -> Box:
    """Give the range that was reported."""
    loss = file.loss
    return Box(
        file.run_id, file.community_id, loss.first_serial, loss.last_serial, loss.with_delivered
    )


def _decide(actor: Actor, file: LossFile, decision: str, now: datetime) -> None:
    if file.loss.asked_by == actor.account_id:
        raise self_approve()
    decide = (
        update(BoxLoss)
        .where(BoxLoss.id == file.loss.id, BoxLoss.decision.is_(None))
        .values(decision=decision, decided_by=actor.account_id, decided_at=now)
    )
    if count_changed(decide) != 1:
        raise Refusal("loss_decided", N_("这次报失已经有人决定过了"))
