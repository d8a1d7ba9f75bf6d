"""Who died and who moved out: judged from a list, recorded once."""

import pytest
from sqlalchemy import select

from tests.divisions.factories import found_district
from tests.residents.factories import DAY, ELSEWHERE, import_people, make_number, make_person
from tests.workbooks.factories import make_workbook
from voucher import clock
from voucher.access import Actor
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.divisions.queries import list_communities
from voucher.refusals import Refusal
from voucher.residents.models import Resident, ResidentChange
from voucher.residents.operations.departing import (
    DeparturesFile,
    DeparturesImport,
    import_departures,
    judge_departures_file,
    record_departure,
)
from voucher.residents.queries import get_resident_by_id_number
from voucher.residents.rules.departures import Departure

TITLES = ("姓名", "身份证号", "离开原因", "离开日期")
FIRST, SECOND = make_number(1), make_number(2)


def judge(actor: Actor, *rows: tuple[object, ...]) -> DeparturesFile:
    return judge_departures_file(actor=actor, content=make_workbook([TITLES, *rows]), on=DAY)


def import_list(actor: Actor, *rows: tuple[object, ...]) -> DeparturesImport:
    file = judge(actor, *rows)
    with transaction():
        return import_departures(actor=actor, file=file, now=clock.now())


def reasons(file: DeparturesFile) -> list[str]:
    return [row.faults[0].word for row in file.judged.rejected]


def found_people() -> Actor:
    console = found_district()
    import_people(console, make_person(1), make_person(2, **ELSEWHERE))
    return console


def find(actor: Actor, number: str) -> Resident:
    return get_resident_by_id_number(actor=actor, id_number=number)


def depart(actor: Actor, number: str, departure: Departure = Departure.DIED) -> None:
    resident = find(actor, number)
    with transaction():
        record_departure(
            actor=actor,
            resident_id=resident.id,
            departure=departure,
            departed_date=DAY,
            now=clock.now(),
        )


def test_a_list_names_who_is_due_and_why(app):
    file = judge(
        found_people(),
        ("", FIRST, "去世", "2026-11-30"),
        ("", f" {SECOND}", "迁出", "2026年12月1日"),
    )

    assert [(row.departure, row.departed_date.isoformat()) for row in file.judged.accepted] == [
        (Departure.DIED, "2026-11-30"),
        (Departure.MOVED_OUT, "2026-12-01"),
    ]
    assert file.judged.rejected == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("", "", "去世", "2026-11-30"), "id_missing"),
        (("", 110101193806150026.0, "去世", "2026-11-30"), "id_damaged"),
        (("", "110101193806150027", "去世", "2026-11-30"), "id_checksum"),
        (("", make_number(9), "去世", "2026-11-30"), "resident_unknown"),
        (("", FIRST, "出差", "2026-11-30"), "departure_unknown"),
        (("", FIRST, "", "2026-11-30"), "departure_unknown"),
        (("", FIRST, "去世", ""), "date_missing"),
        (("", FIRST, "去世", "2026-02-30"), "date_invalid"),
        (("", FIRST, "去世", "2026-12-02"), "date_future"),
    ],
)
def test_a_faulty_row_is_rejected(app, row, reason):
    file = judge(found_people(), row if row[1] else ("x", *row[1:]))

    assert (file.judged.accepted, reasons(file)) == ([], [reason])


def test_a_person_is_listed_once(app):
    row = ("", FIRST, "去世", "2026-11-30")

    assert reasons(judge(found_people(), row, row)) == ["duplicate_in_file"]


def test_whoever_departed_already_is_unchanged(app):
    console = found_people()
    depart(console, FIRST)

    done = import_list(console, ("", FIRST, "迁出", "2026-11-30"))

    assert (done.rows, done.departed, done.unchanged, done.rejected) == (1, [], 1, [])
    assert find(console, FIRST).departure == "died"


def test_a_list_is_recorded_once(app):
    console = found_people()
    rows = (("", FIRST, "去世", "2026-11-30"), ("", SECOND, "迁出", "2026-11-30"))

    first = [one.public_id for one in import_list(console, *rows).departed]
    again = import_list(console, *rows)

    assert first == [find(console, number).public_id for number in (FIRST, SECOND)]
    assert (again.departed, again.unchanged) == ([], 2)


def test_a_departure_is_recorded_with_its_event_and_history(app):
    console = found_people()

    depart(console, FIRST)

    one = find(console, FIRST)
    event = db.session.scalars(
        select(Event).where(Event.action == "residents.record_departure")
    ).one()
    change = db.session.scalars(select(ResidentChange)).one()
    assert (one.departure, one.departed_date) == ("died", DAY)
    assert (event.subject_id, event.facts) == (
        one.public_id,
        {"departure": "died", "departed_date": "2026-12-01"},
    )
    assert (change.field, change.before, change.after) == ("departure", None, "died 2026-12-01")


def test_a_second_departure_is_refused_and_changes_nothing(app):
    console = found_people()
    depart(console, FIRST)

    with pytest.raises(Refusal) as caught:
        depart(console, FIRST, Departure.MOVED_OUT)

    assert caught.value.word == "departed_already"
    assert find(console, FIRST).departure == "died"


def test_nobody_outside_the_area_can_be_departed(app):
    console = found_people()
    own = frozenset(one.id for one in list_communities() if one.name == "清波门社区")
    worker = Actor(key="w", name="w", channel="test", community_ids=own)
    resident = find(console, SECOND)

    file = judge(worker, ("", SECOND, "去世", "2026-11-30"))
    with pytest.raises(Refusal), transaction():
        record_departure(
            actor=worker,
            resident_id=resident.id,
            departure=Departure.DIED,
            departed_date=DAY,
            now=clock.now(),
        )

    assert reasons(file) == ["resident_unknown"]
    assert find(console, SECOND).departed_date is None
