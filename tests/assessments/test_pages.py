"""The plain form, the list and one assessment: laws and refusals."""

from datetime import date

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.accounts.factories import PASSWORD
from tests.assessments.bedside import (
    INSTRUMENT,
    ITEMS,
    confirm,
    enter,
    found_person,
    list_assessments,
    sign,
)
from tests.pages import count_queries, post, read_token
from tests.refusing import read_tables
from tests.residents.factories import make_number
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment, AssessmentDraft
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion

READERS = {Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR}
THERE = "330102001053"


@pytest.fixture
def second(app, client):
    """Give the browser of the second assessor; the first one's is `client`."""
    browser = app.test_client()
    enter(client, name="zhang.san")
    enter(browser, name="li.si")
    return browser


def assess(client, second, public_id: str, *, revision: int = 1, **changes):
    """Sign and confirm; give the answer to the confirming."""
    return confirm(second, sign(client, public_id, **changes).location, revision=revision)


def list_states() -> list[tuple[str, int]]:
    db.session.rollback()
    found = db.session.execute(
        select(AssessmentDraft.state, AssessmentDraft.revision).order_by(AssessmentDraft.id)
    ).all()
    db.session.rollback()
    return [(row.state, row.revision) for row in found]


def knock(browser, public_id: str, waiting: str, shown: str) -> tuple[set, set, set]:
    """Try every door; give the answers to reading forms, to sending, to reading assessments."""
    phone = f"/assessments/bedside/people/{public_id}/gbt-42195-2022/1"
    new = f"/assessments/new/{public_id}"
    data = {"csrf_token": read_token(browser)}
    sent = [new, phone, f"{phone}/sign", f"{phone}/drop"]
    sent += [waiting, f"{waiting}/here", f"{waiting}/back", f"{waiting}/reopen"]
    return (
        {browser.get(path).status_code for path in (new, phone, "/assessments/waiting")},
        {browser.post(path, data=data).status_code == 403 for path in sent},
        {browser.get(path).status_code for path in ("/assessments", shown)},
    )


def test_assessors_and_workers_assess_and_others_read_or_do_not(app, client, second):
    public_id = found_person()
    waiting = sign(client, public_id).location
    shown = confirm(second, waiting).location
    answers = {}
    for role in set(Role) - {Role.CONSOLE}:
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        answers[role] = knock(browser, public_id, waiting, shown)

    for role, (form, is_refused, read) in answers.items():
        is_maker = role in (Role.WORKER, Role.ASSESSOR)
        assert form == ({200} if is_maker else {403}), role
        assert is_refused == {not is_maker}, role
        assert read == ({200} if role in READERS else {403}), role


def test_the_form_has_every_item_with_its_options_and_nothing_chosen(client):
    public_id = found_person()
    enter(client, name="zhang.san")

    text = client.get(f"/assessments/new/{public_id}").get_data(as_text=True)

    for item in INSTRUMENT.items:
        assert text.count(f'name="{item.id}"') == len(item.options), item.id
    assert " checked" not in text


def test_what_one_signed_and_another_confirmed_is_kept_with_options_and_evidence(client, second):
    public_id = found_person()
    answers = {"A.2.14.fall": "2", "A.4.1": ["I25", "F00-F03"], "B.3.9": "2"}

    led = assess(client, second, public_id, **answers)

    (kept,) = list_assessments()
    assert led.location == f"/assessments/{kept.public_id}"
    assert kept.options == {**dict.fromkeys(ITEMS, 1), "B.3.9": 2}
    assert sum(kept.points.values()) == INSTRUMENT.maximum - 1
    assert (kept.assessed_date, kept.events, kept.coma) == (date(2026, 11, 7), {"fall": 2}, False)
    assert (kept.assessor_1, kept.assessor_2) == ("何静", "罗伟")
    assert list_states() == [("confirmed", 1)]
    text = second.get(led.location).get_data(as_text=True)
    for shown in ("总分", "加重一级", "这只是建议", "跌倒 2", "失智", "嗜睡", "冠心病", "王小明"):
        assert shown in text, shown
    assert "<div>何静 · 护理</div><div>罗伟 · 社会工作</div>" in text
    assert '<path d="M10 10L20 30L40 10L60 30"/>' in text
    tables = read_tables()
    stored = str([tables[name] for name in ("assessments", "assessment_drafts", "events")])
    for hidden in ("王小明", "I25", "F00-F03", "120,30"):
        assert hidden not in stored, hidden


