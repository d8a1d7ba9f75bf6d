"""Departures: who died or moved out, and what that does to paper already out."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import exists, select

from voucher.access import Actor
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import open_case
from voucher.db import db
from voucher.periods import start_of_day
from voucher.redemptions.models import Redemption, Reversal
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.ending import hold_vouchers_of_departed


def follow_departures(*, actor: Actor, departed: Iterable[Resident], now: datetime) -> int:
    """
    Hold the paper of those who died, and ask about every use dated after a death.

    Call it in the transaction that recorded the departures. Give how many vouchers were held.
    """
    held = 0
    for resident in departed:
        died = resident.departure == Departure.DIED
        held += hold_vouchers_of_departed(actor=actor, resident=resident, died=died, now=now)
        if died and resident.departed_date is not None:
            _question_later_uses(actor, resident, resident.departed_date, now)
    return held


def _question_later_uses(actor: Actor, resident: Resident, died_on: date, now: datetime) -> None:
    later = (
        select(Redemption.id, Voucher.community_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(
            Voucher.resident_id == resident.id,
            # The day of death itself may still have been lived.
            Redemption.redeemed_at >= start_of_day(date.fromordinal(died_on.toordinal() + 1)),
            ~exists().where(Reversal.redemption_id == Redemption.id),
        )
    )
    for redemption_id, community_id in db.session.execute(later).all():
        open_case(
            actor=actor,
            kind=CaseKind.USED_AFTER_DEATH,
            question=f"redemption:{redemption_id}",
            subject_kind="redemption",
            subject_id=redemption_id,
            community_id=community_id,
            now=now,
            facts={"died": died_on.isoformat()},
        )
