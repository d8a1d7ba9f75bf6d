"""One resident's file and the search: who reads what, and that every reading leaves its event."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.care_levels.factories import SIX_CLASSES, confirm, grade
from tests.pages import count_queries, post, read_token
from tests.redemptions.factories import at_shop, redeem, reverse
from tests.vouchers.factories import (
    SHOP,
    Town,
    add_resident,
    get_code,
    get_voucher,
    make_town,
    make_vouchers,
)
from voucher.access import Role
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.queries import get_programme
from voucher.vouchers.models import Voucher

READERS = {Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR}
NUMBER = f"{1:018d}"


@pytest.fixture
def town(app) -> Town:
    return make_town()


@pytest.fixture
def public_id(town) -> str:
    """Give a woman of 85 who lives alone and holds this month's vouchers."""
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0], situation=("独居",))
    make_vouchers(town)
    found = db.session.scalars(select(Resident.public_id)).one()
    db.session.rollback()
    return found


def enter(client, role=Role.WORKER, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def read(client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.get_data(as_text=True)


def list_events(action: str) -> list[tuple[str, str, dict[str, object]]]:
    db.session.rollback()
    rows = db.session.scalars(select(Event).where(Event.action == action)).all()
    found = [(row.actor_name, row.subject_id, row.facts) for row in rows]
    db.session.rollback()
    return found


def test_nobody_but_those_who_work_with_residents_reads_a_file(app, client, public_id):
    statuses = {}
    for role in Role:
        if role is Role.CONSOLE:
            continue
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        token = {"csrf_token": read_token(browser), "reason": "核对证件"}
        statuses[role] = (
            browser.get(f"/residents/{public_id}").status_code,
            browser.post(f"/residents/{public_id}/number", data=token).status_code,
            browser.get("/search").status_code,
        )

    assert {role for role, (file, _, _) in statuses.items() if file == 200} == READERS
    revealers = READERS - {Role.ASSESSOR}
    assert {role for role, (_, number, _) in statuses.items() if number == 200} == revealers
    searchers = READERS | {Role.FINANCE}
    assert {role for role, (_, _, found) in statuses.items() if found == 200} == searchers
    assert {status for found in statuses.values() for status in found} == {200, 403}


def test_a_file_of_another_area_does_not_exist_and_leaves_no_event(client, public_id):
    enter(client, area="510104002001")

    assert client.get(f"/residents/{public_id}").status_code == 404
    assert post(client, f"/residents/{public_id}/number", reason="核对").status_code == 404
    assert list_events("overview.read_file") == []
    assert list_events("overview.reveal_number") == []


def test_a_file_shows_what_there_is_and_masks_the_number(client, public_id):
    enter(client)
    serials = list(db.session.scalars(select(Voucher.serial)))
    db.session.rollback()

    text = read(client, f"/residents/{public_id}")

    for shown in ("王秀英", "85岁", "000000********0001", "独居", "本月应享（2026-12）"):
        assert shown in text, shown
    assert all(serial in text for serial in serials)
    assert "没有已确认的等级" in text
    assert NUMBER not in text


def test_a_level_stands_with_its_reason_in_words_its_version_and_who_confirmed(
    client, town, public_id
):
    grade(town.worker, on=date(2026, 12, 1))
    confirm(town.approver, on=date(2026, 12, 1))
    enter(client)

    text = read(client, f"/residents/{public_id}")

    programme = get_programme(SIX_CLASSES, 1)
    (level,) = (one.name.zh for one in programme.levels if one.id == "5")
    rules = [one.name.zh for one in programme.classes if one.level == "5"]
    assert f'<th scope="row">{level}</th>' in text
    assert [rule in text for rule in rules].count(True) == 1
    for shown in (f"第 {programme.version} 版", "approver确认", "2026-12-01"):
        assert shown in text, shown


def test_a_use_and_what_took_it_back_stand_in_the_file(client, town, public_id):
    used = redeem(town, get_code(get_voucher()), key="k1")
    db.session.rollback()
    reverse(at_shop(town), used["redemption"])
    enter(client)

    text = read(client, f"/residents/{public_id}")

    assert text.count("永兴家政服务部") == 1
    assert "已冲正" in text
    assert "记错了" in text


def test_reading_a_file_is_one_event(client, public_id):
    enter(client)

    read(client, f"/residents/{public_id}")
    read(client, f"/residents/{public_id}")

    assert list_events("overview.read_file") == [("zhang.san", public_id, {})] * 2


def test_the_whole_number_is_shown_for_a_reason_that_is_kept(client, public_id):
    enter(client)

    page = post(client, f"/residents/{public_id}/number", reason=" 核对证件 ")

    assert page.status_code == 200
    assert NUMBER in page.get_data(as_text=True)
    assert list_events("overview.reveal_number") == [
        ("zhang.san", public_id, {"reason": "核对证件"})
    ]


def test_without_a_reason_the_number_stays_masked(client, public_id):
    enter(client)

    page = post(client, f"/residents/{public_id}/number", reason=" ")

    assert page.status_code == 422
    assert NUMBER not in page.get_data(as_text=True)
    assert list_events("overview.reveal_number") == []


def add_vouchers(count: int) -> None:
    """Give the woman as many older vouchers as the first one, of other months."""
    with transaction():
        pattern = db.session.scalars(select(Voucher)).first()
        assert pattern is not None
        fields = {c.key: getattr(pattern, c.key) for c in Voucher.__table__.columns}
        rows = [
            {
                **fields,
                "id": 1000 + number,
                "serial": f"{number:012d}",
                "item": f"{pattern.item}-{number}",
            }
            for number in range(count)
        ]
        db.session.execute(insert(Voucher), rows)


def test_the_file_sends_the_same_queries_whatever_the_number_of_vouchers(client, public_id):
    enter(client)
    read(client, f"/residents/{public_id}")
    with count_queries() as few:
        read(client, f"/residents/{public_id}")
    add_vouchers(90)

    with count_queries() as many:
        text = read(client, f"/residents/{public_id}")

    assert text.count("jinjiang-age-bands") == 0
    assert "000000000089" in text
    assert len(many) == len(few)


def find(client, text: str):
    led = post(client, "/search", q=text)
    return client.get(led.location) if led.status_code == 302 else led


def test_one_box_finds_people_vouchers_and_shops(client, public_id):
    enter(client)
    serial = db.session.scalars(select(Voucher.serial)).first()
    db.session.rollback()
    file = f'href="/residents/{public_id}"'

    found = {text: find(client, text).get_data(as_text=True) for text in ("秀英", NUMBER)}
    shop = find(client, SHOP.lower()).get_data(as_text=True)
    voucher = find(client, f"{serial[:4]} {serial[4:8]} {serial[8:]}").get_data(as_text=True)

    assert all(file in text for text in found.values())
    assert f">{SHOP}</a>" in shop
    assert f">{serial}</a>" in voucher


def test_a_number_is_answered_in_place_and_is_an_event_without_the_number(client, public_id):
    enter(client)

    answer = post(client, "/search", q=NUMBER)
    by_address = client.get(f"/search?q={NUMBER}")

    assert answer.status_code == 200
    assert (by_address.status_code, by_address.location) == (302, "/search")
    assert list_events("overview.search_number") == [("zhang.san", "id_number", {})]


def test_finance_finds_vouchers_and_shops_and_no_people(client, public_id):
    enter(client, Role.FINANCE)
    serial = db.session.scalars(select(Voucher.serial)).first()
    db.session.rollback()

    pages = [find(client, text).get_data(as_text=True) for text in ("王秀英", NUMBER, serial)]

    assert [public_id in page for page in pages] == [False, False, False]
    assert "王秀英</a>" not in "".join(pages)
    assert f">{serial}</a>" in pages[2]


def test_nothing_of_another_area_is_found(client, public_id):
    enter(client, area="510104002001")
    serial = db.session.scalars(select(Voucher.serial)).first()
    db.session.rollback()

    pages = [find(client, text).get_data(as_text=True) for text in ("王秀英", NUMBER, serial)]

    assert [public_id in page or f">{serial}</a>" in page for page in pages] == [False] * 3
