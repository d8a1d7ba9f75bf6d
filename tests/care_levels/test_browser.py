"""An appeal as people make it: from the file to the decision and its letter, on a phone."""

from datetime import date

from tests.browsing import NARROW, WIDE, find_barriers, sign_in_at, take_picture
from tests.care_levels.factories import NATIONAL, OTHER_PAIR, assess, confirm, grade
from voucher.accounts.queries import get_actor
from voucher.db import db
from voucher.schemes.queries import GBT

DAY = date(2026, 12, 1)


def prepare(site):
    """Assess and grade two people; one level is confirmed, one waits."""
    with site.app.app_context():
        worker, approver = (get_actor(name=name, channel="test") for name in ("worker", "approver"))
        assess(worker, on=DAY, lost=30, diagnoses="F00-F03")
        grade(worker, on=DAY, programme=NATIONAL)
        confirm(approver, on=DAY, scale=GBT)
        assess(worker, resident_id=2, on=DAY, lost=50)
        grade(worker, on=DAY, programme=NATIONAL)
        assess(worker, on=date(2026, 12, 5), lost=70, assessors=OTHER_PAIR)
        db.session.remove()


def look(page, name):
    """Take the page's picture; it has no barrier and does not scroll sideways."""
    take_picture(page, name)
    assert find_barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_appeal_goes_from_the_file_to_the_decision_and_its_letter(
    serve_town, browse, monkeypatch
):
    monkeypatch.setenv("VOUCHER_REASSESS_MONTHS", "6")
    site = serve_town("founded")
    prepare(site)
    page = sign_in_at(browse(viewport=NARROW), site, "worker")
    page.goto(f"{site.url}/residents")
    page.get_by_role("link", name="王秀英").click()
    page.get_by_role("link", name="看依据").first.click()
    person = page.url.split("/")[-2]
    look(page, "level-360")

    page.get_by_role("link", name="登记申诉").click()
    page.get_by_label("申诉人").fill("王强")
    page.get_by_label("与老人的关系").select_option("child")
    page.get_by_label("申诉理由").fill("母亲夜里需要人扶")
    look(page, "appeal-new-360")
    page.get_by_role("button", name="登记申诉").click()
    look(page, "appeal-registered-360")
    page.get_by_role("button", name="用这次作复评").click()
    page.get_by_text("已记下复评").wait_for()

    decider = sign_in_at(browse(viewport=NARROW), site, "checker")
    decider.goto(f"{site.url}/appeals/1")
    decider.get_by_label("改为复评的等级").check()
    decider.get_by_label("决定的理由").fill("复评与病历一致")
    look(decider, "appeal-decide-360")
    decider.get_by_role("button", name="作出决定").click()
    with decider.expect_download() as given:
        decider.get_by_role("link", name="打印决定书").click()
    assert given.value.suggested_filename == "decision-000001.pdf"

    read_in_english(sign_in_at(browse(english=True, viewport=WIDE), site, "checker"), site, person)


def read_in_english(english, site, person):
    for name, path in (
        ("level", "/levels/of/{person}/1"),
        ("appeal", "/appeals/1"),
        ("appeals", "/appeals/"),
        ("due", "/levels/due?by=2027-06-30"),
        ("reject", "/levels/proposals/2/reject"),
        ("letters", "/printouts/letters"),
        ("list", "/levels/"),
    ):
        english.goto(site.url + path.format(person=person))
        look(english, f"{name}-1440")
    english.goto(f"{site.url}/levels/proposals/2/reject")
    english.locator("#reason").fill("与病历不符")
    english.locator("main form button").click()
    english.goto(f"{site.url}/levels/rejected")
    look(english, "rejected-1440")
