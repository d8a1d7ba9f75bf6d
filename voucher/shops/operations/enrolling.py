"""Enrolling and stopping tills."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.shops.models import Device, Shop
from voucher.shops.queries import device_unknown, get_shop, within_scope
from voucher.shops.rules.enrolment import hash_secret, make_code, make_token, normalise_code
from voucher.shops.rules.states import CODE_LIFE, TILL_LIFE, DeviceState, ShopState


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A till made, with its one-time code, told once. Where `token` stands the code is used up."""

    device_id: int
    code: str
    code_expires_at: datetime
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A till that works from now on; its token is told once."""

    device_id: int
    shop_id: int
    token: str
    expires_at: datetime


def enrol_device(*, actor: Actor, shop_code: str, now: datetime) -> Enrolment:
    """
    Make a one-time code for a till of a shop; within 15 minutes the till itself opens it.

    :raises NotFound: shop_unknown. :raises Refusal: shop_state, unless the shop is approved.
    """
    shop = get_shop(code=shop_code, actor=actor)
    if shop.state != ShopState.APPROVED:
        raise Refusal("shop_state", N_("商户 %(shop)s 尚未批准或已暂停"), shop=shop.code)
    assert actor.account_id is not None
    code = make_code()
    device = Device(
        shop_id=shop.id,
        state=DeviceState.WAITING,
        code_hash=hash_secret(code),
        code_expires_at=now + CODE_LIFE,
        enrolled_by=actor.account_id,
        made_at=now,
    )
    db.session.add(device)
    db.session.flush()
    _record(actor, "shops.enrol_device", device.id, now, shop=shop.code)
    return Enrolment(device.id, code, device.code_expires_at)


def enrol_rehearsal_device(*, actor: Actor, shop_code: str, now: datetime) -> Enrolment:
    """
    Enrol a till and open its code at once: for demo and test homes, which have no till at hand.

    :raises NotFound: shop_unknown. :raises Refusal: shop_state.
    """
    made = enrol_device(actor=actor, shop_code=shop_code, now=now)
    token = open_enrolment(code=made.code, channel=actor.channel, now=now).token
    return Enrolment(made.device_id, made.code, made.code_expires_at, token)


def open_enrolment(*, code: str, channel: str, now: datetime) -> Opened:
    """
    Turn a one-time code into a till's token, once and within its 15 minutes.

    :raises Refusal: enrolment_code, the same for a code unknown, used or too old.
    """
    kept, token = hash_secret(normalise_code(code)), make_token()
    approved = select(Shop.id).where(Shop.state == ShopState.APPROVED)
    open_code = (
        update(Device)
        .where(
            Device.code_hash == kept,
            Device.state == DeviceState.WAITING,
            Device.code_expires_at > now,
            Device.shop_id.in_(approved),
        )
        .values(
            state=DeviceState.ENROLLED,
            token_hash=hash_secret(token),
            expires_at=now + TILL_LIFE,
        )
    )
    if count_changed(open_code) != 1:
        raise Refusal("enrolment_code", N_("绑定码无效、已用过或已超过15分钟，请重新领取"))
    device_id, shop_id, name = db.session.execute(
        select(Device.id, Device.shop_id, Shop.code)
        .join(Shop, Shop.id == Device.shop_id)
        .where(Device.code_hash == kept)
    ).one()
    till = Actor(
        key=f"device:{device_id}", name=name, channel=channel, shop_id=shop_id, device_id=device_id
    )
    _record(till, "shops.open_enrolment", device_id, now, shop=name)
    return Opened(device_id, shop_id, token, now + TILL_LIFE)


def suspend_device(*, actor: Actor, device_id: int, now: datetime) -> None:
    """
    Stop a till at once: its next request is refused, an unopened code is dead.

    :raises NotFound: device_unknown. :raises Refusal: device_state, when it is stopped already.
    """
    shop_code = db.session.scalar(
        select(Shop.code)
        .join(Device, Device.shop_id == Shop.id)
        .where(Device.id == device_id, within_scope(actor))
    )
    if shop_code is None:
        raise device_unknown(device_id)
    stop = (
        update(Device)
        .where(Device.id == device_id, Device.state != DeviceState.SUSPENDED)
        .values(state=DeviceState.SUSPENDED, suspended_at=now)
    )
    if count_changed(stop) != 1:
        raise Refusal("device_state", N_("收银终端 %(id)s 已经停用"), id=device_id)
    _record(actor, "shops.suspend_device", device_id, now, shop=shop_code)


def _record(actor: Actor, action: str, device_id: int, now: datetime, *, shop: str) -> None:
    record_event(
        actor=actor,
        action=action,
        subject_kind="device",
        subject_id=device_id,
        now=now,
        facts={"shop": shop},
    )
