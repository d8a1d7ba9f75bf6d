"""Recording who is no longer there. What follows for their paper, `redemptions` carries further."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.residents.models import Resident, ResidentChange
from voucher.residents.queries import find_residents
from voucher.residents.rules.departures import (
    DEPARTURES_LAYOUT,
    Departure,
    DepartureRow,
    judge_departures,
)
from voucher.residents.rules.id_numbers import list_sound_numbers
from voucher.workbooks.faults import RejectedRow
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.tables import Table, open_table


@dataclass(slots=True)
class DeparturesFile:
    """A list of departures, judged. `due` are those still to be recorded, with their residents."""

    fingerprint: str
    table: Table
    rejected: list[RejectedRow]
    due: list[tuple[Resident, DepartureRow]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def rows(self) -> int:
        """Give the number of data rows."""
        return len(self.due) + self.unchanged + len(self.rejected)


def judge_departures_file(*, actor: Actor, content: bytes, on: date) -> DeparturesFile:
    """
    Judge a whole list of departures on a reference date; nothing is written.

    Who has departed already counts as unchanged, whatever the list says now.

    :raises BadInput: what the workbook's reading raises.
    """
    table = open_table(sheet=read_first_sheet(content=content), layout=DEPARTURES_LAYOUT)
    columns = table.header.columns
    numbers = list_sound_numbers(rows=table.data_rows(), column=columns["id"], day=on)
    people = find_residents(actor=actor, numbers=numbers)
    judged = judge_departures(rows=table.data_rows(), columns=columns, known=people, day=on)
    file = DeparturesFile(hashlib.sha256(content).hexdigest(), table, judged.rejected)
    for row in judged.accepted:
        resident = people[row.id_number]
        if resident.departed_date is None:
            file.due.append((resident, row))
        else:
            file.unchanged += 1
    return file


def record_departure(
    *, actor: Actor, resident: Resident, departure: Departure, on: date, now: datetime
) -> None:
    """
    Record that somebody of the area died or moved out of the district on a day.

    :raises Refusal: departed_already.
    """
    depart = (
        update(Resident)
        .where(Resident.id == resident.id, Resident.departed_date.is_(None))
        .values(departed_date=on, departure=departure)
    )
    if not actor.covers(resident.community_id) or count_changed(depart) != 1:
        raise Refusal("departed_already", N_("此人已登记离开，或不在您的辖区"))
    event_id = record_event(
        actor=actor,
        action="residents.record_departure",
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"departure": departure.value, "on": on.isoformat()},
    )
    history = ResidentChange(
        resident_id=resident.id,
        event_id=event_id,
        changed_at=now,
        field="departure",
        before=None,
        after=f"{departure.value} {on.isoformat()}",
    )
    db.session.add(history)
    db.session.flush()
