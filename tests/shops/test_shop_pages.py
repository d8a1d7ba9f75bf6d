"""Pages of shops: found, looked at, approved by another, suspended and reopened."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.shops.factories import (
    get,
    make_book,
    make_district,
    make_person,
    service_row,
    shop_row,
    take,
)
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.shops.models import Shop, ShopAccount
from voucher.shops.operations.enrolling import enrol_device, open_enrolment
from voucher.shops.queries import find_till
from voucher.shops.rules.states import ShopState

OTHER_NUMBER = "6222418600883785975"


@pytest.fixture
def maker(app):
    """Give who proposed a shop with one service."""
    make_district()
    maker = make_person("maker")
    take(maker, make_book([shop_row()], [service_row()]))
    return maker


def enter(app, name, role=Role.APPROVER, area=None):
    make_account(name=name, role=role, area=area)
    browser = app.test_client()
    sign_in(browser, name=name)
    return browser


@pytest.fixture
def approver(app, maker):
    return enter(app, "approver")


def read(answer):
    return answer.get_data(as_text=True)


def find_account():
    db.session.rollback()
    waiting = select(ShopAccount.id).where(
        ShopAccount.approved_by.is_(None), ShopAccount.to_date.is_(None)
    )
    found = db.session.scalar(waiting)
    db.session.rollback()
    return found


def approve(browser, *shops, key="approve"):
    return post(browser, "/shops/approve", shop=list(shops), client_key=key)


def approve_first(browser):
    return approve(browser, f"S0001:{find_account()}", key="first")


def move(browser, deed, *, reason="消防检查", key="move"):
    return post(browser, f"/shops/S0001/{deed}", reason=reason, client_key=key)


def refused(answer, status, sentence, before):
    assert (answer.status_code, sentence in read(answer)) == (status, True), read(answer)
    assert read_tables() == before
    db.session.rollback()


def test_the_page_says_what_approving_puts_in_force_and_does_that(approver):
    page = read(approver.get("/shops/approve"))
    assert "商户“永兴家政服务部”可以收券" in page
    assert "尾号 5974，从 2026-12-05 起付款" in page

    done = approve_first(approver)

    assert (done.status_code, done.location) == (302, "/shops/approve")
    assert get("S0001").state == ShopState.APPROVED
    assert "没有待批准的商户和账户" in read(approver.get("/shops/approve"))


def test_a_changed_account_waits_three_days_and_the_page_says_so(approver, maker):
    approve_first(approver)
    take(maker, make_book([shop_row(账号=OTHER_NUMBER)], [service_row()]))

    page = read(approver.get("/shops/S0001"))

    assert "批准后等三天，从 2026-12-08 起付到新账户；在此之前仍付到尾号 5974" in page
    assert OTHER_NUMBER not in page
    approve(approver, f"S0001:{find_account()}", key="second")
    firsts = select(ShopAccount.from_date).order_by(ShopAccount.id)
    assert [str(day) for day in db.session.scalars(firsts)] == ["2026-12-05", "2026-12-08"]


def test_an_account_that_was_not_looked_at_is_not_approved(approver, maker):
    seen = find_account()
    take(maker, make_book([shop_row(账号=OTHER_NUMBER)], [service_row()]))
    before = read_tables()

    refused(approve(approver, f"S0001:{seen}"), 409, "待批准的账户刚刚改过，请重新查看", before)
    refused(approve(approver, "S0001:"), 409, "待批准的账户刚刚改过，请重新查看", before)


def test_nobody_approves_their_own_and_nothing_is_approved_by_an_empty_form(app, approver):
    before = read_tables()
    refused(approve(approver), 409, "请先勾选要批准的商户", before)
    refused(approve(approver, "S0001", key="b"), 422, "勾选的内容有误", before)
    own = enter(app, "own")
    with transaction():
        mine = select(Account.id).where(Account.name == "own").scalar_subquery()
        db.session.execute(update(Shop).values(proposed_by=mine))
    before = read_tables()

    refused(approve_first(own), 403, "不能批准自己提交的内容，请由另一人批准", before)
    assert "须由另一人批准" in read(own.get("/shops/S0001"))


def test_the_same_form_sent_twice_approves_once(approver):
    account = find_account()

    first = approve(approver, f"S0001:{account}")
    second = approve(approver, f"S0001:{account}")

    assert first.location == second.location
    approved = select(Event.id).where(Event.action == "shops.approve_shop")
    assert len(db.session.scalars(approved).all()) == 1


def test_the_tills_of_a_suspended_shop_are_refused_at_once_and_work_when_it_reopens(
    approver, maker
):
    approve_first(approver)
    with transaction():
        code = enrol_device(actor=maker, shop_code="S0001", now=clock.now()).code
    with transaction():
        token = open_enrolment(code=code, channel="web", now=clock.now()).token
    seen = {"token": token, "channel": "web"}

    assert move(approver, "suspend").location == "/shops/S0001"
    assert find_till(**seen, now=clock.now()) is None
    db.session.rollback()
    assert move(approver, "reopen", key="back").location == "/shops/S0001"
    assert find_till(**seen, now=clock.now()) is not None
    moves = select(Event).where(Event.action.in_(["shops.suspend_shop", "shops.reopen_shop"]))
    assert [event.facts for event in db.session.scalars(moves)] == [{"reason": "消防检查"}] * 2


def test_suspending_wants_a_reason_and_a_shop_that_is_open(approver):
    before = read_tables()
    refused(move(approver, "suspend"), 409, "商户 S0001 不在营业状态，不能暂停", before)
    approve_first(approver)
    before = read_tables()

    refused(move(approver, "suspend", reason=" "), 422, "请写明原因（不超过200字）", before)
    refused(move(approver, "reopen"), 409, "商户 S0001 没有暂停，不用恢复", before)


def test_a_shops_pin_is_forgotten_and_that_is_an_event(app, approver):
    with transaction():
        db.session.execute(update(Shop).values(pin_hash="kept"))

    done = post(approver, "/shops/S0001/forget-pin", client_key="pin")

    assert done.status_code == 302
    assert get("S0001").pin_hash is None
    forgotten = select(Event.facts).where(Event.action == "shops.clear_shop_pin")
    assert db.session.scalars(forgotten).all() == [{"had_one": True}]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_who_may_see_and_approve_and_suspend(app, maker, role):
    browser = enter(app, "somebody", role)
    listed = browser.get("/shops/").status_code == 200
    page = read(browser.get("/shops/S0001"))
    before = read_tables()
    db.session.rollback()

    posts = {
        approve_first(browser).status_code,
        move(browser, "suspend").status_code,
        move(browser, "reopen", key="r").status_code,
    }

    assert listed == (role is not Role.ASSESSOR)
    knows = {Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR}
    assert ("尾号 5974" in page) == (role in knows)
    if role is not Role.APPROVER:
        assert posts == {403}
        assert read_tables() == before


def test_a_shop_of_another_area_is_not_there(app, maker):
    browser = enter(app, "foreign", area="510104032")
    before = read_tables()
    db.session.rollback()

    assert browser.get("/shops/S0001").status_code == 404
    assert approve(browser, "S0001:1").status_code == 404
    assert move(browser, "suspend").status_code == 404
    assert "没有符合条件的商户" in read(browser.get("/shops/"))
    assert read_tables() == before


def test_a_shop_is_found_by_name_code_community_service_and_state(approver):
    for found in ("q=永兴", "q=s0001", "service=meal", "state=proposed", "state=account_waiting"):
        assert "永兴家政服务部" in read(approver.get(f"/shops/?{found}")), found
    for missed in ("q=别家", "service=haircut", "state=suspended", "community=x"):
        assert "永兴家政服务部" not in read(approver.get(f"/shops/?{missed}")), missed


def test_the_list_sends_the_same_queries_for_one_shop_and_for_three_hundred(approver):
    with count_queries() as few:
        approver.get("/shops/")
        approver.get("/shops/approve")
    shop = get("S0001")
    same = {
        column.name: getattr(shop, column.name)
        for column in Shop.__table__.columns
        if column.name not in ("id", "code", "licence")
    }
    rows = [{**same, "code": f"T{n:04d}", "licence": f"L{n}"} for n in range(299)]
    with transaction():
        db.session.execute(insert(Shop), rows)

    with count_queries() as many:
        page = read(approver.get("/shops/?sort=-name"))
        approver.get("/shops/approve")

    assert len(few) == len(many)
    assert "共 300 行" in page
    assert approver.get("/shops/?format=xlsx").mimetype.endswith("sheet")


def test_a_price_that_changed_stands_with_the_one_before(approver, maker, home):
    clock.set_clock(home, clock.now() + timedelta(days=2))
    take(maker, make_book([shop_row()], [service_row(price=20)]))
    make_account(name="worker", role=Role.WORKER)
    sign_in(approver, name="worker")

    page = read(approver.get("/shops/S0001"))

    assert '<td class="number">20.00</td>' in page
    assert "15.50（2026-12-05—2026-12-07）" in page
