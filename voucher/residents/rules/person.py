"""Judge one person as a form gives him: every fault at its field, by the laws of the roster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from voucher.phones import read_phone
from voucher.refusals import N_
from voucher.residents.rules.id_numbers import (
    MINIMUM_AGE,
    UNUSUAL_AGE,
    age_on,
    birth_date,
    find_id_faults,
    is_male,
    normalise_id_number,
)
from voucher.residents.rules.names import find_name_faults, normalise_name
from voucher.residents.rules.roster import MAX_ADDRESS, MAX_REMARK, ResidentRow
from voucher.residents.rules.situations import Situation
from voucher.text import find_unprintable, show_code_points
from voucher.workbooks.cells import normalise_text
from voucher.workbooks.faults import Fault, find_text_faults

SEX_TITLES = {"male": N_("男"), "female": N_("女")}
FIELD_TITLES = {
    "name": N_("姓名"),
    "id_number": N_("身份证号"),
    "phone": N_("联系电话"),
    "community": N_("社区"),
    "address": N_("住址"),
    "situation": N_("家庭情况"),
    "remark": N_("备注"),
    "departure": N_("离开登记"),
}


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """
    What a form says of a person, as it was typed; `community` is a code.

    `confirmed` names the doubts that the person at the form has answered.
    """

    name: str = ""
    id_number: str = ""
    phone: str = ""
    community: str = ""
    address: str = ""
    situation: tuple[str, ...] = ()
    remark: str = ""
    confirmed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Judged:
    """A form judged: the person, unless a field has a fault or a doubt is not answered yet."""

    person: ResidentRow | None = None
    faults: dict[str, Fault] = field(default_factory=dict)
    doubts: dict[str, Fault] = field(default_factory=dict)


def judge_person(*, typed: TypedPerson, communities: Mapping[str, str], day: date) -> Judged:
    """
    Judge a form on a day; `communities` gives the codes of the area.

    A form is filled in by somebody who can ask: old numbers of 15 digits and telephone numbers
    that cannot be called are sent back here, where a roster lengthens or drops them.
    """
    number = normalise_id_number(typed.id_number)
    name = normalise_name(typed.name)
    judged = Judged()
    for at, fault in _find_faults(typed, name, number, communities, day):
        judged.faults.setdefault(at, fault)
    if judged.faults:
        return judged
    born = birth_date(number) or day
    doubts = {fault.word: fault for fault in _find_doubts(name, born, day)}
    judged.doubts = {word: fault for word, fault in doubts.items() if word not in typed.confirmed}
    if not judged.doubts:
        judged.person = _accept(typed, name, number, born)
    return judged


def _find_faults(
    typed: TypedPerson, name: str, number: str, communities: Mapping[str, str], day: date
) -> Iterator[tuple[str, Fault]]:
    yield from (("name", fault) for fault in find_name_faults(name))
    id_faults = [*find_id_faults(cell=typed.id_number, number=number, day=day)]
    yield from (("id_number", fault) for fault in id_faults)
    if not id_faults and age_on(born=birth_date(number) or day, day=day) < MINIMUM_AGE:
        yield "id_number", Fault("under_age", N_("今天未满60周岁，不能登记"), {})
    if typed.phone.strip() and read_phone(typed.phone) is None:
        yield "phone", Fault("phone_invalid", _PHONE, {})
    if typed.community not in communities:
        yield "community", Fault("community_missing", N_("请选择社区"), {})
    address, remark = normalise_text(typed.address), normalise_text(typed.remark)
    yield from (("address", found) for found in find_text_faults("住址", address, most=MAX_ADDRESS))
    yield from (("remark", found) for found in find_text_faults("备注", remark, most=MAX_REMARK))


_PHONE = N_("电话应为11位手机号，或带区号的座机号")


def _find_doubts(name: str, born: date, day: date) -> Iterator[Fault]:
    if age_on(born=born, day=day) > UNUSUAL_AGE:
        age = {"age": age_on(born=born, day=day)}
        yield Fault("age_over_120", N_("按身份证号，此人已%(age)s岁，请核对证件"), age)
    if unprintable := find_unprintable(name):
        characters = {"characters": show_code_points(unprintable)}
        yield Fault(
            "glyph", N_("姓名中有打印字体没有的字（%(characters)s），券上印不出来"), characters
        )


def _accept(typed: TypedPerson, name: str, number: str, born: date) -> ResidentRow:
    return ResidentRow(
        row=0,
        id_number=number,
        name=name,
        born=born,
        is_male=is_male(number),
        phone=read_phone(typed.phone),
        community_code=typed.community,
        address=normalise_text(typed.address),
        situation=tuple(word for word in Situation if word in typed.situation),
        remark=normalise_text(typed.remark),
    )
