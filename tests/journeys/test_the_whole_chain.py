"""
The whole chain in real browsers: every person at their own, from a roster to a paid shop.

Every button that moves value is pressed twice at once. What came out is asked of the books.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from tests.accounts.factories import make_account
from tests.assessments.factories import make_answers
from tests.browsing import NARROW, Site, launch, open_browser, sign_in_at
from tests.doors.town import COMMUNITY, ROSTER, ROSTER_TITLES, describe_person
from tests.redemptions.counter import give_pin, wait_at
from tests.redemptions.filming import take_frame, write_film
from tests.workbooks.factories import make_workbook
from voucher.access import Role
from voucher.config import read_key
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.queries.sheets import Office, list_sheet_vouchers
from voucher.redemptions.models import Redemption
from voucher.settlements.models import Settlement
from voucher.signing import load_keyring
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import IssueRun, Voucher

NEWCOMER = describe_person("陈桂芳", "19520304", 6, COMMUNITY, "")
FAULTY = (
    *describe_person("赵强", "19500101", 7, COMMUNITY, "")[:1],
    "12345",
    "",
    *COMMUNITY,
    "",
    "",
    "",
)
CARE = "national-2026"
SETTLED = "2026-12-31"

SignIn = Callable[[str], Page]


@pytest.fixture
def site(serve_town) -> Site:
    """Give a town with people, shops and accounts, and nothing issued yet."""
    site = serve_town("founded")
    with site.app.app_context():
        make_account(name="desk", role=Role.DESK)
        db.session.remove()
    return site


@pytest.fixture
def enter(site: Site, browse: Callable[..., BrowserContext]) -> SignIn:
    """Give what signs a person in at a browser of their own, once; afterwards it is their page."""
    pages: dict[str, Page] = {}

    def enter_once(name: str) -> Page:
        if name not in pages:
            pages[name] = sign_in_at(browse(), site, name)
        return pages[name]

    return enter_once


def ask_books(site: Site, question: Any) -> Any:
    with site.app.app_context():
        answer = db.session.scalar(question)
        db.session.remove()
    return answer


def press(page: Page, name: str) -> None:
    """Press a button twice, as an impatient hand does, and wait for what follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).dblclick()
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("#refused").count() == 0, page.locator("#refused").inner_text()


def bring_file(page: Page, site: Site, path: str, file: Path) -> None:
    """Upload a workbook, look at its preview and confirm it."""
    page.goto(f"{site.url}{path}")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("button", name="确认导入")).to_be_visible()


def test_the_whole_chain_from_a_roster_to_a_paid_shop(site, enter, playwright, tmp_path):
    import_people(site, enter("worker"), tmp_path)
    grade_and_confirm(site, enter("worker"), enter("approver"), tmp_path)
    fund(site, enter("finance"), enter("other-finance"))
    issue(site, enter("worker"), enter("approver"))
    print_and_hand_over(site, enter("worker"))
    code = enrol(site, enter("approver"))
    redeem_by_camera(site, playwright, code, tmp_path)
    answer_the_telephone(site, enter("desk"))
    site.set_clock("2027-01-02T10:00:00+08:00")
    settle_and_pay(site, enter)

    with site.app.app_context():
        assert run_checks()["breaches"] == []
        db.session.remove()
    assert ask_books(site, select(func.count(Redemption.id))) == 1
    paid = select(func.sum(Settlement.amount_fen)).where(Settlement.state == "paid")
    assert ask_books(site, paid) == 3000


def import_people(site: Site, page: Page, folder: Path) -> None:
    roster = folder / "roster.xlsx"
    roster.write_bytes(make_workbook([ROSTER_TITLES, *ROSTER, NEWCOMER, FAULTY]))
    bring_file(page, site, "/residents/import", roster)
    said = page.locator("main").inner_text()
    assert "应为18位，实际5位" in said
    press(page, "确认导入")
    page.goto(f"{site.url}/residents?name=chenguifang")
    assert page.get_by_role("link", name="陈桂芳").count() == 1


def grade_and_confirm(site: Site, worker: Page, approver: Page, folder: Path) -> None:
    answers = make_answers({"身份证号": ROSTER[0][1], "评估日期": "2026-12-01", "B.1.1": 0})
    answers |= {title: 0 for title in answers if str(title).startswith("B.")}
    book = folder / "assessments.xlsx"
    book.write_bytes(make_workbook([tuple(answers), tuple(answers.values())]))
    bring_file(worker, site, "/assessments/import", book)
    press(worker, "确认导入")
    worker.goto(f"{site.url}/levels/grade")
    worker.get_by_label("方案").select_option(CARE)
    press(worker, "开始评定")
    approver.goto(f"{site.url}/levels/gbt-42195-2022/confirm")
    press(approver, "确认 1 人的等级")


