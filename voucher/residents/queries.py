"""Reading residents, always within the asker's area."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.residents.rules.id_numbers import normalise_id_number
from voucher.sealing import blind_index, unseal

ID_COLUMN = "residents.id_number"
PHONE_COLUMN = "residents.phone"

_BATCH = 500
_STREAM = 2_000


class KnownResident(NamedTuple):
    """What an import compares a row with."""

    id: int
    public_id: str
    id_index: str
    name: str
    born_date: date
    phone_index: str | None
    community_id: int
    address: str
    situation: list[str]
    remark: str


def index_id_number(number: str) -> str:
    """Give the blind index by which an identity number is found."""
    return blind_index(number, column=ID_COLUMN)


def index_phone(phone: str) -> str:
    """Give the blind index by which a telephone number is found."""
    return blind_index(phone, column=PHONE_COLUMN)


def unseal_id_number(*, resident: Resident) -> str:
    """Give a resident's identity number; who reads it records the reading."""
    return unseal(resident.id_sealed, column=ID_COLUMN, row=resident.public_id)


def unseal_phone(*, resident: Resident) -> str | None:
    """Give a resident's telephone number, or None; who reads it records the reading."""
    if resident.phone_sealed is None:
        return None
    return unseal(resident.phone_sealed, column=PHONE_COLUMN, row=resident.public_id)


def get_resident_by_id_number(*, actor: Actor, id_number: str) -> Resident:
    """
    Give the resident of the area who has this identity number, a present one before a past one.

    :raises NotFound: resident_unknown.
    """
    found = db.session.scalar(
        select(Resident)
        .where(
            Resident.id_index == index_id_number(normalise_id_number(id_number)),
            within_area(Resident.community_id, actor),
        )
        .order_by(Resident.departed_date.is_not(None), Resident.id.desc())
        .limit(1)
    )
    return _known(found)


def get_resident(*, actor: Actor, public_id: str) -> Resident:
    """
    Give a resident of the area by the number of our own.

    :raises NotFound: resident_unknown.
    """
    wanted = select(Resident).where(
        Resident.public_id == public_id, within_area(Resident.community_id, actor)
    )
    return _known(db.session.scalar(wanted))


def find_residents(*, actor: Actor, numbers: Iterable[str]) -> dict[str, Resident]:
    """Give, by identity number, who of these people is or was in the area; present ones first."""
    by_index = {index_id_number(number): number for number in numbers}
    found: dict[str, Resident] = {}
    for batch in _batches(sorted(by_index)):
        people = db.session.scalars(
            select(Resident)
            .where(Resident.id_index.in_(batch), within_area(Resident.community_id, actor))
            # The present one comes last and takes the place.
            .order_by(Resident.departed_date.is_(None), Resident.id)
        )
        found |= {by_index[person.id_index]: person for person in people}
    return found


def list_known_residents() -> Iterator[KnownResident]:
    """
    Give everybody present in the district, one after the other, for an import to compare with.

    Nothing of it is shown. A whole district does not fit beside its roster in memory.
    """
    columns = [getattr(Resident, name) for name in KnownResident._fields]
    wanted = select(*columns).where(Resident.departed_date.is_(None)).order_by(Resident.id)
    rows = db.session.execute(wanted.execution_options(yield_per=_STREAM))
    return (KnownResident(*row) for row in rows)


def list_indexes_of_dead() -> frozenset[str]:
    """List the blind indexes of the identity numbers of those who died."""
    wanted = select(Resident.id_index).where(Resident.departure == Departure.DIED)
    return frozenset(db.session.scalars(wanted))


def find_ids(*, public_ids: Iterable[str]) -> dict[str, int]:
    """Give row numbers by the numbers of our own."""
    found: dict[str, int] = {}
    for batch in _batches(sorted(set(public_ids))):
        rows = db.session.execute(
            select(Resident.public_id, Resident.id).where(Resident.public_id.in_(batch))
        )
        found |= {row.public_id: row.id for row in rows}
    return found


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _known(found: Resident | None) -> Resident:
    if found is None:
        raise NotFound("resident_unknown", N_("名册中没有这位老人，或不在您的辖区"))
    return found
