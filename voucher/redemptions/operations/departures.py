"""Departures: who died or moved out, and what that does to paper already out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select

from voucher.access import Actor
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import open_case
from voucher.db import db
from voucher.periods import start_of_day
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.queries.uses import count_uses_after
from voucher.residents.models import Resident
from voucher.residents.operations.departing import record_departure
from voucher.residents.queries import get_resident
from voucher.residents.rules.departures import Departure
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.ending import hold_vouchers_of_departed
from voucher.vouchers.queries.vouchers import list_open_vouchers

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What recording a departure will do: the paper it holds, the uses it puts in question."""

    held: tuple[Voucher, ...]
    later_uses: int

    @property
    def held_fen(self) -> int:
        """Give what is left on the paper that will be held, in fen."""
        return sum(voucher.balance_fen for voucher in self.held)


def foresee_departure(*, resident: Resident, departure: Departure, departed_date: date) -> Foreseen:
    """Tell what `depart_resident` would do now; nothing is written."""
    if departure is not Departure.DIED:
        return Foreseen((), 0)
    return Foreseen(
        held=tuple(list_open_vouchers(resident_id=resident.id)),
        later_uses=count_uses_after(
            resident_id=resident.id, instant=start_of_day(departed_date + A_DAY)
        ),
    )


def depart_resident(
    *,
    actor: Actor,
    public_id: str,
    departure: Departure,
    departed_date: date,
    now: datetime,
) -> int:
    """
    Record one departure and what follows for the paper; give how many vouchers were held.

    :raises NotFound: resident_unknown. :raises Refusal: departed_already.
    """
    resident = get_resident(actor=actor, public_id=public_id)
    departed = record_departure(
        actor=actor,
        resident_id=resident.id,
        departure=departure,
        departed_date=departed_date,
        now=now,
    )
    return follow_departures(actor=actor, departed=[departed], now=now)


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
            Redemption.redeemed_at >= start_of_day(died_on + A_DAY),
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
