"""Deeds that take back, end or pay, each with its button pressed twice at once: done once."""

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.browsing import Site, sign_in_at
from voucher.audit.models import Event
from voucher.db import db
from voucher.upkeep.checks import run_checks


def count_events(site: Site, action: str) -> int:
    with site.app.app_context():
        count = db.session.scalar(select(func.count(Event.id)).where(Event.action == action))
        db.session.remove()
    return count or 0


def press_twice(page: Page, name: str) -> None:
    for reason in page.locator("main form textarea, main form input[name=reason]").all():
        reason.fill("核对后办理")
    page.get_by_role("button", name=name).dblclick()
    expect(page.get_by_role("status").first).to_be_visible()


def test_what_is_pressed_twice_is_done_once(serve_town, browse):
    site = serve_town("living")
    checker = sign_in_at(browse(), site, "checker")
    finance = sign_in_at(browse(), site, "finance")
    other = sign_in_at(browse(), site, "other-finance")
    before = {
        name: count_events(site, name)
        for name in ("vouchers.void_of_departed", "redemptions.reverse")
    }

    finance.goto(f"{site.url}/redemptions/2/reverse")
    press_twice(finance, "申请冲正")
    for case, button in ((1, "作废 1 张券"), (2, "批准冲正"), (3, "批准冲正")):
        checker.goto(f"{site.url}/cases/{case}")
        press_twice(checker, button)
    checker.goto(f"{site.url}/vouchers/?state=active")
    serial = checker.locator("main table tbody a").last.inner_text().replace(" ", "")
    checker.goto(f"{site.url}/vouchers/void?first={serial}&last=")
    press_twice(checker, "作废 1 张券")
    checker.goto(f"{site.url}/runs/2")
    press_twice(checker, "取消批次")
    other.goto(f"{site.url}/settlements/approve")
    press_twice(other, "批准这 1 张")

    done = {name: count_events(site, name) - before[name] for name in before}
    assert done == {"vouchers.void_of_departed": 1, "redemptions.reverse": 2}
    assert count_events(site, "redemptions.ask_reversal") == 2
    assert count_events(site, "vouchers.cancel_run") == 1
    assert count_events(site, "vouchers.void") == 1
    assert count_events(site, "settlements.approve") == 1
    with site.app.app_context():
        assert run_checks()["breaches"] == []
        db.session.remove()
