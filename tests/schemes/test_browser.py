"""Two approvers adopt a district's own scheme in a real browser, and people are graded by it."""

import re

from sqlalchemy import select

from tests.accounts.factories import PASSWORD
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
    folder = tmp_path / "schemes"
    text = get_programme(CLASSES).text.replace("version = 1", "version = 2", 1)
    write_own(folder, "own.toml", text.replace('en = "Jinjiang', 'en = "Own'))
    write_own(folder, "wrong.toml", make_instrument().replace("total = 29", "total = 28"))
    monkeypatch.setenv("VOUCHER_SCHEMES", str(folder))
    site = serve_town("founded")

    one = sign_in_at(browse(), site, "approver")
    one.goto(f"{site.url}/schemes/own")
    check(one, "own")
    one.get_by_role("link", name="wrong.toml").click()
    check(one, "wrong")
    one.goto(f"{site.url}/schemes/own")
    one.get_by_role("link", name="预览并提交").click()
    check(one, "candidate")
    one.get_by_label("施行日期").fill("2026-12-05")
    one.get_by_role("button", name="提交，等待另一人批准").click()
    one.wait_for_url(re.compile(r"/schemes/own/1$"))

    other = sign_in_at(browse(), site, "checker")
    other.goto(f"{site.url}/schemes/")
    other.get_by_role("link", name=CLASSES, exact=True).click()
    check(other, "adoption")
    other.get_by_role("button", name="批准采用").click()
    if other.get_by_label("密码").is_visible():
        other.get_by_label("密码").fill(PASSWORD)
        other.locator("main button").first.click()
    assert other.get_by_text("已批准，从 2026-12-05 起施行").is_visible()
    other.get_by_role("link", name="看这个方案").click()
    check(other, "programme")
    other.goto(f"{site.url}/schemes/")
    check(other, "list")
    other.goto(f"{site.url}/schemes/gbt-42195-2022/1")
    check(other, "instrument")

    worker = sign_in_at(browse(), site, "worker")
    worker.goto(f"{site.url}/levels/grade")
    worker.get_by_label("方案").select_option(CLASSES)
    worker.get_by_role("button", name="开始评定").click()
    worker.wait_for_url(re.compile(r"/levels/\?scale="))

    with site.app.app_context():
        used = select(SchemeVersion.version, SchemeVersion.content).join(
            CareLevel, CareLevel.scheme_version_id == SchemeVersion.id
        )
        assert {tuple(row) for row in db.session.execute(used)} == {
            (2, (folder / "own.toml").read_text(encoding="utf-8"))
        }
        db.session.remove()
