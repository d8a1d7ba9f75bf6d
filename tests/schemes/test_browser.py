"""Two approvers adopt a district's own scheme in a real browser, and people are graded by it."""

import re

from sqlalchemy import select

from tests.browsing import NARROW, WIDE, find_barriers, sign_in_at, take_picture
from tests.schemes.own import make_instrument, write_own
from voucher.care_levels.models import CareLevel
from voucher.db import db
from voucher.schemes.models import SchemeVersion
from voucher.schemes.queries import get_programme

CLASSES = "shangcheng-six-classes"


def check(page, name: str) -> None:
    """A page has no barriers and is no wider than the screen: Chinese on a phone, English wide."""
    for language, viewport in (("en", WIDE), ("zh-CN", NARROW)):
        page.set_viewport_size(viewport)
        page.locator(f"header button[lang='{language[:2]}']").click()
        page.wait_for_selector(f"html[lang='{language}']")
        take_picture(page, f"{name}-{viewport['width']}")
        assert find_barriers(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name


def test_a_scheme_of_the_districts_own_is_adopted_shown_and_graded_by(
    serve_town, browse, tmp_path, monkeypatch
):
    text = get_programme(CLASSES, 1).text.replace("version = 1", "version = 2", 1)
    write_own(tmp_path / "schemes", "own.toml", text)
    wrong = make_instrument().replace("total = 29", "total = 28")
    write_own(tmp_path / "schemes", "wrong.toml", wrong)
    monkeypatch.setenv("VOUCHER_SCHEMES", str(tmp_path / "schemes"))
    site = serve_town("founded")

    propose(sign_in_at(browse(), site, "approver"), f"{site.url}/schemes/own")
    approve(sign_in_at(browse(), site, "checker"), f"{site.url}/schemes/")
    worker = sign_in_at(browse(), site, "worker")
    worker.goto(f"{site.url}/levels/grade")
    worker.get_by_label("方案").select_option(CLASSES)
    worker.get_by_role("button", name="开始评定").click()
    worker.wait_for_url(re.compile(r"/levels/\?scale="))

    with site.app.app_context():
        used = select(SchemeVersion.version, SchemeVersion.content).join(
            CareLevel, CareLevel.scheme_version_id == SchemeVersion.id
        )
        assert {tuple(row) for row in db.session.execute(used)} == {(2, text)}
        db.session.remove()


def propose(page, address: str) -> None:
    page.goto(address)
    check(page, "own")
    page.get_by_role("link", name="wrong.toml").click()
    check(page, "wrong")
    page.goto(address)
    page.get_by_role("link", name="预览并提交").click()
    check(page, "candidate")
    page.get_by_label("施行日期").fill("2026-12-05")
    page.get_by_role("button", name="提交，等待另一人批准").click()
    page.wait_for_url(re.compile(r"/schemes/own/1$"))


def approve(page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name=CLASSES, exact=True).click()
    check(page, "adoption")
    page.get_by_role("button", name="批准采用").click()
    assert page.get_by_text("已批准，从 2026-12-05 起施行").is_visible()
    page.get_by_role("link", name="看这个方案").click()
    check(page, "programme")
    page.goto(address)
    check(page, "list")
    page.goto(f"{address}gbt-42195-2022/1")
    check(page, "instrument")
