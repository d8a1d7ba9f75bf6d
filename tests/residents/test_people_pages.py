"""The list of people: who may see it, what finds whom, and that numbers stay out of addresses."""

import io

from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from tests.accounts.factories import make_account, sign_in
from tests.divisions.factories import found_district
from tests.pages import count_queries, post
from tests.residents.factories import ELSEWHERE, import_people, make_number, make_person
from voucher.access import Role
from voucher.audit.models import Event
from voucher.db import db
from voucher.residents.models import Resident

STREET, COMMUNITY = "330102001", "330102001051"
READERS = {Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR}


def found_people():
    console = found_district()
    import_people(
        console,
        make_person(2, 姓名="王秀英", 联系电话="13900000002"),
        make_person(3, 姓名="吴小燕", **ELSEWHERE),
        make_person(4, 姓名="买买提·吐尔逊"),
        make_person(5, 姓名="吕岳"),
    )
    return console


def enter(client, role=Role.WORKER, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def list_names(page) -> list[str]:
    text = page.get_data(as_text=True)
    names = ("王秀英", "吴小燕", "买买提·吐尔逊", "吕岳")
    return [name for name in names if f">{name}</a>" in text]


def test_only_those_who_work_with_residents_see_the_list(app, client):
    found_people()
    answers = {}
    for role in Role:
        if role is not Role.CONSOLE:
            browser = app.test_client()
            enter(browser, role, name=f"a.{role}")
            answers[role] = browser.get("/residents").status_code

    assert {role for role, status in answers.items() if status == 200} == READERS
    assert {status for role, status in answers.items() if role not in READERS} == {403}


FOUND = {
    "王秀英": ["王秀英"],
    "秀": ["王秀英"],
    "wangxiuying": ["王秀英"],
    "wang xiu ying": ["王秀英"],
    "Wangxiu": ["王秀英"],
    "wxy": ["王秀英", "吴小燕"],
    "wx": [],
    "mmttex": ["买买提·吐尔逊"],
    "lvyue": ["吕岳"],
    "%": [],
    "_": [],
}


def test_a_name_is_found_by_characters_pinyin_and_initials(client):
    found_people()
    enter(client)

    answers = {typed: post(client, "/residents/search", name=typed) for typed in FOUND}

    assert {answer.status_code for answer in answers.values()} == {302}
    found = {typed: list_names(client.get(answer.location)) for typed, answer in answers.items()}
    assert found == FOUND


def test_a_street_or_a_community_narrows_the_list(client):
    found_people()
    enter(client)

    assert list_names(client.get(f"/residents?place={COMMUNITY}")) == [
        *("王秀英", "买买提·吐尔逊", "吕岳")
    ]
    assert len(list_names(client.get(f"/residents?place={STREET}"))) == 4


def test_an_account_sees_the_people_of_its_area_alone(client):
    found_people()
    enter(client, area=COMMUNITY)

    assert list_names(client.get("/residents")) == ["王秀英", "买买提·吐尔逊", "吕岳"]
    assert list_names(client.get("/residents?name=wxy")) == ["王秀英"]
    assert list_names(post(client, "/residents/search", name=make_number(3))) == []


def test_a_number_leads_to_the_one_file_and_never_into_an_address(client):
    found_people()
    enter(client)
    public_id = db.session.scalar(select(Resident.public_id).where(Resident.name == "王秀英"))
    db.session.rollback()

    typed = (make_number(2), f" {make_number(2)} ", "139-0000-0002")
    led = [post(client, "/residents/search", name=number) for number in typed]

    assert [one.location for one in led] == [f"/residents/{public_id}"] * 3
    events = db.session.scalars(select(Event).where(Event.action == "residents.find_by_number"))
    told = [(event.subject_id, event.facts) for event in events]
    assert told == [(kind, {"found": [public_id]}) for kind in ("id_number", "id_number", "phone")]


def test_a_part_of_a_number_finds_nobody_and_is_answered_in_place(client):
    found_people()
    enter(client)

    page = post(client, "/residents/search", name="3301021940")

    assert page.status_code == 200
    assert list_names(page) == []
    assert "号码不完整" in page.get_data(as_text=True)


def test_a_number_written_into_the_address_is_not_looked_up(client):
    found_people()
    enter(client)

    led = client.get(f"/residents?name={make_number(2)}")

    assert (led.status_code, led.location) == (302, "/residents")


def test_nothing_sealed_is_opened_to_search(client):
    found_people()
    enter(client)

    with count_queries() as sent:
        post(client, "/residents/search", name=make_number(9))

    searches = [one for one in sent if "id_index =" in one and "count(" in one]
    assert len(searches) >= 1
    assert not [one for one in sent if "id_sealed" in one.split("WHERE")[-1]]


def test_the_list_and_its_workbook_mask_the_numbers(client):
    found_people()
    enter(client)

    page = client.get("/residents").get_data(as_text=True)
    book = client.get("/residents?format=xlsx")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    masked = make_number(2)[:6] + "********" + make_number(2)[-4:]
    assert masked in page
    assert [masked, "139****0002"] == next(row[3:5] for row in rows if row[0] == "王秀英")
    for text in (page, str(rows)):
        assert make_number(2) not in text
        assert "13900000002" not in text


def test_an_export_is_an_event_and_a_look_at_the_list_is_none(client):
    found_people()
    enter(client)

    client.get("/residents")
    seen = db.session.scalar(
        select(func.count()).select_from(Event).where(Event.action == "residents.export")
    )
    db.session.rollback()
    client.get("/residents?format=xlsx&place=330102001")
    exported = db.session.scalars(select(Event).where(Event.action == "residents.export")).all()

    assert seen == 0
    assert [event.facts["place"] for event in exported] == ["330102001"]


def test_the_list_sends_the_same_queries_for_one_row_and_for_300(client):
    console = found_district()
    import_people(console, make_person(2))
    enter(client)
    with count_queries() as few:
        client.get("/residents?size=200")
    import_people(console, *(make_person(number) for number in range(100, 400)))

    with count_queries() as many:
        page = client.get("/residents?size=200")

    assert page.get_data(as_text=True).count("<tr>") == 201
    assert len(many) == len(few)


def test_an_empty_roster_says_what_to_do(client):
    found_district()
    enter(client)

    assert "名册还是空的" in client.get("/residents").get_data(as_text=True)
