"""The form of the 26 items, the list and one assessment: laws and refusals."""

from datetime import date

from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.divisions.factories import found_district
from tests.pages import count_queries, post, read_token
from tests.residents.factories import import_people, make_number, make_person
from voucher import clock
from voucher.access import Role
from voucher.assessments.models import Assessment
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import GBT, get_instrument

INSTRUMENT = get_instrument(GBT)
ITEMS = {item.id: item for item in INSTRUMENT.items}
READERS = {Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR}
THERE = "330102001053"


def fill_in(**changes: str) -> dict[str, str]:
    """Give the form with the best answer everywhere, but for the changes."""
    best = {item.id: str(max(item.options, key=_points).number) for item in INSTRUMENT.items}
    people = {"assessed": "2026-11-07", "assessor_1": "何静", "assessor_2": "罗伟"}
    form = {**people, **best, "coma": "no", "client_key": "key-1"}
    return {name: value for name, value in {**form, **changes}.items() if value}


def _points(option) -> int:
    return option.points


def found_person() -> str:
    import_people(found_district(), make_person(2))
    db.session.rollback()
    found = db.session.scalars(select(Resident.public_id).order_by(Resident.id)).first()
    db.session.rollback()
    assert found is not None
    return found


def list_assessments() -> list[Assessment]:
    db.session.rollback()
    found = list(db.session.scalars(select(Assessment).order_by(Assessment.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def enter(client, role=Role.ASSESSOR, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def assess(client, public_id: str, **changes: str):
    return post(client, f"/assessments/new/{public_id}", **fill_in(**changes))


def test_assessors_and_workers_assess_and_others_read_or_do_not(app, client):
    public_id = found_person()
    enter(client)
    shown = assess(client, public_id).location
    statuses = {}
    for role in Role:
        if role is Role.CONSOLE:
            continue
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        token = read_token(browser)
        form = browser.get(f"/assessments/new/{public_id}").status_code
        written = browser.post(f"/assessments/new/{public_id}", data={"csrf_token": token})
        read = {browser.get(path).status_code for path in ("/assessments", shown)}
        statuses[role] = (form, written.status_code, read)

    makers = {Role.WORKER, Role.ASSESSOR}
    assert {role for role, (form, _, _) in statuses.items() if form == 200} == makers
    assert {role for role, (_, sent, _) in statuses.items() if sent != 403} == makers
    assert {role for role, (_, _, read) in statuses.items() if read == {200}} == READERS
    assert {role for role, (_, _, read) in statuses.items() if read == {403}} == set(
        statuses
    ) - READERS


def test_the_form_has_every_item_with_its_options_and_nothing_chosen(client):
    public_id = found_person()
    enter(client)

    text = client.get(f"/assessments/new/{public_id}").get_data(as_text=True)

    for item in INSTRUMENT.items:
        assert text.count(f'name="{item.id}"') == len(item.options), item.id
    assert " checked" not in text


def test_answers_are_kept_as_points_and_shown_with_the_level_they_come_to(client):
    public_id = found_person()
    enter(client)

    answers = {"event_fall": "2", "diagnoses": "F00-F03", "B.3.9": "2"}
    led = assess(client, public_id, **answers)

    (kept,) = list_assessments()
    assert led.location == f"/assessments/{kept.public_id}"
    second = ITEMS["B.3.9"].options[1]
    assert (second.number, kept.points["B.3.9"]) == (2, second.points)
    assert sum(kept.points.values()) == INSTRUMENT.maximum - 2 + second.points
    assert (kept.assessed_date, kept.events, kept.coma) == (date(2026, 11, 7), {"fall": 2}, False)
    text = client.get(led.location).get_data(as_text=True)
    for shown in ("总分", "加重一级", "轻度失能", "这只是建议", "跌倒 2", "失智"):
        assert shown in text, shown


def test_a_missing_answer_is_named_at_its_item_and_everything_else_stays(client):
    public_id = found_person()
    enter(client)

    page = assess(client, public_id, **{"B.2.4": "", "coma": ""})

    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert text.count("这一项还没有选") == 1
    assert 'href="#at-B.2.4"' in text
    assert 'href="#at-coma"' in text
    assert text.count(" checked") == len(INSTRUMENT.items) - 1
    assert list_assessments() == []


def test_each_impossible_answer_is_refused_and_writes_nothing(client):
    public_id = found_person()
    enter(client)
    refused = {
        "B.1.1": "9",
        "assessed": "2026-12-06",
        "assessor_1": "罗伟",
        "event_fall": "100",
        "event_other": "x",
    }

    pages = {at: assess(client, public_id, **{at: value}) for at, value in refused.items()}

    assert {page.status_code for page in pages.values()} == {422}
    sentences = {
        "B.1.1": "请从列出的选项中选",
        "assessed": "评估日期不能晚于今天",
        "assessor_1": "两名评估员不能是同一人",
        "event_fall": "次数应为 0 至 99 的整数",
        "event_other": "次数应为 0 至 99 的整数",
    }
    for at, page in pages.items():
        assert sentences[at] in page.get_data(as_text=True), at
    assert list_assessments() == []


def test_the_same_day_again_takes_the_place_and_the_earlier_one_stays(client):
    public_id = found_person()
    enter(client)
    first = assess(client, public_id).location

    assess(client, public_id, client_key="key-2", **{"B.1.1": "5"})

    earlier, later = list_assessments()
    assert (earlier.superseded_by, later.superseded_by) == (later.id, None)
    assert f"/assessments/{later.public_id}" in client.get(first).get_data(as_text=True)


def test_the_same_answers_again_write_nothing(client):
    public_id = found_person()
    enter(client)
    first = assess(client, public_id).location

    assert assess(client, public_id, client_key="key-2").location == first
    assert len(list_assessments()) == 1


def test_one_form_sent_twice_is_one_assessment_and_altered_it_is_refused(client):
    public_id = found_person()
    enter(client)
    first = assess(client, public_id)
    second = assess(client, public_id)

    altered = assess(client, public_id, **{"B.1.1": "5"})

    assert second.location == first.location
    assert altered.status_code == 422
    assert len(list_assessments()) == 1


def test_who_is_not_of_the_area_is_not_assessed_and_not_read(app, client):
    public_id = found_person()
    enter(client)
    shown = assess(client, public_id).location
    other = app.test_client()
    enter(other, name="li.si", area=THERE)

    answers = [
        other.get(f"/assessments/new/{public_id}").status_code,
        assess(other, public_id, assessed="2026-11-08").status_code,
        other.get(shown).status_code,
    ]

    assert answers == [404, 404, 404]
    assert len(list_assessments()) == 1


def test_who_has_left_is_not_assessed(client):
    public_id = found_person()
    enter(client)
    with transaction():
        resident = db.session.scalars(select(Resident)).one()
        resident.departed_date, resident.departure = date(2026, 12, 1), "moved_out"

    assert assess(client, public_id).status_code == 409
    assert list_assessments() == []


def test_reading_an_assessment_is_an_event_of_the_resident(client):
    public_id = found_person()
    enter(client)
    shown = assess(client, public_id).location

    client.get(shown)

    events = db.session.scalars(select(Event).where(Event.action == "assessments.read")).all()
    assert [(one.subject_id, one.facts) for one in events] == [
        (public_id, {"assessment": shown.removeprefix("/assessments/")})
    ]


def add_assessments(count: int) -> None:
    with transaction():
        resident_id = db.session.scalars(select(Resident.id)).first()
        version_id = db.session.scalars(select(SchemeVersion.id)).first()
        account = db.session.scalars(select(Assessment.recorded_by)).first()
        db.session.execute(
            insert(Assessment),
            [
                {
                    "public_id": f"a{number:08d}",
                    "resident_id": resident_id,
                    "scheme_version_id": version_id,
                    "assessed_date": date.fromordinal(date(2025, 1, 1).toordinal() + number),
                    "assessor_1": "何静",
                    "assessor_2": "罗伟",
                    "points": {},
                    "diagnoses_sealed": b"x",
                    "events": {},
                    "coma": False,
                    "recorded_at": clock.now(),
                    "recorded_by": account,
                    "superseded_by": None,
                }
                for number in range(count)
            ],
        )


def test_the_list_sends_the_same_queries_for_one_row_and_for_300(client):
    public_id = found_person()
    enter(client)
    assess(client, public_id)
    with count_queries() as few:
        client.get("/assessments?size=200")
    add_assessments(300)

    with count_queries() as many:
        page = client.get("/assessments?size=200")

    assert page.get_data(as_text=True).count("/assessments/a0") == 199
    assert len(many) == len(few)


def test_the_list_tells_no_answer_and_no_number(client):
    public_id = found_person()
    enter(client)
    assess(client, public_id, diagnoses="F00-F03")

    text = client.get("/assessments").get_data(as_text=True)

    assert "何静、罗伟" in text
    for hidden in (make_number(2), "失智", "失能", "F00"):
        assert hidden not in text
