"""Adding and correcting one person, and the question whether two are one: laws and refusals."""

from sqlalchemy import select

from tests.accounts.factories import make_account, make_actor, sign_in
from tests.divisions.factories import found_district
from tests.pages import count_queries, post, read_token
from tests.residents.factories import import_people, make_number, make_person
from voucher.access import Role
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.db import db
from voucher.residents.models import Resident, ResidentChange
from voucher.residents.queries import index_id_number, unseal_id_number, unseal_phone

HERE, THERE = "330102001051", "330102001053"
FORM = {
    "name": "王秀英",
    "id_number": make_number(2),
    "phone": "13900000002",
    "community": HERE,
    "address": "示例路2号",
    "situation": "独居",
    "remark": "",
}


def enter(client, role=Role.WORKER, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def add(client, **changes):
    return post(client, "/residents/new", **{**FORM, **changes})


def get_only() -> Resident:
    """Give the one resident as he is now; no transaction stays open behind it."""
    db.session.rollback()
    resident = db.session.scalars(select(Resident)).one()
    db.session.expunge_all()
    db.session.rollback()
    return resident


def count(table) -> int:
    db.session.rollback()
    found = db.session.query(table).count()
    db.session.rollback()
    return found


def get_form(client, public_id: str, **changes):
    """Give what the correction form of a person sends when nothing else was typed."""
    page = client.get(f"/residents/{public_id}/edit").get_data(as_text=True)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return {**FORM, "id_number": "", "phone": "", "seen": seen, **changes}


def correct(client, public_id: str, form: dict[str, str]):
    return post(client, f"/residents/{public_id}/edit", **form)


def test_only_a_worker_adds_and_corrects(app, client):
    import_people(found_district(), make_person(2))
    public_id = get_only().public_id
    for role in (Role.APPROVER, Role.AUDITOR, Role.ASSESSOR, Role.FINANCE, Role.DESK, Role.ADMIN):
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        token = read_token(browser)
        answers = {
            browser.post(path, data={"csrf_token": token, **FORM}).status_code
            for path in ("/residents/new", f"/residents/{public_id}/edit")
        }
        assert answers == {403}, role
        assert browser.get("/residents/new").status_code == 403

    assert count(Resident) == 1


def test_a_person_is_put_on_the_roster_with_its_event(client):
    found_district()
    enter(client)

    led = add(client)

    resident = get_only()
    assert (led.status_code, led.location) == (302, f"/residents/{resident.public_id}")
    assert (resident.name, resident.name_key) == ("王秀英", "wang xiu ying 王秀英")
    assert (resident.sex, resident.born_date.isoformat()) == ("female", "1940-01-01")
    assert unseal_id_number(resident=resident) == make_number(2)
    assert unseal_phone(resident=resident) == "13900000002"
    assert resident.situation == ["独居"]
    event = db.session.scalars(select(Event).where(Event.action == "residents.register")).one()
    assert event.subject_id == resident.public_id


def test_a_faulty_form_comes_back_whole_and_writes_nothing(client):
    found_district()
    enter(client)

    page = add(client, id_number="110101380615002", phone="12345", address="示例路9号")

    text = page.get_data(as_text=True)
    assert page.status_code == 422
    for kept in ('value="110101380615002"', 'value="12345"', 'value="示例路9号"', "checked"):
        assert kept in text
    assert "身份证号应为18位，实际15位" in text
    assert "电话应为11位手机号" in text
    assert count(Resident) == 0


def test_an_age_over_120_is_taken_only_when_confirmed(client):
    found_district()
    enter(client)
    old = make_number(2, born="19050101")

    asked = add(client, id_number=old)
    before = count(Resident)
    taken = add(client, id_number=old, confirmed="age_over_120")

    assert (asked.status_code, before) == (422, 0)
    assert "121岁" in asked.get_data(as_text=True)
    assert (taken.status_code, count(Resident)) == (302, 1)


def test_who_is_here_already_is_not_added_again_and_the_page_leads_to_the_file(client):
    found_district()
    enter(client)
    add(client)

    page = add(client, name="王英")

    resident = get_only()
    assert page.status_code == 409
    assert f'href="/residents/{resident.public_id}"' in page.get_data(as_text=True)
    assert resident.name == "王秀英"


def test_who_is_registered_elsewhere_is_refused_without_details(client):
    found_district()
    import_people(make_actor(name="li.si"), make_person(2, 姓名="别处人"))
    public_id = get_only().public_id
    enter(client, area=THERE)

    page = add(client, community=THERE)

    text = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "此人已在其他社区登记" in text
    assert "别处人" not in text
    assert public_id not in text
    assert count(Resident) == 1


def test_a_community_outside_the_area_is_refused(client):
    found_district()
    enter(client, area=THERE)

    assert add(client, community=HERE).status_code == 422
    assert count(Resident) == 0


def test_a_likeness_to_another_opens_the_case_that_asks(client):
    found_district()
    enter(client)
    add(client)

    add(client, id_number=make_number(4))

    case = db.session.scalars(select(Case)).one()
    keys = [one.public_id for one in db.session.scalars(select(Resident)).all()]
    assert (case.kind, case.question) == ("same_person", ":".join(sorted(keys)))


def test_a_correction_keeps_its_history_and_the_numbers_stay(client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id

    led = correct(client, public_id, get_form(client, public_id, name="王秀荣", community=THERE))

    resident = get_only()
    changes = [(one.field, one.before, one.after) for one in db.session.query(ResidentChange)]
    assert led.status_code == 302
    assert changes == [("name", "王秀英", "王秀荣"), ("community", HERE, THERE)]
    assert unseal_id_number(resident=resident) == make_number(2)
    assert unseal_phone(resident=resident) == "13900000002"


def test_the_correction_form_shows_no_whole_number(client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id

    text = client.get(f"/residents/{public_id}/edit").get_data(as_text=True)

    assert make_number(2) not in text
    assert "13900000002" not in text


def test_a_corrected_number_is_named_in_the_history_and_never_shown(client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id
    number = make_number(3, born="19410203")

    form = get_form(client, public_id, id_number=number, phone="13900000009")
    correct(client, public_id, form)

    resident = get_only()
    changes = [(one.field, one.before, one.after) for one in db.session.query(ResidentChange)]
    assert changes == [("id_number", None, None), ("phone", None, None)]
    assert (resident.sex, resident.born_date.isoformat()) == ("male", "1941-02-03")
    assert resident.id_index == index_id_number(number)
    assert unseal_id_number(resident=resident) == number
    assert unseal_phone(resident=resident) == "13900000009"


def test_a_number_that_is_another_s_is_refused(client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id
    add(client, id_number=make_number(6), name="李桂兰", phone="")

    form = get_form(client, public_id, id_number=make_number(6))
    page = correct(client, public_id, form)

    assert page.status_code == 409
    assert count(ResidentChange) == 0


def test_a_telephone_number_can_be_dropped(client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id

    correct(client, public_id, get_form(client, public_id, drops_phone="yes"))

    assert unseal_phone(resident=get_only()) is None


def test_two_who_correct_at_once_do_not_overwrite_each_other(app, client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id
    other = app.test_client()
    enter(other, name="li.si")
    mine = get_form(client, public_id, remark="腿脚不便")
    theirs = get_form(other, public_id, address="示例路8号")

    correct(other, public_id, theirs)
    page = correct(client, public_id, mine)
    before = (get_only().address, get_only().remark)
    text = page.get_data(as_text=True)
    again = text.partition('name="seen" value="')[2].partition('"')[0]
    saved = correct(client, public_id, {**mine, "address": "示例路8号", "seen": again})

    assert page.status_code == 409
    assert before == ("示例路8号", "")
    for shown in ("别人刚刚改过", "li.si", "<td>示例路8号</td>", "<td>示例路2号</td>", "腿脚不便"):
        assert shown in text, shown
    assert saved.status_code == 302
    assert (get_only().address, get_only().remark) == ("示例路8号", "腿脚不便")


def test_a_form_without_a_change_writes_nothing(client):
    found_district()
    enter(client)
    add(client)
    public_id = get_only().public_id

    assert correct(client, public_id, get_form(client, public_id)).status_code == 302
    assert count(ResidentChange) == 0


def test_a_resident_of_another_area_does_not_exist(client):
    import_people(found_district(), make_person(2))
    public_id = get_only().public_id
    enter(client, area=THERE)

    assert client.get(f"/residents/{public_id}/edit").status_code == 404
    assert correct(client, public_id, {**FORM, "name": "改名"}).status_code == 404
    assert get_only().name == "王秀英"


def found_twins(client) -> tuple[int, list[str]]:
    """Let one worker register two people who resemble each other; give the case and both."""
    found_district()
    enter(client)
    add(client)
    add(client, id_number=make_number(4))
    case_id = db.session.scalars(select(Case.id)).one()
    keys = list(db.session.scalars(select(Resident.public_id).order_by(Resident.id)))
    db.session.rollback()
    return case_id, keys


def get_case(case_id: int) -> Case:
    db.session.rollback()
    case = db.session.get_one(Case, case_id)
    db.session.expunge_all()
    db.session.rollback()
    return case


def test_another_person_decides_and_no_record_changes(app, client):
    case_id, keys = found_twins(client)
    checker = app.test_client()
    enter(checker, Role.APPROVER, name="checker")

    shown = checker.get(f"/residents/twins/{case_id}").get_data(as_text=True)
    led = post(checker, f"/residents/twins/{case_id}", decision="same")

    assert all(f'href="/residents/{key}"' in shown for key in keys)
    assert led.status_code == 302
    assert get_case(case_id).decision == "same"
    assert (count(Resident), count(ResidentChange)) == (2, 0)
    done = db.session.scalars(
        select(Event).where(Event.action == "residents.decide_same_person")
    ).one()
    assert done.facts == {"decision": "same", "residents": keys}
    db.session.rollback()
    assert "档案没有合并" in checker.get(f"/residents/twins/{case_id}").get_data(as_text=True)


def test_who_asked_does_not_answer(client):
    case_id, _ = found_twins(client)

    page = post(client, f"/residents/twins/{case_id}", decision="not_same")

    assert page.status_code == 403
    assert get_case(case_id).decision is None


def test_a_decided_question_is_not_decided_again(app, client):
    case_id, _ = found_twins(client)
    checker = app.test_client()
    enter(checker, Role.APPROVER, name="checker")
    post(checker, f"/residents/twins/{case_id}", decision="not_same")

    page = post(checker, f"/residents/twins/{case_id}", decision="same")

    assert page.status_code == 409
    assert get_case(case_id).decision == "not_same"


def test_an_answer_must_be_one_of_the_two(app, client):
    case_id, _ = found_twins(client)
    checker = app.test_client()
    enter(checker, Role.APPROVER, name="checker")

    assert post(checker, f"/residents/twins/{case_id}", decision="merge").status_code == 422
    assert get_case(case_id).decision is None


def test_twins_are_seen_by_their_readers_and_within_the_area_alone(app, client):
    case_id, _ = found_twins(client)
    statuses = {}
    for name, role, area in (
        ("a1", Role.AUDITOR, None),
        ("a2", Role.ASSESSOR, None),
        ("a3", Role.DESK, None),
        ("a4", Role.APPROVER, THERE),
    ):
        browser = app.test_client()
        enter(browser, role, name=name, area=area)
        statuses[name] = browser.get(f"/residents/twins/{case_id}").status_code

    assert statuses == {"a1": 200, "a2": 403, "a3": 403, "a4": 404}


def test_the_form_sends_few_queries(client):
    found_district()
    enter(client)

    with count_queries() as sent:
        client.get("/residents/new")

    assert len(sent) <= 4


def test_of_a_record_outside_the_area_nothing_is_shown_and_nothing_decided(app, client):
    found_district()
    enter(client)
    add(client, community=THERE, address="别处路1号")
    add(client, id_number=make_number(4))
    case_id = db.session.scalars(select(Case.id)).one()
    db.session.rollback()
    checker = app.test_client()
    enter(checker, Role.APPROVER, name="checker", area=HERE)

    shown = checker.get(f"/residents/twins/{case_id}").get_data(as_text=True)
    answer = post(checker, f"/residents/twins/{case_id}", decision="same")

    assert "这份档案不在您的辖区" in shown
    assert "别处路1号" not in shown
    assert answer.status_code == 403
    assert get_case(case_id).decision is None
    readings = select(Event.subject_id).where(Event.action == "residents.compare")
    assert len(db.session.scalars(readings).all()) == 1
