"""What a stay in hospital does to paper already out: held at once, released by a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.periods import local_date
from voucher.refusals import N_, Refusal
from voucher.stays.models import Stay
from voucher.stays.operations import record_stay
from voucher.stays.queries import get_stay, lasts_on
from voucher.stays.rules import Effect, NewStay
from voucher.vouchers.models import Voucher
from voucher.vouchers.rules import AWAY, OPEN_STATES


@dataclass(frozen=True, slots=True)
class Stayed:
    """A stay that was recorded, and how many vouchers it held."""

    stay: str
    held: int


def admit_resident(*, actor: Actor, public_id: str, stay: NewStay, now: datetime) -> Stayed:
    """
    Record a stay in hospital and what follows for the paper; what was held already stays so.

    :raises NotFound: resident_unknown. :raises Refusal: departed_already, stay_overlaps.
    """
    made = record_stay(actor=actor, public_id=public_id, stay=stay, now=now)
    if made.effect != Effect.HOLD:
        return Stayed(made.public_id, 0)
    return Stayed(made.public_id, _set_hold(made.resident_id, None, AWAY))


def release_after_stay(*, actor: Actor, public_id: str, now: datetime) -> int:
    """
    Let what a stay held be used again, once it is over; give how many.

    :raises NotFound: stay_unknown. :raises Refusal: stay_lasts, nothing_held.
    """
    whole = get_stay(actor=actor, public_id=public_id)
    lasting = exists().where(
        Stay.resident_id == whole.stay.resident_id,
        Stay.effect == Effect.HOLD,
        lasts_on(local_date(now)),
    )
    if db.session.scalar(select(lasting)):
        raise Refusal("stay_lasts", N_("还在住院，先登记出院，再恢复券"))
    released = _set_hold(whole.stay.resident_id, AWAY, None)
    if not released:
        raise Refusal("nothing_held", N_("没有因这次住院暂停的券，可能已经恢复"))
    record_event(
        actor=actor,
        action="vouchers.release_after_stay",
        subject_kind="resident",
        subject_id=whole.resident.public_id,
        now=now,
        facts={"stay": public_id, "vouchers": released},
    )
    return released


def _set_hold(resident_id: int, before: str | None, after: str | None) -> int:
    hold = (
        update(Voucher)
        .where(
            Voucher.resident_id == resident_id,
            Voucher.state.in_(OPEN_STATES),
            Voucher.held_reason == before,
        )
        .values(held_reason=after)
        .execution_options(synchronize_session=False)
    )
    return count_changed(hold)