def fund(site: Site, maker: Page, checker: Page) -> None:
    for programme in ("jinjiang-age-bands", CARE):
        maker.goto(f"{site.url}/budgets/new")
        maker.get_by_label("方案").select_option(programme)
        maker.get_by_label("月份").fill("2026-12")
        maker.get_by_label("金额").fill("2,000")
        press(maker, "提交，等待批准")
    for budget in (1, 2):
        checker.goto(f"{site.url}/budgets/{budget}")
        press(checker, "批准，立即生效")


def issue(site: Site, worker: Page, approver: Page) -> None:
    worker.goto(f"{site.url}/runs/new")
    worker.get_by_label("方案").select_option("jinjiang-age-bands")
    worker.get_by_label("月份").select_option("2026-12")
    worker.get_by_role("button", name="试算").click()
    press(worker, "保存草稿")
    assert ask_books(site, select(func.count(IssueRun.id))) == 1
    approver.goto(f"{site.url}/runs/1")
    press(approver, "批准：")
    site.work()
    expect(approver.get_by_text("已制发").first).to_be_visible()
    assert ask_books(site, select(func.count(Voucher.id))) == 6


def print_and_hand_over(site: Site, worker: Page) -> None:
    worker.goto(f"{site.url}/printouts/1")
    with worker.expect_navigation():
        worker.locator("main form button").first.dblclick()
    site.work()
    worker.goto(f"{site.url}/printouts/1")
    press(worker, "放行：")
    expect(worker.locator("a[href*='/files/']").first).to_be_visible()
    worker.goto(f"{site.url}/handovers/1")
    for link in [one.get_attribute("href") for one in worker.locator("main table a").all()]:
        worker.goto(f"{site.url}{link}")
        press(worker, "全部已发")
    active = select(func.count(Voucher.id)).where(Voucher.state == "active")
    assert ask_books(site, active) == 6


def enrol(site: Site, approver: Page) -> str:
    approver.goto(f"{site.url}/devices/new?shop=S0001")
    approver.get_by_role("button", name="领取绑定码").click()
    return approver.locator(".code-text").inner_text()


def read_paper(site: Site) -> Any:
    """Give the newcomer's printed voucher."""
    with site.app.app_context():
        keys = site.home.path / "keys"
        ring = load_keyring(keys, wrapping_key=read_key(site.home, "wrap"))
        office = Office(site.home.host, site.home.desk_phone, is_test=True)
        community = db.session.scalars(select(Division).where(Division.name == COMMUNITY[1])).one()
        found = list_sheet_vouchers(run_id=1, community=community, office=office, keyring=ring)
        paper = next(one for one in found if one.masked_name == "陈**")
        db.session.remove()
    return paper


def redeem_by_camera(site: Site, playwright: Any, code: str, folder: Path) -> None:
    printed = site.home.printouts
    film = write_film(folder / "cam.y4m", [take_frame(printed, read_paper(site).qr_text)])
    with (
        launch(playwright, camera=film) as browser,
        open_browser(browser, viewport=NARROW) as phone,
    ):
        page = phone.new_page()
        page.goto(f"{site.url}/till/enrol#{code}")
        page.get_by_role("button", name="绑定本机").dblclick()
        give_pin(page)
        page.locator("#start-camera").click()
        wait_at(page, "choose")
        assert page.locator("#seen-holder").inner_text() == "陈** · 女 · 70-79岁"
        page.get_by_label("理发").check()
        expect(page.locator("#confirm")).to_be_enabled()
        page.locator("#confirm").dblclick()
        wait_at(page, "result")
        expect(page.locator("#result-title")).to_have_text("已核销")


def answer_the_telephone(site: Site, desk: Page) -> None:
    desk.get_by_label("电话号码、姓名、券号或短码").fill(NEWCOMER[2])
    desk.get_by_role("button", name="查找").click()
    desk.get_by_label("出生日期", exact=True).fill("19520304")
    desk.get_by_label("身份证末四位").fill(NEWCOMER[1][-4:])
    desk.get_by_role("button", name="核对并告知").click()
    assert "还剩 20 元。" in desk.locator("main").inner_text()


def settle_and_pay(site: Site, enter: SignIn) -> None:
    # A month has passed: both sign in anew.
    maker, checker = enter("finance"), enter("other-finance")
    for page, name in ((maker, "finance"), (checker, "other-finance")):
        page.context.clear_cookies()
        page.close()
        assert name
    maker = sign_in_at(maker.context, site, "finance")
    checker = sign_in_at(checker.context, site, "other-finance")
    maker.goto(f"{site.url}/settlements/close/?through={SETTLED}")
    press(maker, f"确认结算到 {SETTLED}")
    checker.goto(f"{site.url}/settlements/1")
    press(checker, "批准这张结算单")
    maker.goto(f"{site.url}/settlements/1")
    maker.get_by_label("银行回单号").fill("BANK-0001")
    press(maker, "登记已付款")
    expect(maker.get_by_text("已付款").first).to_be_visible()
