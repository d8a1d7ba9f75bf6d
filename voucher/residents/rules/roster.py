"""Judge the rows of a roster: what each becomes, or why it is sent back."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from voucher.divisions.rules.communities import Gazetteer
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
    read_id_number,
)
from voucher.residents.rules.names import find_name_faults, normalise_name
from voucher.residents.rules.situations import read_situation
from voucher.workbooks.cells import Cell, read_day, read_text
from voucher.workbooks.faults import Fault, RejectedRow, find_text_faults
from voucher.workbooks.headers import REASON_TITLE, Layout

MAX_ADDRESS, MAX_REMARK = 200, 500

ROSTER_LAYOUT = Layout(
    words={
        "name": ("姓名", "老人姓名"),
        "id": ("身份证号", "公民身份号码", "身份证号码", "证件号码", "身份证"),
        "sex": ("性别", "男/女"),
        "birth": ("出生年月", "出生日期"),
        "phone": ("联系电话", "电话", "手机号", "手机"),
        "street": ("街道", "所属街道", "镇街"),
        "community": ("社区", "所属社区", "村（社区）", "村(社区)", "居委会"),
        "address": ("住址", "详细住址", "门牌号", "地址"),
        "situation": ("家庭情况", "困难类别", "人员类型"),
        "remark": ("备注", "说明"),
    },
    anchors=("name", "id"),
    required=("name", "id", "community"),
    key="id",
    silent=("序号", "编号", REASON_TITLE),
)


class ResidentRow(NamedTuple):
    """An accepted row, every value normalised. `row` is the number the spreadsheet shows."""

    row: int
    id_number: str
    name: str
    born: date
    is_male: bool
    phone: str | None
    community_code: str
    address: str
    situation: tuple[str, ...]
    remark: str


class RowNote(NamedTuple):
    """A word about an accepted row: a warning, or a notice of what was normalised."""

    row: int
    word: str


@dataclass(slots=True)
class Roster:
    """A whole file, judged. `numbers` gives the row of every sound identity number in it."""

    accepted: list[ResidentRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: list[RowNote] = field(default_factory=list)
    notices: list[RowNote] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)


class _Typed(NamedTuple):
    """What one row says, field by field, as text but for the two cells whose kind matters."""

    name: str
    id: Cell
    sex: str
    birth: Cell
    phone: str
    street: str
    community: str
    address: str
    situation: str
    remark: str


def judge_roster(
    *,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    columns: Mapping[str, int],
    gazetteer: Gazetteer,
    day: date,
) -> Roster:
    """
    Judge every data row by the laws of the roster on a reference date.

    A row is rejected for the first fault in the order of `_find_faults`; `day` is the day on
    which ages count.
    """
    roster = Roster()
    places = [columns.get(name) for name in _Typed._fields]
    for row, cells in rows:
        typed = _read_row(cells, places)
        number = read_id_number(typed.id)
        name = normalise_name(typed.name)
        code = gazetteer.find_code(street=typed.street, community=typed.community)
        faults = tuple(_find_faults(row, typed, number, name, code, day, roster.numbers))
        if faults or code is None:
            roster.rejected.append(RejectedRow(row, faults))
            continue
        _accept(roster, row, typed, number, name, code, day)
    return roster


def _read_row(cells: Sequence[Cell], places: Sequence[int | None]) -> _Typed:
    values = ["" if at is None else cells[at] for at in places]
    name, number, sex, birth, phone, street, community, address, situation, remark = values
    return _Typed(
        name=name if isinstance(name, str) else read_text(name),
        id=number,
        sex=_read_common(sex),
        birth=birth,
        phone=read_text(phone),
        street=_read_common(street),
        community=_read_common(community),
        address=read_text(address),
        situation=_read_common(situation),
        remark=_read_common(remark),
    )


# These columns say the same few things over and over.
_read_common = lru_cache(maxsize=4_096, typed=True)(read_text)


def _find_faults(
    row: int,
    typed: _Typed,
    number: str,
    name: str,
    code: str | None,
    day: date,
    first_rows: dict[str, int],
) -> Iterator[Fault]:
    yield from find_name_faults(name)
    id_faults = tuple(find_id_faults(cell=typed.id, number=number, day=day))
    yield from id_faults
    if not id_faults:
        yield from _find_age_fault(number, day)
    if code is None:
        yield Fault("community_unknown", _COMMUNITY, {"name": typed.street + typed.community})
    if not id_faults and (first := first_rows.setdefault(number, row)) != row:
        yield Fault("duplicate_in_file", _DUPLICATE, {"row": row, "first": first})
    yield from find_text_faults("住址", typed.address, most=MAX_ADDRESS)
    yield from find_text_faults("备注", typed.remark, most=MAX_REMARK)


def _find_age_fault(number: str, day: date) -> Iterator[Fault]:
    born = birth_date(number)
    if born and age_on(born=born, day=day) < MINIMUM_AGE:
        yield Fault("under_age", N_("基准日未满60周岁"), {})


_COMMUNITY = N_("街道和社区“%(name)s”不在本区名单中，或不只一个，请写全称")
_DUPLICATE = N_("第%(row)s行与第%(first)s行身份证号相同")


def _accept(
    roster: Roster, row: int, typed: _Typed, number: str, name: str, code: str, day: date
) -> None:
    born = birth_date(number) or day
    situation, unknown = read_situation(typed.situation)
    phone = read_phone(typed.phone) if typed.phone else None
    accepted = ResidentRow(
        row=row,
        id_number=number,
        name=name,
        born=born,
        is_male=is_male(number),
        phone=phone,
        community_code=code,
        address=typed.address,
        situation=situation,
        remark=typed.remark,
    )
    roster.accepted.append(accepted)
    if typed.sex and _says_other_sex(typed.sex, accepted.is_male):
        roster.warnings.append(RowNote(row, "sex_mismatch"))
    if typed.phone and phone is None:
        roster.warnings.append(RowNote(row, "phone_invalid"))
    if unknown:
        roster.warnings.append(RowNote(row, "situation_unknown"))
    if age_on(born=born, day=day) > UNUSUAL_AGE:
        roster.warnings.append(RowNote(row, "age_over_120"))
    _note_changes(roster.notices, typed, accepted)


def _says_other_sex(text: str, male: bool) -> bool:
    return text.startswith("女" if male else "男")


def _note_changes(notices: list[RowNote], typed: _Typed, accepted: ResidentRow) -> None:
    row = accepted.row
    if typed.name != accepted.name:
        notices.append(RowNote(row, "name_normalised"))
    if typed.id != accepted.id_number:
        old = len(normalise_id_number(str(typed.id))) == len(accepted.id_number) - 3
        notices.append(RowNote(row, "id_lengthened" if old else "id_normalised"))
    if _says_other_birth(typed.birth, accepted.born):
        notices.append(RowNote(row, "birth_mismatch"))


_MONTH = re.compile(r"(\d{4})\D?(\d{1,2})(月|\D\d{1,2}日?)?", re.ASCII)


def _says_other_birth(cell: Cell, born: date) -> bool:
    if cell == "" or cell is None:
        return False
    if day := read_day(cell):
        return day != born
    month = _MONTH.fullmatch(read_text(cell))
    return month is None or (int(month[1]), int(month[2])) != (born.year, born.month)