def test_a_missing_answer_is_named_at_its_item_and_everything_else_stays(client, second):
    public_id = found_person()

    page = sign(client, public_id, **{"B.2.4": "", "A.5.11": ""})

    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert text.count("这一项还没有选") == 1
    assert 'href="#at-B.2.4"' in text
    assert 'href="#at-A.5.11"' in text
    assert list_states() == []


REFUSED = {
    "B.1.1": ("9", "请从列出的选项中选"),
    "assessed": ("2026-12-06", "评估日期不能晚于今天"),
    "assessor_1": ("", "请填写您的姓名"),
    "background_1": ("", "请选择您的专业背景"),
    "A.2.14.fall": ("7", "请从列出的选项中选"),
    "A.2.4": ("9", "应为 50 至 250 的整数"),
    "A.3.1": ("", "这一项还没有填"),
    "B.3.9": ("5", "意识水平答了昏迷，健康问题里却答没有昏迷"),
    "A.5.11": ("yes", "答了昏迷，意识水平却不是昏迷"),
    "strokes": ("[[[1,1],[2,2]]]", "请介绍情况的人在屏幕上签名"),
    "signed_how": ("proxy", "请填写签名人的姓名"),
}


def test_each_incomplete_or_impossible_answer_is_refused_and_writes_nothing(client, second):
    public_id = found_person()
    before = read_tables()

    pages = {at: sign(client, public_id, **{at: value}) for at, (value, _) in REFUSED.items()}

    assert {page.status_code for page in pages.values()} == {422}
    for at, (_, sentence) in REFUSED.items():
        assert sentence in pages[at].get_data(as_text=True) or at == "strokes", at
    assert read_tables() == before


def test_a_signed_form_is_no_assessment_and_its_maker_never_confirms_it(client, second):
    public_id = found_person()
    waiting = sign(client, public_id).location
    before = read_tables()

    answer = confirm(client, waiting)

    assert (answer.status_code, list_assessments(), list_states()) == (403, [], [("signed", 1)])
    assert read_tables() == before


def test_the_database_itself_lets_nobody_confirm_their_own_form(client, second):
    sign(client, found_person())
    confirmed_by_maker = update(AssessmentDraft).values(confirmed_by=AssessmentDraft.account_id)
    confirmed_by_nobody = update(AssessmentDraft).values(state="confirmed")

    for statement in (confirmed_by_maker, confirmed_by_nobody):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(statement)

    assert list_states() == [("signed", 1)]


def test_the_second_assessor_needs_another_name_and_the_form_that_was_seen(client, second):
    waiting = sign(client, found_person()).location

    statuses = [
        confirm(second, waiting, assessor_2="何静").status_code,
        confirm(second, waiting, assessor_2="").status_code,
        confirm(second, waiting, background_2="").status_code,
        confirm(second, waiting, revision=2).status_code,
    ]

    assert statuses == [409, 422, 422, 409]
    assert (list_assessments(), list_states()) == ([], [("signed", 1)])


def test_on_the_first_phone_the_second_password_counts_and_misses_lock(client, second):
    waiting = sign(client, found_person()).location
    here = f"{waiting}/here"

    missed = confirm(client, here, account="li.si", password="wrong-otter-paints-a-bridge")
    own = confirm(client, here, account="zhang.san", password=PASSWORD)
    misses = db.session.scalar(select(Account.missed_sign_ins).where(Account.name == "li.si"))
    done = confirm(client, here, account="li.si", password=PASSWORD)

    assert (missed.status_code, own.status_code, misses, done.status_code) == (403, 403, 1, 302)
    assert (len(list_assessments()), list_states()) == (1, [("confirmed", 1)])
    assert client.get("/assessments").status_code == 200


def test_a_form_sent_back_or_taken_back_is_open_again_without_its_signature(client, second):
    public_id = found_person()
    waiting = sign(client, public_id).location

    post(second, f"{waiting}/back", reason="第三项不对")
    place = f"/assessments/bedside/people/{public_id}/gbt-42195-2022/1"
    draft = client.get(place, headers={"Accept": "application/json"}).get_json()["draft"]
    again = sign(client, public_id, key="key-2").location
    not_own = post(second, f"{again}/reopen").status_code
    led = post(client, f"{again}/reopen").location

    assert (draft["revision"], draft["sent_back"], draft["waiting"]) == (2, "第三项不对", "")
    assert "strokes" not in draft["fields"]
    assert draft["fields"]["B.1.1"] == ["1"]
    assert (not_own, led) == (409, f"/assessments/bedside/gbt-42195-2022/1/{public_id}")
    assert (list_states(), list_assessments()) == ([("open", 4)], [])


