"""Judge the rows of a list of departures: who died, who moved out of the district, and when."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from voucher.refusals import N_
from voucher.residents.rules.id_numbers import find_id_faults, read_id_number
from voucher.residents.rules.roster import ROSTER_LAYOUT
from voucher.workbooks.cells import Cell, is_blank, read_day, read_text
from voucher.workbooks.faults import Fault, RejectedRow
from voucher.workbooks.headers import Layout


class Departure(StrEnum):
    """Why somebody is no longer on the roster."""

    DIED = "died"
    MOVED_OUT = "moved_out"


_KINDS = {
    **dict.fromkeys(("去世", "死亡", "病故", "逝世"), Departure.DIED),
    **dict.fromkeys(("迁出", "搬离", "户口迁出"), Departure.MOVED_OUT),
}

DEPARTURES_LAYOUT = Layout(
    words={
        "id": ROSTER_LAYOUT.words["id"],
        "name": ROSTER_LAYOUT.words["name"],
        "kind": ("离开原因", "原因", "去向"),
        "date": ("离开日期", "日期", "去世日期", "迁出日期"),
    },
    anchors=("id", "kind"),
    required=("id", "kind", "date"),
    key="id",
    silent=ROSTER_LAYOUT.silent,
)


DEPARTURE_TITLES = {
    Departure.DIED: N_("去世"),
    Departure.MOVED_OUT: N_("迁出本区"),
}


class DepartureRow(NamedTuple):
    """An accepted row."""

    row: int
    id_number: str
    departure: Departure
    departed_date: date


@dataclass(slots=True)
class DepartureList:
    """A whole file, judged."""

    accepted: list[DepartureRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


def judge_departures(
    *,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    columns: Mapping[str, int],
    known: Container[str],
    day: date,
) -> DepartureList:
    """
    Judge every row of a list of departures on a reference date.

    `known` holds the identity numbers of those who are or were on the roster. A row is rejected
    for its first fault: that of the number, resident_unknown, departure_unknown, date_missing,
    date_invalid, date_future, duplicate_in_file.
    """
    judged = DepartureList()
    first_rows: dict[str, int] = {}
    for row, cells in rows:
        number = read_id_number(cells[columns["id"]])
        kind = _KINDS.get(read_text(cells[columns["kind"]]))
        departed = read_day(cells[columns["date"]])
        faults = [*_find_person_faults(cells[columns["id"]], number, known, day)]
        if kind is None:
            faults.append(Fault("departure_unknown", N_("离开原因请填“去世”或“迁出”"), {}))
        faults += _find_day_faults(cells[columns["date"]], departed, day)
        if not faults and (first := first_rows.setdefault(number, row)) != row:
            faults.append(Fault("duplicate_in_file", _REPEAT, {"row": row, "first": first}))
        if faults or kind is None or departed is None:
            judged.rejected.append(RejectedRow(row, tuple(faults)))
        else:
            judged.accepted.append(DepartureRow(row, number, kind, departed))
    return judged


_REPEAT = N_("第%(row)s行与第%(first)s行身份证号相同")


def _find_person_faults(
    cell: Cell, number: str, known: Container[str], day: date
) -> Iterator[Fault]:
    faults = tuple(find_id_faults(cell=cell, number=number, day=day))
    yield from faults
    if not faults and number not in known:
        yield Fault("resident_unknown", N_("名册中没有这位老人，或不在您的辖区"), {})


def _find_day_faults(cell: Cell, departed: date | None, day: date) -> Iterator[Fault]:
    if is_blank(cell):
        yield Fault("date_missing", N_("缺少离开日期"), {})
    elif departed is None:
        yield Fault("date_invalid", N_("离开日期不存在或写法不明，请写成 2026-02-03"), {})
    elif departed > day:
        yield Fault("date_future", N_("离开日期晚于基准日"), {})


def find_departure_faults(
    *, departure: str, day_text: str, born: date, today: date
) -> dict[str, Fault]:
    """Give the fault of each field of a form about one person: `departure`, `departed`."""
    faults: dict[str, Fault] = {}
    if departure not in set(Departure):
        faults["departure"] = Fault("departure_unknown", N_("请选择离开原因"), {})
    departed = read_day(day_text)
    if departed is not None and departed < born:
        faults["departed"] = Fault("date_before_birth", N_("离开日期早于出生日期"), {})
    elif departed is not None and departed > today:
        faults["departed"] = Fault("date_future", N_("离开日期不能晚于今天"), {})
    for fault in _find_day_faults(day_text, departed, today):
        # At a form there is no reference date to speak of, only today.
        faults.setdefault("departed", fault)
    return faults
