"""An assessment at a bedside in a real browser: no network, a restart, two devices, two people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import insert, select

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
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment, AssessmentDraft
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.db import db, transaction
from voucher.periods import local_date
from voucher.residents.models import Resident
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument
from voucher.sealing import seal

INSTRUMENT = get_instrument(GBT, 1)
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


def begin_and_lose_the_network(phone: BrowserContext, page: Page) -> None:
    """Answer some items, lose the network, answer some more."""
    for at in ITEMS[:10]:
        choose(page, at, "1")
    wait_kept(page, "已送到系统")
    phone.set_offline(True)
    for at in ITEMS[10:20]:
        choose(page, at, "1")
    choose(page, "A.4.1", "F00-F03")
    wait_kept(page, "没有网络，已存在本机")
    expect(page.locator("#rules")).to_contain_text("加重一级")


def finish_without_a_network(page: Page) -> None:
    expect(page.locator("[data-name]")).to_have_text("王秀英，85 岁")
    expect(page.locator(f'[name="{ITEMS[19]}"][value="1"]')).to_be_checked()
    for at in ITEMS[20:]:
        choose(page, at, "1")
    choose(page, "B.3.9", "2")
    answer_the_rest(page)
    wait_kept(page, "没有网络，已存在本机")
    check(page, "offline", NARROW)


def sign_in_again_and_sign(page: Page, address: str) -> None:
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


def confirm_on_the_same_phone(page: Page) -> None:
    page.get_by_label("您的姓名（第二名评估员）").fill("罗伟")
    page.get_by_label("您的专业背景").select_option("nursing")
    page.get_by_label("第二名评估员的账号").fill("second")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认这份评估").dblclick()
    page.get_by_role("heading", name="王秀英的评估").wait_for()
    check(page, "confirmed", NARROW)


def test_a_cut_network_and_a_restarted_phone_end_in_one_assessment_that_two_people_signed(
    playwright, site, person, tmp_path
):
    folder = tmp_path / "phone"
    with open_phone(playwright, folder) as phone:
        page = open_form(phone, site, person)
        address = page.url
        begin_and_lose_the_network(phone, page)
    with open_phone(playwright, folder) as phone:
        phone.set_offline(True)
        page = phone.new_page()
        page.goto(address)
        finish_without_a_network(page)
        phone.set_offline(False)
        sign_in_again_and_sign(page, address)
        unconfirmed = read_rows(site)
        confirm_on_the_same_phone(page)

    (one,), states = read_rows(site)
    assert (unconfirmed, states) == (([], ["signed"]), ["confirmed"])
    assert one.options == {**dict.fromkeys(ITEMS, 1), "B.3.9": 2}
    assert (one.assessor_1, one.assessor_2, one.points["B.3.9"]) == ("first", "罗伟", 1)


def open_form(context: BrowserContext, site: Site, person: str) -> Page:
    page = sign_in_at(context, site, "first")
    page.goto(f"{site.url}/assessments/new/{person}")
    page.locator("body[data-ready]").wait_for()
    return page


def assess_elsewhere(site: Site) -> None:
    """Have the person assessed by others: another answer to the first item."""
    with site.app.app_context(), transaction():
        now = clock.now()
        db.session.execute(
            insert(Assessment).values(
                public_id="elsewhere",
                resident_id=db.session.scalars(select(Resident.id).order_by(Resident.id)).first(),
                scheme_version_id=freeze_scheme(scheme=INSTRUMENT, now=now),
                assessed_date=local_date(now),
                assessor_1="甲",
                assessor_2="乙",
                points={item.id: item.maximum for item in INSTRUMENT.items},
                options={**dict.fromkeys(ITEMS, 1), "B.1.1": 5},
                diagnoses_sealed=seal("", column=DIAGNOSES_COLUMN, row="elsewhere"),
                events={},
                coma=False,
                recorded_at=now,
                recorded_by=1,
            )
        )


def settle(page: Page, at: str) -> None:
    """Take what the system has of the one item that differs."""
    page.locator("#conflict-title").wait_for()
    assert page.locator("#differences fieldset").count() == 1
    page.locator(f'[name="keep-{at}"][value="theirs"]').check()
    page.locator("[data-settle]").click()


def refuse_another_account(phone: BrowserContext, page: Page, site: Site) -> None:
    """Who signs in next on the same phone sees nothing of the first one's draft, also offline."""
    address = page.url
    phone.clear_cookies()
    page.reload()
    page.wait_for_url(f"{site.url}/sign-in?*")
    other = sign_in_at(phone, site, "second")
    phone.set_offline(True)
    other.goto(address)
    expect(other.locator("#stopped")).to_contain_text("本机没有这位老人的草稿")
    assert "王秀英" not in other.content()
    phone.set_offline(False)


def test_what_differs_is_shown_item_by_item_and_every_page_is_without_barriers(
    browse, site, person
):
    phone, desk = browse(viewport=NARROW), browse(english=True, viewport=WIDE)
    page, other = (open_form(context, site, person) for context in (phone, desk))
    choose(page, "B.1.1", "1")
    wait_kept(page, "已送到系统")
    choose(other, "B.1.1", "3")
    other.locator("#conflict-title").wait_for()
    check(other, "conflict", WIDE)
    settle(other, "B.1.1")
    expect(other.locator('[name="B.1.1"][value="1"]')).to_be_checked()
    check(other, "form", WIDE)
    choose(page, "B.3.9", "5")
    choose(page, "A.5.11", "no")
    expect(page.locator("#clashes")).to_contain_text("两处要一致")
    page.get_by_role("button", name="签字").click()
    check(page, "refused", NARROW)
    for at in ITEMS:
        choose(page, at, "1")
    answer_the_rest(page)
    choose(page, "background_1", "medical")
    wait_kept(page, "已送到系统")
    assess_elsewhere(site)
    page.get_by_role("button", name="签字").click()
    settle(page, "B.1.1")
    expect(page.locator('[name="B.1.1"][value="5"]')).to_be_checked()
    other.goto(f"{site.url}/assessments/waiting")
    check(other, "none", WIDE)

    wait_kept(page, "已送到系统")
    assert list_kept(page) == [f"{GBT}/{person}/{read_account(site)}"]
    refuse_another_account(phone, page, site)
    other.locator("header form").last.locator("button").click()
    other.wait_for_url(f"{site.url}/sign-in")
    assert list_kept(other) == []
    assert [row.public_id for row in read_rows(site)[0]] == ["elsewhere"]
    assert read_rows(site)[1] == ["open"]
