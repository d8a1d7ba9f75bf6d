"""Money from a budget to a paid shop, in a real browser, by two people of finance."""

import io

import pytest
import python_calamine
from playwright.sync_api import Page, expect

from tests.browsing import (
    Site,
    sign_in_at,
)
from tests.doors.door import Door
from tests.doors.town import AGE_BANDS, read_paper

PAGES = {
    "budgets": "/budgets/",
    "budget-new": "/budgets/new",
    "budget": "/budgets/2",
    "balances": f"/budgets/balances?programme={AGE_BANDS}&month=2026-12",
    "settlements": "/settlements/",
    "settlement": "/settlements/1",
    "close": "/settlements/close/?through=2026-12-20",
    "approve": "/settlements/approve",
    "payments": "/settlements/payments/",
    "today": "/settlements/shops/S0001/today",
}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def use_paper(site: Site) -> None:
    """Take 30 for a haircut and 92 for a bath at one shop, by the command line."""
    door = Door(site.home.path)
    codes = {item: paper.typed_code for item, paper in read_paper(door).items()}
    use = ("--shop", "S0001", "--service")
    door.answer("redeem", codes["services"], *use, "haircut", "--amount", "30")
    door.answer("redeem", codes["bath"], *use, "bath")


def test_two_people_of_finance_take_money_from_a_budget_to_a_paid_shop(serve_town, browse):
    site = serve_town("given")
    use_paper(site)
    site.set_clock("2026-12-06T10:00:00+08:00")
    one = sign_in_at(browse(), site, "finance")
    other = sign_in_at(browse(), site, "other-finance")

    set_and_approve_budget(site, one, other)
    amount = close_day(site, one)
    approve_and_pay(site, one, other)

    assert add_up_statement(site, one) == pytest.approx(amount)


def set_and_approve_budget(site: Site, one: Page, other: Page) -> None:
    one.goto(f"{site.url}/budgets/new")
    one.get_by_label("月份").fill("2027-01")
    one.get_by_label("金额").fill("12.345")
    press(one, "提交，等待批准")
    expect(one.locator("#amount-hint")).to_have_text("金额“12.345”最多两位小数")
    one.get_by_label("金额").fill("52,000")
    press(one, "提交，等待批准")
    expect(one.get_by_text("这是您自己设定的预算，须由另一位财务批准。")).to_be_visible()
    other.goto(one.url)
    press(other, "批准，立即生效")
    expect(other.get_by_role("status")).to_have_text("预算 52,000.00 元已批准，现在生效")


def close_day(site: Site, page: Page) -> float:
    """Look at the day and close it; give the yuan that the page promised."""
    page.goto(f"{site.url}/settlements/")
    page.get_by_role("link", name="结算到某日").first.click()
    press(page, "核对并预览")
    promised = page.locator("form.card .h3").inner_text()
    page.get_by_role("button", name="确认结算到 2026-12-05").dblclick()
    expect(page.get_by_role("status")).to_contain_text("2026-12-05 已结算：1 张结算单")
    return float(promised.rpartition("共 ")[2].removesuffix(" 元。"))


def approve_and_pay(site: Site, one: Page, other: Page) -> None:
    one.goto(f"{site.url}/settlements/1")
    expect(one.get_by_text("这是您自己生成的结算单，须由另一位财务批准。")).to_be_visible()
    other.goto(f"{site.url}/settlements/approve")
    press(other, "批准这 1 张")
    expect(other.get_by_role("status")).to_contain_text("已批准 1 张结算单")
    second = one.context.new_page()
    for tab in (one, second):
        tab.goto(f"{site.url}/settlements/1")
        tab.get_by_label("银行回单号").fill("ICBC-20261206-1")
    one.get_by_role("button", name="登记已付款").dblclick()
    expect(one.get_by_role("status")).to_have_text("结算单 1 已登记付款")
    press(second, "登记已付款")
    expect(second.locator("#refused")).to_have_text("结算单 1 已经付款，不能再改")


def add_up_statement(site: Site, page: Page) -> float:
    page.goto(f"{site.url}/settlements/1")
    with page.expect_download() as book:
        page.get_by_role("link", name="对账单 Excel").click()
    with page.expect_download() as paper:
        page.get_by_role("link", name="对账单 PDF").click()
    assert paper.value.path().read_bytes().startswith(b"%PDF")
    content = io.BytesIO(book.value.path().read_bytes())
    rows = python_calamine.load_workbook(content).get_sheet_by_name("明细").to_python()
    return float(sum(row[5] for row in rows[1:]))
