"""An assessment at a bedside in a real browser: no network, a restart, two devices, two people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import select

from tests.accounts.factories import PASSWORD, make_account
from tests.browsing import (
    CHROMIUM,
    NARROW,
    PATIENCE_MS,
    QUIET,
    WIDE,
    Site,
    find_barriers,
    sign_in_at,
    take_picture,
)
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment, AssessmentDraft
from voucher.db import db
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT, get_instrument

INSTRUMENT = get_instrument(GBT)
ITEMS = [item.id for item in INSTRUMENT.items]
EVENTS = [question.id for question in INSTRUMENT.records.questions if question.event]


@pytest.fixture
def site(serve_town) -> Site:
    site = serve_town("founded")
    with site.app.app_context():
        for name in ("first", "second"):
            make_account(name=name, role=Role.ASSESSOR)
        db.session.remove()
    return site


@pytest.fixture
def person(site: Site) -> str:
    with site.app.app_context():
        found = db.session.scalars(select(Resident.public_id).order_by(Resident.id)).first()
        db.session.remove()
    assert found is not None
    return found


@contextmanager
def open_phone(playwright: Playwright, folder: Path) -> Iterator[BrowserContext]:
    """A phone whose browser may be closed and opened again: it keeps what a phone keeps."""
    context = playwright.chromium.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, headless=True, args=[*QUIET], viewport=NARROW
    )
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    yield context
    context.close()
    assert faults == []


def check(page: Page, name: str, viewport: dict[str, int]) -> None:
    """A page has no barriers and is no wider than the screen."""
    take_picture(page, f"bedside-{name}-{viewport['width']}")
    assert find_barriers(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name


def choose(page: Page, at: str, value: str) -> None:
    page.locator(f'[name="{at}"][value="{value}"]').check()


def wait_kept(page: Page, words: str) -> None:
    expect(page.locator("#kept")).to_have_text(words)


def draw(page: Page) -> None:
    """Write a name on the board with the finger."""
    board = page.locator("canvas")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 40 + step * 15, box["y"] + 40 + (step % 3) * 20)
    page.mouse.up()


def answer_the_rest(page: Page) -> None:
    for at in EVENTS:
        choose(page, at, "0")
    choose(page, "A.1.3", "first")
    page.locator('[name="A.3.1"]').fill("王小明")
    choose(page, "A.3.2", "child")
    choose(page, "A.5.11", "no")
    draw(page)


KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("bedside");
  asked.onsuccess = () => {
    const db = asked.result;
    if (!db.objectStoreNames.contains("drafts")) {
      db.close();
      done([]);
      return;
    }
    const keys = db.transaction("drafts").objectStore("drafts").getAllKeys();
    keys.onsuccess = () => {
      db.close();
      done(keys.result);
    };
  };
})"""


def list_kept(page: Page) -> list[str]:
    """List the drafts that lie on this phone."""
    kept: list[str] = page.evaluate(KEPT)
    return kept


def read_account(site: Site) -> int:
    with site.app.app_context():
        found = db.session.scalars(select(Account.id).where(Account.name == "first")).one()
        db.session.remove()
    return found


def read_rows(site: Site) -> tuple[list[Assessment], list[str]]:
    with site.app.app_context():
        rows = list(db.session.scalars(select(Assessment)))
        states = list(db.session.scalars(select(AssessmentDraft.state)))
        db.session.expunge_all()
        db.session.remove()
    return rows, states


