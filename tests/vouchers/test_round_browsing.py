"""A round as people live it in a browser: scanned open, counted, closed by another; a box lost."""

from sqlalchemy import select

from tests.browsing import BOTH_READERS, find_barriers, sign_in_at, take_picture
from tests.vouchers.factories import let_out
from voucher import clock
from voucher.accounts.queries import get_actor
from voucher.codes import read_print_code, show_serial, show_typed_code
from voucher.db import db
from voucher.vouchers.models import PaperOutcome, Print, Round, Voucher

HERE, BATCH = "/handovers/1/510104001001", "ROUND-000001-510104001001"
PAGES = {
    "rounds": "/handovers/1",
    "round": HERE,
    "returned": f"{HERE}/returned",
    "back": "/handovers/returned",
    "loss": "/handovers/losses/1",
    "other": "/handovers/1/510104002001",
    "waiting": "/handovers/waiting",
}


def release(site):
    with site.app.app_context():
        let_out(get_actor(name="worker", channel="test"), 1, now=clock.now())
        db.session.remove()


def read_rows(site, query):
    with site.app.app_context():
        rows = [tuple(row) for row in db.session.execute(query)]
        db.session.remove()
    return rows


def type_like_a_gun(page, *texts):
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")


def test_a_round_is_opened_by_its_code_counted_back_and_closed_by_another(serve_town, browse):
    site = serve_town("issued")
    release(site)
    worker = sign_in_at(browse(), site, "worker")
    approver = sign_in_at(browse(), site, "approver")

    worker.goto(f"{site.url}/handovers/scan")
    type_like_a_gun(worker, BATCH)
    worker.get_by_role("heading", name="待送出").wait_for()
    worker.get_by_label("李建国 没发到").check()
    worker.get_by_label("勾选的人没发到，因为").select_option("refused")
    worker.get_by_role("button", name="只登记勾选的人").dblclick()
    worker.get_by_text("1 张登记退回").wait_for()

    codes = read_rows(site, select(Print.code).where(Print.voucher_id == 2))
    worker.goto(f"{site.url}/handovers/returned")
    type_like_a_gun(worker, *(show_typed_code(read_print_code(code)) for (code,) in codes))
    worker.get_by_role("button", name="已去世").dblclick()
    worker.get_by_text("1 张登记退回").wait_for()
    worker.goto(site.url + HERE)
    worker.get_by_role("button", name="全部已发（本页 2 张）").dblclick()
    worker.get_by_text("已登记发放 2 张").wait_for()
    worker.get_by_role("button", name="清点完毕，请审核人员关闭").dblclick()
    worker.get_by_text("已清点完，等待另一位审核人员关闭").first.wait_for()

    approver.goto(f"{site.url}/handovers/waiting")
    approver.get_by_role("link", name="关闭这个社区的发放").click()
    approver.get_by_role("button", name="关闭：作废 2 张").dblclick()
    approver.get_by_role("heading", name="已关闭").wait_for()
    states = read_rows(site, select(Voucher.state).order_by(Voucher.state))
    assert [state for (state,) in states] == ["active", "active", "inactive", "void", "void"]
    assert len(read_rows(site, select(PaperOutcome.id))) == 2
    assert len(read_rows(site, select(Round.id).where(Round.closed_at.is_not(None)))) == 1


def test_every_page_of_a_round_reads_well_in_both_languages_at_both_widths(serve_town, browse):
    site, found = serve_town("issued"), []
    release(site)
    last = read_rows(site, select(Voucher.serial).order_by(Voucher.serial.desc()).limit(1))[0][0]
    for english, viewport in BOTH_READERS:
        page = sign_in_at(browse(english=english, viewport=viewport), site, "worker")
        name = f"{'en' if english else 'zh'}-{viewport['width']}"
        if not english:
            page.goto(site.url + HERE)
            page.get_by_label("王秀英 没发到").check()
            page.get_by_label("勾选的人没发到，因为").select_option("spoilt")
            page.get_by_role("button", name="除勾选的人外都已发").click()
            page.goto(f"{site.url}/handovers/1/510104002001/loss")
            page.get_by_label("从券号").fill(show_serial(last))
            page.get_by_role("button", name="看看会停用哪些").click()
            take_picture(page, f"ask-loss-{name}")
            found += find_barriers(page)
            page.get_by_label("原因").fill("送券车被盗")
            page.get_by_role("button", name="报失并停用 1 张").click()
        else:
            page.goto(site.url + HERE)
            page.locator("form[action$='/count'] button").click()
            page = sign_in_at(browse(english=True, viewport=viewport), site, "approver")
        for title, path in PAGES.items():
            if english and title == "back":
                continue
            page.goto(site.url + path)
            size = f"{title}-{name}"
            take_picture(page, size)
            found += [f"{size} {fault}" for fault in find_barriers(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{size} is {wide} wide"] if wide > viewport["width"] else []

    assert found == []
