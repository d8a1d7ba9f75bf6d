"""Reading residents, always within the asker's area."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.cases.models import Kind as CaseKind
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident, ResidentChange
from voucher.residents.rules.departures import Departure
from voucher.residents.rules.id_numbers import normalise_id_number
from voucher.residents.rules.searching import Search, Sought, like_initials
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


def select_residents(*, actor: Actor, search: Search, place: str, presence: str) -> Select[Any]:
    """
    Give the query of the people of the area: (Resident, community, street).

    `place` is the code of a street or community, or ""; `presence` is present, departed or all.
    """
    street = aliased(Division)
    wanted: Any = (
        select(Resident, Division.name.label("community"), street.name.label("street"))
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
        .where(within_area(Resident.community_id, actor), _is_sought(search))
    )
    if place:
        wanted = wanted.where(or_(Division.code == place, street.code == place))
    if presence == "all":
        return wanted
    is_present = Resident.departed_date.is_(None)
    return wanted.where(is_present if presence == "present" else ~is_present)


RESIDENT_SORTS: dict[str, ColumnElement[Any]] = {
    "name": Resident.name_key.expression,
    "born": Resident.born_date.expression,
    "community": Division.code.expression,
}


def _is_sought(search: Search) -> ColumnElement[bool]:
    # Numbers are compared by their blind index: nothing sealed is ever opened to be searched.
    match search.sought:
        case Sought.NOBODY:
            return true()
        case Sought.ID_NUMBER:
            return Resident.id_index == index_id_number(search.text)
        case Sought.PHONE:
            return Resident.phone_index == index_phone(search.text)
        case Sought.PINYIN:
            return _sounds_like(search.text)
        case Sought.NAME:
            return Resident.name.contains(search.text, autoescape=True)
    return false()


def _sounds_like(letters: str) -> ColumnElement[bool]:
    """Hold where the pinyin begins with the letters, or they are the initials of the whole name."""
    key = func.replace(Resident.name_key, " \u00b7 ", " ")
    joined = func.replace(key, " ", "")
    syllables = func.length(key) - func.length(joined)
    initials = and_(syllables == len(letters), key.like(like_initials(letters)))
    # The first letter is cheap to compare and spares the rest for nine people of ten.
    return and_(
        Resident.name_key.startswith(letters[0], autoescape=True),
        or_(joined.startswith(letters, autoescape=True), initials),
    )


def find_present_twin(*, id_index: str) -> Resident | None:
    """Give who in the whole district bears this identity number and is present, or None."""
    wanted = select(Resident).where(Resident.id_index == id_index, Resident.departed_date.is_(None))
    return db.session.scalar(wanted)


def list_like(*, resident: Resident) -> list[Resident]:
    """List who is present and shares name, birth date and telephone number with a person."""
    if resident.phone_index is None:
        return []
    wanted = select(Resident).where(
        Resident.name == resident.name,
        Resident.born_date == resident.born_date,
        Resident.phone_index == resident.phone_index,
        Resident.departed_date.is_(None),
        Resident.id != resident.id,
    )
    return list(db.session.scalars(wanted.order_by(Resident.id)))


def list_changes(*, resident_id: int, after: int = 0) -> list[Any]:
    """List what changed about a person, newest first: (ResidentChange, who did it)."""
    wanted = (
        select(ResidentChange, Event.actor_name)
        .join(Event, Event.id == ResidentChange.event_id)
        .where(ResidentChange.resident_id == resident_id, ResidentChange.id > after)
        .order_by(ResidentChange.id.desc())
    )
    return list(db.session.execute(wanted))


def get_twin_case(*, actor: Actor, case_id: int) -> tuple[Case, list[Resident]]:
    """
    Give a question whether two records are one person, with both records, the older one first.

    The case lies in the asker's area; one of the two records may not.

    :raises NotFound: case_unknown.
    """
    case = db.session.scalar(
        select(Case).where(
            Case.id == case_id,
            Case.kind == CaseKind.SAME_PERSON,
            within_area(Case.community_id, actor),
        )
    )
    if case is None:
        raise NotFound("case_unknown", N_("没有编号为 %(case)s 的案件"), case=case_id)
    both = select(Resident).where(Resident.public_id.in_(case.question.split(":")))
    return case, list(db.session.scalars(both.order_by(Resident.id)))


def list_open_cases(*, actor: Actor, subjects: Mapping[str, Sequence[int]]) -> list[Case]:
    """List what is still to be decided about these subjects, by kind, oldest first."""
    about = [
        and_(Case.subject_kind == kind, Case.subject_id.in_(ids))
        for kind, ids in subjects.items()
        if ids
    ]
    wanted = select(Case).where(
        or_(false(), *about), Case.decision.is_(None), within_area(Case.community_id, actor)
    )
    return list(db.session.scalars(wanted.order_by(Case.id)))


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _known(found: Resident | None) -> Resident:
    if found is None:
        raise NotFound("resident_unknown", N_("名册中没有这位老人，或不在您的辖区"))
    return found