def test_a_cut_network_and_a_restarted_phone_end_in_one_assessment_that_two_people_signed(
    playwright, site, person, tmp_path
):
    folder = tmp_path / "phone"
    with open_phone(playwright, folder) as phone:
        page = sign_in_at(phone, site, "first")
        page.goto(f"{site.url}/assessments/new/{person}")
        page.locator("body[data-ready]").wait_for()
        address = page.url
        expect(page.locator("[data-name]")).to_have_text("王秀英，85 岁")
        for at in ITEMS[:10]:
            choose(page, at, "1")
        wait_kept(page, "已送到系统")
        phone.set_offline(True)
        for at in ITEMS[10:20]:
            choose(page, at, "1")
        choose(page, "A.4.1", "F00-F03")
        wait_kept(page, "没有网络，已存在本机")
        expect(page.locator("#rules")).to_contain_text("加重一级")
    with open_phone(playwright, folder) as phone:
        phone.set_offline(True)
        page = phone.new_page()
        page.goto(address)
        expect(page.locator("[data-name]")).to_have_text("王秀英，85 岁")
        expect(page.locator(f'[name="{ITEMS[19]}"][value="1"]')).to_be_checked()
        for at in ITEMS[20:]:
            choose(page, at, "1")
        choose(page, "B.3.9", "2")
        answer_the_rest(page)
        wait_kept(page, "没有网络，已存在本机")
        check(page, "offline", NARROW)
        phone.set_offline(False)
        page.get_by_role("link", name="登录后继续").click()
        page.get_by_label("账号").fill("first")
        page.get_by_label("密码").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url(address)
        choose(page, "background_1", "social")
        wait_kept(page, "已送到系统")
        expect(page.locator("#proposal")).to_contain_text("拟：能力中度受损")
        page.get_by_role("button", name="签字").dblclick()
        page.get_by_role("heading", name="请第二名评估员在这里确认").wait_for()
        check(page, "waiting", NARROW)
        assert read_rows(site) == ([], ["signed"])
        page.get_by_label("您的姓名（第二名评估员）").fill("罗伟")
        page.get_by_label("您的专业背景").select_option("nursing")
        page.get_by_label("第二名评估员的账号").fill("second")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="确认这份评估").click()
        page.get_by_role("heading", name="王秀英的评估").wait_for()
        check(page, "confirmed", NARROW)

    (one,), states = read_rows(site)
    assert states == ["confirmed"]
    assert one.options == {**dict.fromkeys(ITEMS, 1), "B.3.9": 2}
    assert (one.assessor_1, one.assessor_2, one.points["B.3.9"]) == ("first", "罗伟", 1)


def test_two_devices_that_differ_are_shown_item_by_item_and_every_page_is_without_barriers(
    browse, site, person
):
    phone, desk = browse(viewport=NARROW), browse(english=True, viewport=WIDE)
    pages = [sign_in_at(context, site, "first") for context in (phone, desk)]
    for page in pages:
        page.goto(f"{site.url}/assessments/new/{person}")
        page.locator("body[data-ready]").wait_for()
    choose(pages[0], "B.1.1", "1")
    wait_kept(pages[0], "已送到系统")
    choose(pages[1], "B.1.1", "3")

    pages[1].locator("#conflict-title").wait_for()
    check(pages[1], "conflict", WIDE)
    pages[1].locator('[name="keep-B.1.1"][value="theirs"]').check()
    pages[1].locator("[data-settle]").click()
    expect(pages[1].locator('[name="B.1.1"][value="1"]')).to_be_checked()
    check(pages[1], "form", WIDE)
    choose(pages[0], "B.3.9", "5")
    choose(pages[0], "A.5.11", "no")
    expect(pages[0].locator("#clashes")).to_contain_text("两处要一致")
    pages[0].get_by_role("button", name="签字").click()
    check(pages[0], "refused", NARROW)
    for page, viewport in zip(pages, (NARROW, WIDE), strict=True):
        page.goto(f"{site.url}/assessments/waiting")
        check(page, "none", viewport)
    assert list_kept(pages[0]) == [f"{GBT}/{person}/{read_account(site)}"]
    pages[0].get_by_role("button", name="退出登录").click()
    pages[0].wait_for_url(f"{site.url}/sign-in")

    assert list_kept(pages[0]) == []
    assert read_rows(site) == ([], ["open"])
