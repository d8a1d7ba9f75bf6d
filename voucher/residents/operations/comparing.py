"""A roster's file judged, and what it would change about the people already known."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from voucher.access import Actor
from voucher.divisions.queries import list_communities
from voucher.divisions.rules.communities import Place, build_gazetteer
from voucher.residents.queries import (
    KnownResident,
    index_id_number,
    index_phone,
    list_indexes_of_dead,
    list_known_residents,
)
from voucher.residents.rules.comparing import (
    RECORDED_DEAD,
    REGISTERED_ELSEWHERE,
    Change,
    Kept,
    find_changes,
)
from voucher.residents.rules.roster import (
    ROSTER_LAYOUT,
    ResidentRow,
    Roster,
    RowNote,
    judge_roster,
)
from voucher.text import find_unprintable
from voucher.workbooks.faults import RejectedRow
from voucher.workbooks.headers import Assignment
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.tables import Notice, open_table


@dataclass(frozen=True, slots=True)
class RosterFile:
    """
    A roster judged by itself. `fingerprint` tells whether a file was seen before; `ignored` are
    the titles of columns nobody read.

    The sheet itself is let go: a whole district's takes a hundred megabytes.
    """

    fingerprint: str
    fields: frozenset[str]
    ignored: tuple[str, ...]
    notices: tuple[Notice, ...]
    roster: Roster


@dataclass(frozen=True, slots=True)
class NewResident:
    """An accepted row of somebody not on the roster yet."""

    row: ResidentRow
    id_index: str
    phone_index: str | None


@dataclass(frozen=True, slots=True)
class ChangedResident:
    """An accepted row that differs from what is known."""

    row: ResidentRow
    known: KnownResident
    phone_index: str | None
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Comparison:
    """What a roster would do; written only by `import_roster`. `present` counts the district."""

    rows: int
    present: int = 0
    added: list[NewResident] = field(default_factory=list)
    changed: list[ChangedResident] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    absent: list[KnownResident] = field(default_factory=list)
    warnings: list[RowNote] = field(default_factory=list)

    @property
    def moved(self) -> list[ChangedResident]:
        """Give those who would change their community."""
        return [
            changed
            for changed in self.changed
            if any(change.field == "community" for change in changed.changes)
        ]


def judge_roster_file(
    *, actor: Actor, content: bytes, on: date, assignment: Assignment | None = None
) -> RosterFile:
    """
    Judge a whole roster by itself on a reference date; nobody's record is looked at or written.

    `assignment` is the header its sender pointed out, where it was not the sheet's own words.

    :raises BadInput: what the workbook's reading raises; header, no_rows, rows, merged, formula
        and cell_error among it.
    """
    sheet = read_first_sheet(content=content)
    table = open_table(sheet=sheet, layout=ROSTER_LAYOUT, assignment=assignment)
    places = [
        Place(code=place.code, name=place.name, street=place.street) for place in list_communities()
    ]
    area = frozenset(place.code for place in list_communities(actor=actor))
    roster = judge_roster(
        rows=table.data_rows(),
        columns=table.header.columns,
        gazetteer=build_gazetteer(places, area=area),
        day=on,
    )
    return RosterFile(
        fingerprint=hashlib.sha256(content).hexdigest(),
        fields=frozenset(table.header.columns),
        ignored=table.header.ignored,
        notices=table.list_notices(),
        roster=roster,
    )


def compare_roster(*, actor: Actor, file: RosterFile) -> Comparison:
    """Compare a judged roster with everybody present; nothing is written."""
    roster = file.roster
    compared = Comparison(
        rows=len(roster.accepted) + len(roster.rejected), rejected=list(roster.rejected)
    )
    indexes = {number: index_id_number(number) for number in roster.numbers}
    waiting = {indexes[row.id_number]: row for row in roster.accepted}
    _compare_known(actor, file, waiting, frozenset(indexes.values()), compared)
    _take_new(waiting, compared)
    compared.rejected.sort(key=lambda rejected: rejected.row)
    compared.changed.sort(key=lambda changed: changed.row.row)
    compared.warnings = _list_warnings(file, compared)
    return compared


def _compare_known(
    actor: Actor,
    file: RosterFile,
    waiting: dict[str, ResidentRow],
    named: frozenset[str],
    compared: Comparison,
) -> None:
    """Meet everybody present once; rows of people who are not present stay waiting."""
    codes = {place.id: place.code for place in list_communities()}
    for person in list_known_residents():
        compared.present += 1
        row = waiting.pop(person.id_index, None)
        covered = actor.covers(person.community_id)
        if row is None:
            if covered and person.id_index not in named:
                compared.absent.append(person)
        elif not covered:
            compared.rejected.append(RejectedRow(row.row, (REGISTERED_ELSEWHERE,)))
        else:
            _compare_row(person, row, codes, file.fields, compared)


def _compare_row(
    person: KnownResident,
    row: ResidentRow,
    codes: Mapping[int, str],
    fields: frozenset[str],
    compared: Comparison,
) -> None:
    phone_index = index_phone(row.phone) if row.phone else None
    changes = _find_changes(person, row, phone_index, codes, fields)
    if changes:
        compared.changed.append(ChangedResident(row, person, phone_index, changes))
    else:
        compared.unchanged += 1


def _take_new(waiting: Mapping[str, ResidentRow], compared: Comparison) -> None:
    dead = list_indexes_of_dead()
    for index, row in waiting.items():
        if index in dead:
            compared.rejected.append(RejectedRow(row.row, (RECORDED_DEAD,)))
        else:
            phone_index = index_phone(row.phone) if row.phone else None
            compared.added.append(NewResident(row, index, phone_index))


def _find_changes(
    person: KnownResident,
    row: ResidentRow,
    phone_index: str | None,
    codes: Mapping[int, str],
    columns: frozenset[str],
) -> tuple[Change, ...]:
    kept = Kept(
        name=person.name,
        community_code=codes.get(person.community_id, ""),
        address=person.address,
        situation=person.situation,
        remark=person.remark,
        phone_index=person.phone_index,
    )
    return find_changes(kept=kept, row=row, phone_index=phone_index, columns=columns)


def _list_warnings(file: RosterFile, compared: Comparison) -> list[RowNote]:
    rejected = {row.row for row in compared.rejected}
    notes = [note for note in file.roster.warnings if note.row not in rejected]
    letters = set[str]().union(*(row.name for row in file.roster.accepted))
    unprintable = set(find_unprintable("".join(letters)))
    if unprintable:
        notes += [
            RowNote(row.row, "glyph")
            for row in file.roster.accepted
            if row.row not in rejected and unprintable.intersection(row.name)
        ]
    return sorted(notes, key=lambda note: note.row)
