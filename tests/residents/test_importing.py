"""What an import writes, and what the next one finds."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from tests.divisions.factories import DATA, found_district
from tests.residents.factories import (
    COLUMNS,
    DAY,
    ELSEWHERE,
    import_people,
    import_workbook,
    make_number,
    make_person,
    make_roster,
    read_sample,
)
from voucher import clock
from voucher.access import Actor
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.cases.operations import decide_case
from voucher.db import db, transaction
from voucher.divisions.queries import list_communities
from voucher.refusals import BadInput, NotFound
from voucher.residents.models import Resident, ResidentChange
from voucher.residents.operations.comparing import Comparison, compare_roster, judge_roster_file
from voucher.residents.operations.departing import record_departure
from voucher.residents.queries import (
    find_residents,
    get_resident,
    get_resident_by_id_number,
    unseal_id_number,
    unseal_phone,
)
from voucher.residents.rules.departures import Departure


def summarise(done: Comparison) -> dict[str, int]:
    return {
        "added": len(done.added),
        "updated": len(done.changed),
        "unchanged": done.unchanged,
        "rejected": len(done.rejected),
        "absent": len(done.absent),
    }


def reasons(done: Comparison) -> list[str]:
    return [row.faults[0].word for row in done.rejected]


def list_everybody() -> list[tuple[object, ...]]:
    rows = db.session.scalars(select(Resident).order_by(Resident.id))
    return [(one.id, one.public_id, one.name, one.id_sealed, one.phone_sealed) for one in rows]


def find(actor: Actor, sequence: int) -> Resident:
    return get_resident_by_id_number(actor=actor, id_number=make_number(sequence))


def narrow(actor: Actor, *names: str) -> Actor:
    ids = frozenset(place.id for place in list_communities() if place.name in names)
    return replace(actor, community_ids=ids)


@pytest.mark.parametrize(
    ("name", "district", "accepted", "rejected"),
    [("jinjiang", "510104", 1822, 218), ("shangcheng", "330102", 1500, 0)],
)
def test_a_district_is_registered_exactly_and_a_second_import_adds_nothing(
    app, name, district, accepted, rejected
):
    console = found_district(district)
    content = read_sample(name)

    first = import_workbook(console, content)
    before = list_everybody()
    second = import_workbook(console, content)

    figures = {"updated": 0, "rejected": rejected, "absent": 0}
    assert summarise(first) == {"added": accepted, "unchanged": 0, **figures}
    assert summarise(second) == {"added": 0, "unchanged": accepted, **figures}
    assert list_everybody() == before
    assert describe_people(console) == expect_people(name)
    assert db.session.scalar(select(func.count()).select_from(ResidentChange)) == 0


def describe_people(actor: Actor) -> list[tuple[object, ...]]:
    codes = {place.id: place.code for place in list_communities()}
    return sorted(
        (unseal_id_number(resident=one), one.name, one.born_date.isoformat())
        + (codes[one.community_id], one.situation)
        for one in db.session.scalars(select(Resident))
    )


def expect_people(name: str) -> list[tuple[object, ...]]:
    answers = json.loads((DATA / "rosters" / f"{name}_answers.json").read_text())
    return sorted(
        (row["id"], row["name"], row["born"], row["community_code"], row["situation"])
        for row in answers["rows"]
        if row["verdict"] == "accepted"
    )


def test_a_person_is_kept_with_every_field_and_the_sealed_ones_sealed(app):
    console = found_district()

    import_people(
        console,
        make_person(1, 住址="3栋", 家庭情况="独居、残疾", 备注="=1+1", 联系电话="0571-87654321"),
    )

    one = find(console, 1)
    assert (one.name, one.name_key, one.sex) == ("王秀英", "wang xiu ying 王秀英", "male")
    assert (one.address, one.situation, one.remark) == ("3栋", ["独居", "残疾"], "=1+1")
    assert unseal_id_number(resident=one) == make_number(1)
    assert unseal_phone(resident=one) == "057187654321"
    row = str(db.session.execute(text("SELECT * FROM residents")).mappings().one())
    assert make_number(1) not in row
    assert "87654321" not in row


def test_the_event_tells_counts_and_no_person(app):
    console = found_district()
    import_people(console, make_person(1), make_person(2, 姓名=""))

    event = db.session.scalars(select(Event).where(Event.action == "residents.import_roster")).one()

    assert event.facts == {
        "rows": 2,
        "added": 1,
        "updated": 0,
        "moved": 0,
        "unchanged": 0,
        "rejected": 1,
        "absent": 0,
    }


def test_differences_are_written_with_their_history(app):
    console = found_district()
    import_people(console, make_person(1, 住址="3栋"), make_person(2))

    done = import_people(
        console,
        make_person(1, 姓名="王秀兰", 住址="4栋", 联系电话="13911112222", **ELSEWHERE),
        make_person(2),
    )

    one = find(console, 1)
    history = db.session.execute(
        select(ResidentChange.field, ResidentChange.before, ResidentChange.after).order_by(
            ResidentChange.id
        )
    ).all()
    assert summarise(done)["updated"] == 1
    assert (one.name, one.name_key, one.address) == ("王秀兰", "wang xiu lan 王秀兰", "4栋")
    assert unseal_phone(resident=one) == "13911112222"
    assert [tuple(row) for row in history] == [
        ("name", "王秀英", "王秀兰"),
        ("community", "330102001051", "330102001053"),
        ("address", "3栋", "4栋"),
        ("phone", None, None),
    ]
    assert [moved.row.id_number for moved in done.moved] == [make_number(1)]


def test_a_column_the_file_lacks_changes_nothing(app):
    console = found_district()
    import_people(console, make_person(1, 住址="3栋", 备注="甲"))

    short = tuple(title for title in COLUMNS if title not in {"住址", "备注", "联系电话"})
    done = import_workbook(console, make_roster(make_person(1), columns=short))

    assert summarise(done)["unchanged"] == 1
    assert (find(console, 1).address, find(console, 1).remark) == ("3栋", "甲")


def test_a_blank_cell_in_a_column_the_file_has_is_taken_over(app):
    console = found_district()
    import_people(console, make_person(1, 住址="3栋"))

    import_people(console, make_person(1, 住址="", 联系电话=""))

    one = find(console, 1)
    assert (one.address, one.phone_sealed, one.phone_index) == ("", None, None)


def test_people_absent_from_a_file_are_listed_and_stay(app):
    console = found_district()
    import_people(console, make_person(1), make_person(2), make_person(3))

    done = import_people(console, make_person(2), make_person(3, 姓名=""))

    assert [one.public_id for one in done.absent] == [find(console, 1).public_id]
    assert len(list_everybody()) == 3


def test_a_preview_compares_and_writes_nothing(app):
    console = found_district()
    file = judge_roster_file(actor=console, content=make_roster(make_person(1)), on=DAY)

    compared = compare_roster(actor=console, file=file)

    assert summarise(compared)["added"] == 1
    assert list_everybody() == []


def test_a_known_person_outside_the_importers_area_is_refused_without_details(app):
    console = found_district()
    import_people(console, make_person(1, **ELSEWHERE))
    worker = narrow(console, "清波门社区")

    done = import_people(worker, make_person(1), make_person(2))

    assert reasons(done) == ["registered_elsewhere"]
    assert done.rejected[0].faults[0].facts == {}
    assert summarise(done)["absent"] == 0
    assert find(console, 1).community_id != find(console, 2).community_id


def test_a_worker_cannot_register_anybody_outside_the_area(app):
    worker = narrow(found_district(), "清波门社区")

    done = import_people(worker, make_person(1, **ELSEWHERE), make_person(2))

    assert reasons(done) == ["community_unknown"]
    assert len(list_everybody()) == 1


def test_reading_stays_within_the_area(app):
    console = found_district()
    import_people(console, make_person(1, **ELSEWHERE))
    one = find(console, 1)
    worker = narrow(console, "清波门社区")

    assert get_resident(actor=console, public_id=one.public_id).id == one.id
    assert find_residents(actor=worker, numbers=[make_number(1)]) == {}
    with pytest.raises(NotFound):
        get_resident(actor=worker, public_id=one.public_id)
    with pytest.raises(NotFound):
        find(worker, 1)


def test_a_likely_twin_is_accepted_and_asked_about_once(app):
    console = found_district()
    twin = make_person(3, 联系电话="13900000001")
    import_people(console, make_person(1))

    import_people(console, make_person(1), twin)
    case = db.session.scalars(select(Case)).one()
    with transaction():
        decide_case(
            actor=replace(console, key="account:99"),
            case_id=case.id,
            decision="not_same",
            now=clock.now(),
        )
    import_people(console, make_person(1), twin)

    assert case.kind == "same_person"
    assert case.subject_id == find(console, 3).id
    assert case.question == ":".join(
        sorted((find(console, 1).public_id, find(console, 3).public_id))
    )
    assert len(db.session.scalars(select(Case)).all()) == 1


def test_twins_within_one_file_are_asked_about_too(app):
    console = found_district()

    import_people(console, *(make_person(number, 联系电话="13900000001") for number in (1, 3, 5)))

    assert len(db.session.scalars(select(Case)).all()) == 3


@pytest.mark.parametrize(
    "changes",
    [{"姓名": "王秀兰"}, {"联系电话": "13900000002"}, {"联系电话": ""}, {"联系电话": "无"}],
)
def test_another_name_or_telephone_or_none_is_no_twin(app, changes):
    console = found_district()
    first = {**make_person(1), **({"联系电话": ""} if changes.get("联系电话") == "" else {})}

    import_people(console, first, {**make_person(3, 联系电话="13900000001"), **changes})

    assert db.session.scalars(select(Case)).all() == []


def test_somebody_recorded_dead_is_not_registered_again(app):
    console = found_district()
    import_people(console, make_person(1))
    depart(console, 1, Departure.DIED)

    done = import_people(console, make_person(1))

    assert reasons(done) == ["recorded_dead"]
    assert len(list_everybody()) == 1


def test_somebody_who_moved_back_is_registered_anew(app):
    console = found_district()
    import_people(console, make_person(1))
    depart(console, 1, Departure.MOVED_OUT)

    done = import_people(console, make_person(1))

    assert summarise(done)["added"] == 1
    assert find(console, 1).departed_date is None
    assert len(list_everybody()) == 2


def depart(actor: Actor, sequence: int, departure: Departure) -> None:
    with transaction():
        record_departure(
            actor=actor,
            resident_id=find(actor, sequence).id,
            departure=departure,
            departed_date=DAY,
            now=clock.now(),
        )


def test_a_name_no_font_can_print_is_warned_about(app):
    done = import_people(found_district(), make_person(1, 姓名="王\U0003134f"))

    assert [(note.row, note.word) for note in done.warnings] == [(2, "glyph")]


def test_a_faulty_file_writes_nothing(app):
    console = found_district()

    with pytest.raises(BadInput) as caught:
        import_workbook(console, make_roster(make_person(1), columns=COLUMNS[1:]))

    assert caught.value.word == "header"
    assert list_everybody() == []


def test_the_database_itself_refuses_a_second_present_person_with_the_number(app):
    console = found_district()
    import_people(console, make_person(1))
    copied = "name, name_key, sex, born_date, id_sealed, id_index, community_id, address"
    rest = "situation, remark, registered_at"

    with pytest.raises(Exception, match="id_index"), transaction():
        db.session.execute(
            text(
                f"INSERT INTO residents (public_id, {copied}, {rest})"
                f" SELECT 'another', {copied}, {rest} FROM residents"
            )
        )

    assert len(list_everybody()) == 1
