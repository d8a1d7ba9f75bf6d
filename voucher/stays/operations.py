"""Writing stays: recorded, ended once, or withdrawn because they were wrong."""

import secrets
from datetime import date, datetime

from sqlalchemy import exists, or_, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, BadInput, Refusal
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident
from voucher.sealing import seal
from voucher.stays.models import Stay
from voucher.stays.queries import HOSPITAL_COLUMN, get_stay
from voucher.stays.rules import NewStay, find_end_fault
from voucher.workbooks.cells import read_day


def record_stay(*, actor: Actor, public_id: str, stay: NewStay, now: datetime) -> Stay:
    """
    Write that somebody of the area is, was or will be in hospital.

    :raises NotFound: resident_unknown. :raises Refusal: departed_already, stay_overlaps.
    """
    resident = get_resident(actor=actor, public_id=public_id)
    # Whoever records another stay of the same person waits here.
    db.session.refresh(resident, with_for_update=True)
    if resident.departed_date is not None:
        raise Refusal("departed_already", N_("此人已登记离开，不能再登记住院"))
    _refuse_overlap(resident, stay)
    assert actor.account_id is not None
    key = secrets.token_hex(8)
    made = Stay(
        public_id=key,
        resident_id=resident.id,
        from_date=stay.from_date,
        to_date=stay.to_date,
        hospital_sealed=(
            seal(stay.hospital, column=HOSPITAL_COLUMN, row=key) if stay.hospital else None
        ),
        effect=stay.effect,
        recorded_at=now,
        recorded_by=actor.account_id,
    )
    db.session.add(made)
    db.session.flush()
    _record(actor, "stays.record", resident, made, now)
    return made


def end_stay(*, actor: Actor, public_id: str, ended_text: str, today: date, now: datetime) -> Stay:
    """
    Write the day on which somebody went home; only a stay that lasts can end.

    :raises NotFound: stay_unknown. :raises BadInput: what find_end_fault finds.
    :raises Refusal: stay_over.
    """
    whole = get_stay(actor=actor, public_id=public_id)
    stay = whole.stay
    if fault := find_end_fault(text=ended_text, from_date=stay.from_date, today=today):
        raise BadInput(fault.word, fault.sentence, **fault.facts)
    end = (
        update(Stay)
        .where(
            Stay.id == stay.id,
            Stay.withdrawn_at.is_(None),
            Stay.ended_at.is_(None),
            or_(Stay.to_date.is_(None), Stay.to_date > today),
        )
        .values(to_date=read_day(ended_text), ended_at=now, ended_by=actor.account_id)
    )
    if count_changed(end) != 1:
        raise Refusal("stay_over", N_("这次住院已经结束或撤销，不能再登记出院"))
    db.session.refresh(stay)
    _record(actor, "stays.end", whole.resident, stay, now)
    return stay


def withdraw_stay(*, actor: Actor, public_id: str, reason: str, now: datetime) -> Stay:
    """
    Take back a stay that was wrong; the row stays, and the right one is recorded anew.

    :raises NotFound: stay_unknown. :raises Refusal: stay_withdrawn.
    """
    whole = get_stay(actor=actor, public_id=public_id)
    withdraw = (
        update(Stay)
        .where(Stay.id == whole.stay.id, Stay.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_reason=reason)
    )
    if count_changed(withdraw) != 1:
        raise Refusal("stay_withdrawn", N_("这次住院登记已经撤销"))
    db.session.refresh(whole.stay)
    _record(actor, "stays.withdraw", whole.resident, whole.stay, now)
    return whole.stay


def _refuse_overlap(resident: Resident, stay: NewStay) -> None:
    meets = exists().where(
        Stay.resident_id == resident.id,
        Stay.withdrawn_at.is_(None),
        or_(Stay.to_date.is_(None), Stay.to_date > stay.from_date),
        *([Stay.from_date < stay.to_date] if stay.to_date else []),
    )
    if db.session.scalar(select(meets)):
        raise Refusal("stay_overlaps", N_("与已登记的另一次住院时间重叠；请先核对那一次"))


def _record(actor: Actor, action: str, resident: Resident, stay: Stay, now: datetime) -> None:
    # Neither hospital nor dates: the record is read by people who may not know them.
    record_event(
        actor=actor,
        action=action,
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"stay": stay.public_id, "effect": stay.effect},
    )
