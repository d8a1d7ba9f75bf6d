"""From the wizard to the last paper handed over, as people do it in a browser."""

import hashlib

from sqlalchemy import select

from tests.browsing import (
    BOTH_READERS,
    find_barriers,
    sign_in_at,
    take_picture,
)
from tests.doors.town import AGE_BANDS
from tests.vouchers.factories import let_out
from voucher import clock
from voucher.accounts.queries import get_actor
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db
from voucher.jobs import Chunk
from voucher.replies import Reply
from voucher.vouchers.models import Handover, IssueRun, Print, Voucher

PLAN = "/runs/new/plan?community=&programme="
PAGES = {
    "runs": "/runs/",
    "new": "/runs/new",
    "plan": f"{PLAN}{AGE_BANDS}&month=2026-12",
    "none": f"{PLAN}national-2026&month=2026-12",
    "early": f"{PLAN}{AGE_BANDS}&month=2027-01",
    "run": "/runs/1",
    "printouts": "/printouts/1",
    "handover": "/handovers/1",
    "people": "/handovers/1/510104001001",
    "scan": "/handovers/scan",
}


def read_rows(site, query):
    with site.app.app_context():
        rows = [tuple(row) for row in db.session.execute(query)]
        db.session.remove()
    return rows


def draft_in_wizard(page, site):
    page.goto(f"{site.url}/runs/new")
    page.get_by_label("方案").select_option(AGE_BANDS)
    page.get_by_label("月份").select_option("2026-12")
    page.get_by_role("button", name="试算").click()
    page.get_by_role("button", name="保存草稿（5 张，520.00 元）").dblclick()
    page.get_by_text("草稿已保存").wait_for()


def test_a_run_goes_from_the_wizard_to_the_last_paper(serve_town, browse, tmp_path):
    site = serve_town("funded")
    worker = sign_in_at(browse(), site, "worker")
    approver = sign_in_at(browse(), site, "approver")

    draft_in_wizard(worker, site)
    approver.goto(f"{site.url}/runs/1")
    approver.get_by_role("button", name="批准：5 张，520.00 元").dblclick()
    approver.get_by_text("2 个社区中已完成 0 个").wait_for()
    site.work()
    approver.get_by_role("heading", name="已制发，待发放").wait_for()
    assert approver.locator("#progress").count() == 0

    worker.goto(f"{site.url}/printouts/1")
    worker.get_by_role("button", name="打印").dblclick()
    worker.get_by_text("2 个社区中已完成 0 个").wait_for()
    site.work()
    worker.get_by_role("button", name="放行：2 个社区，5 张").dblclick()
    worker.get_by_role("link", name="下载全部（ZIP）").wait_for()
    with worker.expect_download() as download:
        worker.get_by_role("link", name="run-000001-510104001001-01.pdf").click()
    download.value.save_as(tmp_path / "sheet.pdf")
    digest = hashlib.sha256((tmp_path / "sheet.pdf").read_bytes()).hexdigest()
    assert worker.locator("code.hash").first.inner_text() == digest

    release(site)
    hand_over_by_list(worker, site)
    scan_the_rest(worker, site)
    assert read_rows(site, select(IssueRun.state, IssueRun.vouchers)) == [("closed", 5)]
    assert len(read_rows(site, select(Handover.print_id))) == 5
    once = select(Reply.route).order_by(Reply.id)
    assert [route for (route,) in read_rows(site, once)] == [
        *("runs.draft", "runs.approve", "printouts.release"),
        *("handovers.record", "handovers.confirm"),
    ]


def release(site):
    with site.app.app_context():
        let_out(get_actor(name="worker", channel="test"), 1, now=clock.now())
        db.session.remove()


def hand_over_by_list(worker, site):
    worker.goto(f"{site.url}/handovers/1")
    worker.get_by_role("link", name="莲花社区居委会").click()
    worker.get_by_label("王秀英 没发到").check()
    worker.get_by_label("勾选的人没发到，因为").select_option("away")
    worker.get_by_role("button", name="除勾选的人外都已发").dblclick()
    worker.get_by_text("已登记发放 1 张").wait_for()
    worker.get_by_text("3 张没有发到").wait_for()


def scan_the_rest(worker, site):
    """Scan as a gun does: one code after the other, faster than any answer comes."""
    left = select(Print.code).join(Voucher, Voucher.id == Print.voucher_id)
    codes = read_rows(site, left.where(Voucher.state == "inactive").order_by(Print.id))
    typed = [show_typed_code(read_print_code(code)) for (code,) in codes]
    assert len(typed) == 4
    worker.goto(f"{site.url}/handovers/scan")
    for text in [*typed, typed[0], "00000-00000-00001"]:
        worker.keyboard.type(text)
        worker.keyboard.press("Enter")
    worker.get_by_text("编码有误").wait_for()
    worker.get_by_role("heading", name="手里的券：4 张").wait_for()
    assert worker.locator("#code").input_value() == ""
    assert not any(text in worker.content() for text in typed)
    worker.get_by_role("button", name="登记已发（4 张）").dblclick()
    worker.get_by_text("已登记发放 4 张").wait_for()


def test_two_tabs_approve_once_and_the_back_button_approves_no_second_time(serve_town, browse):
    site = serve_town("drafted")
    context = browse()
    first = sign_in_at(context, site, "approver")
    second = context.new_page()
    for page in (first, second):
        page.goto(f"{site.url}/runs/1")

    first.get_by_role("button", name="批准：").click()
    first.get_by_text("已批准。预算已扣下").wait_for()
    second.get_by_role("button", name="批准：").click()
    second.get_by_text("批次 1 已经批准，正在写券，现在不能执行此操作").wait_for()
    first.go_back()
    first.get_by_role("heading", name="已批准，正在写券").wait_for()

    assert first.get_by_role("button", name="批准：").count() == 0
    assert len(read_rows(site, select(Reply.id))) == 1
    assert read_rows(site, select(Chunk.state)) == [("new",), ("new",)]


def test_every_page_reads_well_in_both_languages_at_both_widths(serve_town, browse):
    site = serve_town("issued")
    found = []
    for english, viewport in BOTH_READERS:
        page = sign_in_at(browse(english=english, viewport=viewport), site, "worker")
        if not english:
            page.goto(f"{site.url}/printouts/1")
            page.get_by_role("button", name="打印").click()
            site.work()
            release(site)
        for name, path in PAGES.items():
            page.goto(site.url + path)
            size = f"{name}-{'en' if english else 'zh'}-{viewport['width']}"
            take_picture(page, size)
            found += [f"{size} {fault}" for fault in find_barriers(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{size} is {wide} wide"] if wide > viewport["width"] else []

    assert found == []
