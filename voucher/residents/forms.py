"""What people type about a person, as typed values."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.residents.models import Resident
from voucher.residents.rules.person import TypedPerson

LONGEST = 1000
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class PersonForm:
    """
    A person as typed, and, of a correction, the last change the form knew of.

    Of a correction, an empty identity number or telephone number means the present one.
    """

    person: TypedPerson
    seen: int = 0
    drops_phone: bool = False

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "PersonForm":
        """Read the form; what is too long to be true is cut."""
        texts = {
            name: form.get(name, "")[:LONGEST]
            for name in ("name", "id_number", "phone", "community", "address", "remark")
        }
        person = TypedPerson(
            **texts,
            situation=tuple(form.getlist("situation")[:20]),
            confirmed=frozenset(form.getlist("confirmed")[:20]),
        )
        seen = form.get("seen", "")
        return cls(
            person=person,
            seen=min(int(seen), _LARGEST) if seen.isascii() and seen.isdigit() else 0,
            drops_phone=form.get("drops_phone") == "yes",
        )


def describe_person(*, resident: Resident, community: str, seen: int) -> PersonForm:
    """Give the form of a person as he is, without the numbers."""
    person = TypedPerson(
        name=resident.name,
        community=community,
        address=resident.address,
        situation=tuple(resident.situation),
        remark=resident.remark,
    )
    return PersonForm(person=person, seen=seen)
