"""The shop PIN: asked for after eight hours or a restart; five wrong ones stop a till."""

from dataclasses import dataclass
from datetime import datetime

from flask_security import hash_password
from flask_security.utils import verify_password
from sqlalchemy import case, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.shops.models import Device, Shop
from voucher.shops.queries import find_pin_hash
from voucher.shops.rules.enrolment import PIN_TRIES, check_pin, tidy_pin
from voucher.shops.rules.states import DeviceState


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """Whether the till may work on, and how many tries it has left; at 0 it is stopped."""

    is_admitted: bool
    left: int


def set_pin(*, actor: Actor, pin: str, repeated: str, now: datetime) -> None:
    """
    Give the till's shop its PIN, once: a shop that has one keeps it.

    :raises BadInput: pin_format, pin_repeat. :raises Refusal: pin_set.
    """
    kept = hash_password(check_pin(pin, repeated))
    give = (
        update(Shop).where(Shop.id == actor.shop_id, Shop.pin_hash.is_(None)).values(pin_hash=kept)
    )
    if count_changed(give) != 1:
        raise Refusal("pin_set", N_("商户口令已经设置过，请输入现有口令"))
    _record(actor, "shops.set_pin", now)


def examine_pin(*, actor: Actor, pin: str) -> bool:
    """Look whether a PIN is the shop's; writes nothing, so no writer waits for the slow hash."""
    kept = find_pin_hash(actor=actor)
    return kept is not None and verify_password(tidy_pin(pin)[:6], kept)


def admit_till(*, actor: Actor, is_right: bool, now: datetime) -> PinAnswer:
    """
    Let a till work on, or count the miss: commit in either case.

    However many PINs are sent at once, five misses are counted and the till is stopped; a right
    one that comes after them stays outside. Enrolling the till anew is the way back.
    """
    open_till = (
        Device.id == actor.device_id,
        Device.state == DeviceState.ENROLLED,
        Device.pin_misses < PIN_TRIES,
    )
    if is_right:
        admitted = count_changed(update(Device).where(*open_till).values(pin_misses=0)) == 1
        return PinAnswer(admitted, PIN_TRIES if admitted else 0)
    last = Device.pin_misses >= PIN_TRIES - 1
    counted = count_changed(
        update(Device)
        .where(*open_till)
        .values(
            pin_misses=Device.pin_misses + 1,
            state=case((last, DeviceState.SUSPENDED), else_=Device.state),
            suspended_at=case((last, now), else_=Device.suspended_at),
        )
        .execution_options(synchronize_session=False)
    )
    if counted != 1:
        return PinAnswer(False, 0)
    misses = db.session.scalar(select(Device.pin_misses).where(Device.id == actor.device_id)) or 0
    _record(actor, "shops.lock_till" if misses == PIN_TRIES else "shops.miss_pin", now)
    return PinAnswer(False, PIN_TRIES - misses)


def _record(actor: Actor, action: str, now: datetime) -> None:
    record_event(
        actor=actor,
        action=action,
        subject_kind="device",
        subject_id=actor.device_id or 0,
        now=now,
        facts={"shop": actor.name},
    )
