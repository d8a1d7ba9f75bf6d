"""Pages of care levels: who sees them, what they say, and what a confirmation does once."""

import re
from datetime import date

import pytest
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.care_levels.factories import SIX_CLASSES, grade, list_levels
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import Town, add_resident, make_town
from voucher import clock
from voucher.access import Role
from voucher.audit.models import Event
from voucher.care_levels.models import CareLevel
from voucher.db import db, transaction
from voucher.residents.models import Resident

DECEMBER = date(2026, 12, 1)
READERS = {Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.ASSESSOR}
CONFIRM = f"/levels/{SIX_CLASSES}/confirm"


@pytest.fixture
def town(app) -> Town:
    """Give a town with a woman in destitute support and one in none of the first five classes."""
    town = make_town()
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], situation=["特困"])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1], name="李建国")
    return town


def enter(client, role=Role.APPROVER, *, area=None):
    make_account(name="reader", role=role, area=area)
    db.session.rollback()
    assert sign_in(client, name="reader") == 302


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def read_hidden(page, name):
    return re.findall(rf'name="{name}" value="([^"]+)"', page)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_levels_are_read_by_those_whose_work_they_are_and_confirmed_by_the_approver(
    town, client, role
):
    enter(client, role)

    statuses = [client.get(path).status_code for path in ("/levels/", "/levels/grade", CONFIRM)]

    assert statuses == [
        200 if role in READERS else 403,
        200 if role in (Role.WORKER, Role.APPROVER) else 403,
        200 if role is Role.APPROVER else 403,
    ]


def test_a_proposal_is_shown_with_its_reason_in_words_and_reading_it_is_recorded(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client)

    page = read(client, "/levels/")
    book = client.get("/levels/?format=xlsx")

    assert "特困供养对象（家庭情况：特困）" in page
    assert "第一类：特困" in page
    assert book.data[:2] == b"PK"
    actions = db.session.scalars(
        select(Event.action).where(Event.actor_name == "reader").order_by(Event.id)
    ).all()
    assert actions[-2:] == ["care_levels.read_list", "care_levels.export"]


def test_a_street_sees_and_confirms_its_own_people_alone(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client, area="510104001")

    page = read(client, "/levels/")
    post(client, CONFIRM, client_key="one", seen_at=clock.now().isoformat())

    assert ("王秀英" in page, "李建国" in page) == (True, False)
    assert [row[:2] for row in list_levels()] == [("1", "confirmed"), ("6", "proposed")]


def test_the_page_says_what_confirming_costs_a_month_before_it_is_done(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client)

    page = read(client, CONFIRM)

    # Class 1 grants up to 400 yuan a month, class 6 nothing.
    assert "确认 2 人的等级" in page
    assert re.findall(r"<strong>([0-9.]+)</strong>", page) == ["0", "2", "0.00", "400.00"]
    assert [row[1] for row in list_levels()] == ["proposed", "proposed"]


def test_the_same_key_confirms_once_and_says_the_same(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client)
    seen_at = clock.now().isoformat()

    answers = [post(client, CONFIRM, client_key="one", seen_at=seen_at) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [row[1] for row in list_levels()] == ["confirmed", "confirmed"]
    confirmed = select(Event.facts).where(Event.action == "care_levels.confirm")
    assert db.session.scalars(confirmed).all() == [{"confirmed": 2}]


def test_one_s_own_proposals_are_left_out_and_the_page_says_so(town, client):
    enter(client)
    post(client, "/levels/grade", programme=SIX_CLASSES, on="2026-12-01", client_key="grade")

    assert "其中 2 项由您本人评定" in read(client, CONFIRM)
    post(client, CONFIRM, client_key="one", seen_at=clock.now().isoformat())
    assert [row[1] for row in list_levels()] == ["proposed", "proposed"]


def test_only_what_was_ticked_is_confirmed(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client)
    chosen = db.session.scalars(select(CareLevel.id).where(CareLevel.level == "6")).one()
    db.session.rollback()

    page = read(client, f"{CONFIRM}?level_id={chosen}")
    assert read_hidden(page, "level_id") == [str(chosen)]
    post(
        client,
        CONFIRM,
        client_key="one",
        level_id=str(chosen),
        seen_at=read_hidden(page, "seen_at")[0],
    )

    assert [row[:2] for row in list_levels()] == [("1", "proposed"), ("6", "confirmed")]


def test_what_was_proposed_after_the_page_was_made_is_not_confirmed(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client)
    seen_at = read_hidden(read(client, CONFIRM), "seen_at")[0]
    with transaction():
        db.session.get_one(Resident, 2).situation = ["低保"]
    grade(town.worker, on=DECEMBER)

    post(client, CONFIRM, client_key="one", seen_at=seen_at)

    assert [row[:2] for row in list_levels()] == [("1", "confirmed"), ("2", "proposed")]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        (CONFIRM, {"client_key": "one", "seen_at": "yesterday"}, 422),
        (CONFIRM, {"client_key": "one", "level_id": "x"}, 422),
        ("/levels/nothing/confirm", {"client_key": "one"}, 404),
        ("/levels/grade", {"client_key": "one", "programme": "nothing", "on": "2026-12-01"}, 404),
        ("/levels/grade", {"client_key": "one", "programme": SIX_CLASSES, "on": "soon"}, 422),
        ("/levels/grade", {"client_key": "", "programme": SIX_CLASSES, "on": "2026-12-01"}, 422),
    ],
)
def test_what_cannot_be_read_writes_nothing(town, client, path, fields, status):
    grade(town.worker, on=DECEMBER)
    enter(client)
    before = read_tables()

    answer = post(client, path, **fields)

    assert answer.status_code == status
    assert read_tables() == before


def test_the_list_sends_as_many_queries_for_300_rows_as_for_one(town, client):
    grade(town.worker, on=DECEMBER)
    enter(client)
    with transaction():
        db.session.delete(db.session.scalars(select(CareLevel).limit(1)).one())
    few = count_list(client)
    copy_proposals(times=300)

    many = count_list(client)

    assert "共 301 行" in read(client, "/levels/?size=200")
    assert few == many


def count_list(client):
    with count_queries() as sent:
        read(client, "/levels/?size=200")
    return len(sent)


def copy_proposals(*, times):
    person = {c.key: getattr(db.session.get_one(Resident, 1), c.key) for c in Resident.__table__.c}
    one = db.session.scalars(select(CareLevel).limit(1)).one()
    level = {column.key: getattr(one, column.key) for column in CareLevel.__table__.c}
    numbers = range(1000, 1000 + times)
    with transaction():
        db.session.execute(
            insert(Resident),
            [person | {"id": n, "public_id": f"copy{n:016d}", "id_index": f"{n}"} for n in numbers],
        )
        db.session.execute(
            insert(CareLevel), [level | {"id": n, "resident_id": n} for n in numbers]
        )
