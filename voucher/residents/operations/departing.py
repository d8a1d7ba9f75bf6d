"""Recording who is no longer there. What follows for their paper, `redemptions` carries further."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import insert, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.residents.models import Resident, ResidentChange
from voucher.residents.queries import find_residents
from voucher.residents.rules.departures import (
    DEPARTURES_LAYOUT,
    Departure,
    DepartureList,
    judge_departures,
)
from voucher.residents.rules.id_numbers import list_sound_numbers
from voucher.workbooks.faults import RejectedRow
from voucher.workbooks.headers import Assignment
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.tables import Table, open_table


@dataclass(frozen=True, slots=True)
class DeparturesFile:
    """A list of departures, judged."""

    fingerprint: str
    table: Table
    judged: DepartureList
    people: dict[str, Resident]


@dataclass(slots=True)
class DeparturesImport:
    """What a list of departures did. `departed` are those recorded now, for vouchers to be held."""

    rows: int
    departed: list[Resident] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


def judge_departures_file(
    *, actor: Actor, content: bytes, on: date, assignment: Assignment | None = None
) -> DeparturesFile:
    """
    Judge a whole list of departures on a reference date; nothing is written.

    `assignment` is the header its sender pointed out, where it was not the sheet's own words.

    :raises BadInput: what the workbook's reading raises.
    """
    sheet = read_first_sheet(content=content)
    table = open_table(sheet=sheet, layout=DEPARTURES_LAYOUT, assignment=assignment)
    column = table.header.columns["id"]
    numbers = list_sound_numbers(rows=table.data_rows(), column=column, day=on)
    people = find_residents(actor=actor, numbers=numbers)
    judged = judge_departures(
        rows=table.data_rows(), columns=table.header.columns, known=people, day=on
    )
    return DeparturesFile(hashlib.sha256(content).hexdigest(), table, judged, people)


def import_departures(*, actor: Actor, file: DeparturesFile, now: datetime) -> DeparturesImport:
    """
    Record every departure of a judged list; who has departed already stays as recorded.

    :raises Refusal: departed_already, when somebody departed since the list was judged.
    """
    judged = file.judged
    done = DeparturesImport(
        rows=len(judged.accepted) + len(judged.rejected), rejected=judged.rejected
    )
    for row in judged.accepted:
        resident = file.people[row.id_number]
        if resident.departed_date is not None:
            done.unchanged += 1
            continue
        departed = record_departure(
            actor=actor,
            resident_id=resident.id,
            departure=row.departure,
            departed_date=row.departed_date,
            now=now,
        )
        done.departed.append(departed)
    return done


def record_departure(
    *,
    actor: Actor,
    resident_id: int,
    departure: Departure,
    departed_date: date,
    now: datetime,
) -> Resident:
    """
    Record that somebody of the area died or moved out of the district on a day.

    Whoever calls it also calls `redemptions.operations.departures.follow_departures`, in the same
    transaction.

    :raises Refusal: departed_already.
    """
    depart = (
        update(Resident)
        .where(Resident.id == resident_id, Resident.departed_date.is_(None))
        .values(departed_date=departed_date, departure=departure)
    )
    resident = db.session.get_one(Resident, resident_id)
    if not actor.covers(resident.community_id) or count_changed(depart) != 1:
        raise Refusal("departed_already", N_("此人已登记离开，或不在您的辖区"))
    db.session.refresh(resident)
    event_id = record_event(
        actor=actor,
        action="residents.record_departure",
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"departure": departure.value, "departed_date": departed_date.isoformat()},
    )
    history = {"resident_id": resident_id, "event_id": event_id, "changed_at": now}
    after = f"{departure.value} {departed_date.isoformat()}"
    db.session.execute(
        insert(ResidentChange).values(**history, field="departure", before=None, after=after)
    )
    return resident
