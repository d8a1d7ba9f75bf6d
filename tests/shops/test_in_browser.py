"""Shops and tills in a real browser."""

import re

from playwright.sync_api import expect

from tests.browsing import (
    NARROW,
    find_barriers,
    sign_in_at,
    take_picture,
)

OF_APPROVER = {
    "shops": "/shops/",
    "shop": "/shops/S0001",
    "shop-new": "/shops/S0003",
    "shops-approve": "/shops/approve",
    "shop-suspend": "/shops/S0001/suspend",
    "shop-pin": "/shops/S0001/forget-pin",
    "devices": "/devices/",
    "device-new": "/devices/new?shop=S0001",
    "device-stop": "/devices/1/suspend",
}


def test_a_worker_enrols_a_till_and_an_approver_suspends_its_shop(serve_town, browse):
    site = serve_town("living")
    worker = sign_in_at(browse(viewport=NARROW), site, "worker")
    worker.goto(f"{site.url}/shops/S0001")
    expect(worker.locator("#today")).to_contain_text("应付未付")
    worker.get_by_role("link", name="绑定收银终端").click()
    worker.get_by_role("button", name="领取绑定码").dblclick()

    expect(worker.locator(".code-text")).to_have_text(re.compile("[0-9A-Z-]{19}"))
    expect(worker.locator("#left")).to_have_text(re.compile(r"还剩 14 分 \d+ 秒，只能用一次"))
    take_picture(worker, "code-360-zh")
    assert find_barriers(worker) == []
    worker.reload()
    expect(worker.get_by_text("这个绑定码已经显示过了")).to_be_visible()
    worker.goto(f"{site.url}/devices/")
    expect(worker.get_by_text("第 1 至 2 行，共 2 行")).to_be_visible()

    approver = sign_in_at(browse(), site, "checker")
    approver.goto(f"{site.url}/shops/S0001")
    approver.get_by_role("link", name="暂停这家商户").click()
    approver.get_by_label("原因").fill("消防检查")
    approver.get_by_role("button", name="暂停，立即停收").click()
    expect(approver.get_by_role("status").first).to_have_text("商户已暂停，收银终端立即停收")
    approver.get_by_role("link", name="恢复这家商户").click()
    take_picture(approver, "shop-reopen-1440-zh")
    assert find_barriers(approver) == []


def test_what_waits_is_approved_from_the_list(serve_town, browse):
    site = serve_town("living")
    page = sign_in_at(browse(), site, "checker")
    page.goto(f"{site.url}/shops/")
    page.get_by_role("link", name="待批准").click()
    page.get_by_role("button", name="批准勾选的商户").dblclick()

    expect(page.get_by_role("status")).to_have_text("已批准：商户 1 家，收款账户 1 个")
    page.goto(f"{site.url}/shops/S0003")
    expect(page.get_by_text("S0003 · 营业中")).to_be_visible()
