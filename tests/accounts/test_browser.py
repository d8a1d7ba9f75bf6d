"""Accounts and events in a real browser: the forms that wait, the second factor, the pages."""

import re

import pytest
from sqlalchemy import insert

from tests.accounts.factories import PASSWORD, make_account, read_code
from tests.browsing import (
    BOTH_READERS,
    NARROW,
    READERS,
    WIDE,
    find_barriers,
    sign_in_at,
    take_picture,
)
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.queries import get_actor
from voucher.audit.operations import seal_events
from voucher.db import db, transaction
from voucher.divisions.models import Division

VIEWS = pytest.mark.parametrize(READERS, BOTH_READERS, ids=["zh-360", "en-1440"])


def judge(page, name, english, viewport):
    """Look at a page as it stands: no barrier, no sideways scrolling, and a picture for people."""
    take_picture(page, f"{name}-{'en' if english else 'zh'}-{viewport['width']}")
    assert find_barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def add_people(site):
    """Give the town an administrator and enough colleagues for two pages."""
    with site.app.app_context():
        make_account(name="admin", role=Role.ADMIN)
        area = db.session.query(Division).filter_by(code="510104001001").one().id
        rows = [
            {
                "name": f"colleague{number:02d}",
                "role": "worker",
                "password_hash": "x",
                "session_mark": f"mark-{number}",
                "made_at": clock.now(),
                "division_id": area,
            }
            for number in range(60)
        ]
        with transaction():
            db.session.execute(insert(Account), rows)
            seal_events(now=clock.now())
        db.session.remove()


def press(page, title):
    page.locator("main").get_by_role("button", name=title).click()


@VIEWS
def test_the_administrators_pages_have_no_barriers(serve_town, browse, english, viewport):
    site = serve_town("founded")
    add_people(site)
    page = sign_in_at(browse(english=english, viewport=viewport), site, "admin")

    for name, path in (("accounts", "/accounts/"), ("own", "/account"), ("new", "/accounts/new")):
        page.goto(site.url + path)
        judge(page, name, english, viewport)
    page.fill("#name", "li.si")
    page.select_option("#role", "worker")
    page.select_option("#area", "510104001001")
    page.locator("main form button").click()
    page.wait_for_selector("#first-password")
    judge(page, "first-password", english, viewport)
    page.goto(f"{site.url}/accounts/?q=li.si")
    page.get_by_role("link", name="li.si").click()
    page.wait_for_selector("#duty-title")
    judge(page, "account", english, viewport)
    page.goto(f"{site.url}/accounts/?q=nobody")
    judge(page, "accounts-empty", english, viewport)


@VIEWS
def test_the_auditors_pages_have_no_barriers(serve_town, browse, english, viewport):
    site = serve_town("issued")
    add_people(site)
    page = sign_in_at(browse(english=english, viewport=viewport), site, "auditor")

    page.goto(f"{site.url}/events/")
    judge(page, "events", english, viewport)
    page.goto(f"{site.url}/events/?action=ledger.set_budget")
    page.locator("td a").first.click()
    page.wait_for_selector("#seal-title")
    judge(page, "event", english, viewport)
    page.goto(f"{site.url}/events/?from=2030-01-01")
    judge(page, "events-empty", english, viewport)


@VIEWS
def test_a_second_factor_is_set_up_and_asked_for(serve_town, browse, english, viewport):
    site = serve_town("founded")
    context = browse(english=english, viewport=viewport)
    page = sign_in_at(context, site, "finance")
    page.goto(f"{site.url}/account")
    page.locator('main a[href="/second-factor"]').click()
    page.wait_for_selector(".factor-code path")
    judge(page, "second-factor", english, viewport)
    secret = "".join(page.locator(".factor-secret span").all_inner_texts())
    with site.app.app_context():
        now = clock.now()
        first, second = read_code(secret, at=now), read_code(secret, at=now.replace(year=2027))

    page.fill("#code", first)
    page.locator("main form button").click()
    page.wait_for_url(f"{site.url}/")
    site.set_clock(now.replace(year=2027).isoformat())
    page.goto(f"{site.url}/sign-in")
    page.fill("#name", "finance")
    page.fill("#password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_selector("#code")
    judge(page, "code", english, viewport)
    page.fill("#code", second)
    page.locator("main form button").click()

    page.wait_for_url(f"{site.url}/")
    assert page.locator("h1").inner_text() != ""


def test_a_form_that_met_an_expired_session_goes_on_by_itself(serve_town, browse):
    site = serve_town("founded")
    add_people(site)
    page = sign_in_at(browse(viewport=WIDE), site, "admin")
    page.goto(f"{site.url}/accounts/new")
    page.fill("#name", "王芳")
    page.select_option("#role", "desk")
    with site.app.app_context():
        site.set_clock(clock.now().replace(hour=12).isoformat())

    press(page, "建立账号")
    page.wait_for_selector("#password")
    judge(page, "sign-in-kept", False, WIDE)
    assert "刚才填写的内容还在" in page.locator("main").inner_text()
    page.fill("#name", "admin")
    page.fill("#password", PASSWORD)
    press(page, "登录")

    page.wait_for_selector("#first-password")
    with site.app.app_context():
        assert get_actor(name="王芳", channel="test").role == Role.DESK


def test_a_grave_deed_with_an_old_password_asks_for_it_and_goes_on(serve_town, browse):
    site = serve_town("founded")
    add_people(site)
    page = sign_in_at(browse(viewport=NARROW), site, "admin")
    page.goto(f"{site.url}/accounts/?q=worker")
    page.get_by_role("link", name=re.compile("^worker$")).click()
    page.select_option("#role", "desk")
    with site.app.app_context():
        site.set_clock(clock.now().replace(minute=20).isoformat())

    press(page, "保存角色和辖区")
    page.wait_for_selector("#password")
    judge(page, "confirm", False, NARROW)
    page.fill("#password", PASSWORD)
    press(page, "继续")

    page.wait_for_selector("text=角色和辖区已更改，立即生效。")
    with site.app.app_context():
        assert get_actor(name="worker", channel="test").role == Role.DESK
