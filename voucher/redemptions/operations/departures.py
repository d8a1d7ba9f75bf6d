"""Departures: who died or moved out, and what that does to paper already out."""

from datetime import date, datetime

from sqlalchemy import exists, select

from voucher.access import Actor
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import open_case
from voucher.db import db
from voucher.periods import start_of_day
from voucher.redemptions.models import Redemption, Reversal
from voucher.residents.models import Resident
from voucher.residents.operations.departing import DeparturesFile, record_departure
from voucher.residents.rules.departures import Departure
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.ending import hold_vouchers_of_departed


def import_departures(*, actor: Actor, file: DeparturesFile, now: datetime) -> int:
    """
    Record every departure of a judged list and what follows from each; give the vouchers held.

    :raises Refusal: departed_already, when somebody departed since the list was judged.
    """
    return sum(
        depart_resident(
            actor=actor,
            resident=resident,
            departure=row.departure,
            on=row.departed_date,
            now=now,
        )
        for resident, row in file.due
    )


def depart_resident(
    *, actor: Actor, resident: Resident, departure: Departure, on: date, now: datetime
) -> int:
    """
    Record a departure, hold the paper of the dead, and ask about every use dated after a death.

    Give how many vouchers were held.
    """
    record_departure(actor=actor, resident=resident, departure=departure, on=on, now=now)
    held = hold_vouchers_of_departed(
        actor=actor, resident=resident, died=departure is Departure.DIED, now=now
    )
    if departure is Departure.DIED:
        _question_later_uses(actor, resident, on, now)
    return held


def _question_later_uses(actor: Actor, resident: Resident, died_on: date, now: datetime) -> None:
    later = (
        select(Redemption.id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(
            Voucher.resident_id == resident.id,
            # The day of death itself may still have been lived.
            Redemption.redeemed_at >= start_of_day(date.fromordinal(died_on.toordinal() + 1)),
            ~exists().where(Reversal.redemption_id == Redemption.id),
        )
    )
    for redemption_id in db.session.scalars(later).all():
        open_case(
            actor=actor,
            kind=CaseKind.USED_AFTER_DEATH,
            question=f"redemption:{redemption_id}",
            subject_kind="redemption",
            subject_id=redemption_id,
            community_id=resident.community_id,
            now=now,
            facts={"died": died_on.isoformat()},
        )