def test_the_same_day_again_takes_the_place_and_the_earlier_one_stays(client, second):
    public_id = found_person()
    first = assess(client, second, public_id).location
    knows = first.rpartition("/")[2]

    unseen = sign(client, public_id, key="key-2", **{"B.1.1": "5"})
    assess(client, second, public_id, key="key-3", knows=knows, **{"B.1.1": "5"})

    earlier, later = list_assessments()
    assert unseen.status_code == 409
    assert (earlier.superseded_by, later.superseded_by) == (later.id, None)
    assert f"/assessments/{later.public_id}" in client.get(first).get_data(as_text=True)


def test_one_form_sent_twice_is_one_assessment_and_altered_it_is_refused(client, second):
    public_id = found_person()
    first = sign(client, public_id)
    again = sign(client, public_id)

    altered = sign(client, public_id, **{"B.1.1": "5"})
    confirm(second, first.location)
    late = sign(client, public_id)

    assert (again.location, altered.status_code) == (first.location, 422)
    assert late.status_code == 302
    assert (len(list_assessments()), list_states()) == (1, [("confirmed", 1)])


def test_who_is_not_of_the_area_is_not_assessed_not_read_and_not_confirmed(app, client, second):
    public_id = found_person()
    waiting = sign(client, public_id).location
    other = app.test_client()
    enter(other, name="wang.wu", area=THERE)

    answers = [
        other.get(f"/assessments/new/{public_id}").status_code,
        sign(other, public_id).status_code,
        other.get(f"/assessments/bedside/people/{public_id}/gbt-42195-2022/1").status_code,
        other.get(waiting).status_code,
        confirm(other, waiting).status_code,
    ]

    assert answers == [404] * 5
    assert list_states() == [("signed", 1)]


def test_who_has_left_is_not_assessed_and_not_confirmed(client, second):
    public_id = found_person()
    waiting = sign(client, public_id).location
    with transaction():
        resident = db.session.scalars(select(Resident)).one()
        resident.departed_date, resident.departure = date(2026, 12, 1), "moved_out"

    assert confirm(second, waiting).status_code == 409
    assert sign(client, public_id, key="key-2").status_code == 409
    assert (list_assessments(), list_states()) == ([], [("signed", 1)])


def test_reading_an_assessment_is_an_event_of_the_resident(client, second):
    public_id = found_person()
    shown = assess(client, second, public_id).location

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


def test_the_list_sends_the_same_queries_for_one_row_and_for_300(client, second):
    public_id = found_person()
    assess(client, second, public_id)
    with count_queries() as few:
        client.get("/assessments?size=200")
    add_assessments(300)

    with count_queries() as many:
        page = client.get("/assessments?size=200")

    assert page.get_data(as_text=True).count("/assessments/a0") == 199
    assert len(many) == len(few)


def test_the_list_tells_no_answer_and_no_number(client, second):
    public_id = found_person()
    assess(client, second, public_id, **{"A.4.1": "F00-F03"})

    text = client.get("/assessments").get_data(as_text=True)

    assert "何静、罗伟" in text
    for hidden in (make_number(2), "失智", "失能", "F00"):
        assert hidden not in text


def test_the_list_of_waiting_forms_sends_the_same_queries_for_one_row_and_for_many(client, second):
    public_id = found_person()
    sign(client, public_id)
    with count_queries() as few:
        second.get("/assessments/waiting?size=200")
    with transaction():
        one = db.session.scalars(select(AssessmentDraft)).one()
        columns = {c.name: getattr(one, c.name) for c in AssessmentDraft.__table__.columns}
        del columns["id"]
        person = db.session.get_one(Resident, one.resident_id)
        known = {c.name: getattr(person, c.name) for c in Resident.__table__.columns}
        others = [{"id": n, "public_id": f"p{n}", "id_index": f"i{n}"} for n in range(900, 1200)]
        db.session.execute(insert(Resident.__table__), [known | other for other in others])
        db.session.execute(
            insert(AssessmentDraft),
            [{**columns, "public_id": f"d{o['id']}", "resident_id": o["id"]} for o in others],
        )

    with count_queries() as many:
        page = second.get("/assessments/waiting?size=200").get_data(as_text=True)

    assert page.count("等我确认") == 200
    assert len(many) == len(few)
    assert "失能" not in page
