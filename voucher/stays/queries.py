"""Reading stays, always within the asker's area."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.sealing import unseal
from voucher.stays.models import Stay
from voucher.stays.rules import Effect, Standing, tell_standing

HOSPITAL_COLUMN = "stays.hospital"

STAY_SORTS: dict[str, ColumnElement[Any]] = {
    "name": Resident.name_key.expression,
    "from": Stay.from_date.expression,
    "to": Stay.to_date.expression,
}


@dataclass(frozen=True, slots=True)
class WholeStay:
    """One stay, its person and who wrote it down. Health data: who reads it records the reading."""

    stay: Stay
    resident: Resident
    hospital: str
    recorded_by: str

    def stands(self, on: date) -> Standing:
        """Tell where the stay stands on a day."""
        return tell_standing(
            from_date=self.stay.from_date,
            to_date=self.stay.to_date,
            is_withdrawn=self.stay.withdrawn_at is not None,
            on=on,
        )


def get_stay(*, actor: Actor, public_id: str) -> WholeStay:
    """
    Give a stay of somebody of the area.

    :raises NotFound: stay_unknown.
    """
    row = db.session.execute(
        select(Stay, Resident, Account.name.label("recorded_by"))
        .join(Resident, Resident.id == Stay.resident_id)
        .join(Account, Account.id == Stay.recorded_by)
        .where(Stay.public_id == public_id, within_area(Resident.community_id, actor))
    ).one_or_none()
    if row is None:
        raise NotFound("stay_unknown", N_("没有这次住院登记，或不在您的辖区"))
    sealed = row.Stay.hospital_sealed
    hospital = unseal(sealed, column=HOSPITAL_COLUMN, row=public_id) if sealed else ""
    return WholeStay(row.Stay, row.Resident, hospital, row.recorded_by)


def lasts_on(on: date) -> ColumnElement[bool]:
    """Give the condition that a stay holds and lasts on a day."""
    return and_(
        Stay.withdrawn_at.is_(None),
        Stay.from_date <= on,
        or_(Stay.to_date.is_(None), Stay.to_date > on),
    )


def list_stopped_residents(*, on: date, resident_id: int | None = None) -> frozenset[int]:
    """List who gets no paper for a period that begins on a day, since a stay lasts then."""
    wanted = select(Stay.resident_id).where(Stay.effect == Effect.STOP, lasts_on(on))
    if resident_id is not None:
        wanted = wanted.where(Stay.resident_id == resident_id)
    return frozenset(db.session.scalars(wanted))


def select_stays(*, actor: Actor, name: str, standing: str, on: date) -> Select[Any]:
    """
    Give the query of the stays of the area: (Stay, Resident, community, street).

    `standing` is one of Standing, or all.
    """
    street = aliased(Division)
    wanted: Any = (
        select(Stay, Resident, Division.name.label("community"), street.name.label("street"))
        .join(Resident, Resident.id == Stay.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
        .where(within_area(Resident.community_id, actor))
    )
    if name:
        wanted = wanted.where(Resident.name.contains(name, autoescape=True))
    return wanted if standing == "all" else wanted.where(_stands(Standing(standing), on))


def _stands(standing: Standing, on: date) -> ColumnElement[bool]:
    holds = Stay.withdrawn_at.is_(None)
    match standing:
        # Whoever left or died is waited for no more.
        case Standing.LASTING:
            return and_(lasts_on(on), Resident.departed_date.is_(None))
        case Standing.COMING:
            return and_(holds, Stay.from_date > on, Resident.departed_date.is_(None))
        case Standing.OVER:
            return and_(holds, Stay.to_date <= on)
        case Standing.WITHDRAWN:
            return ~holds


def count_open_stays(*, actor: Actor, on: date) -> int:
    """Count who of the area is on the roster and in hospital on a day."""
    return (
        db.session.scalar(
            select(func.count(Stay.id))
            .join(Resident, Resident.id == Stay.resident_id)
            .where(
                lasts_on(on),
                Resident.departed_date.is_(None),
                within_area(Resident.community_id, actor),
            )
        )
        or 0
    )
