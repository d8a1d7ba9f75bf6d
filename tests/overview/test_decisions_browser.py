"""Levels, vouchers, cases and reversals as people decide them in a browser."""

import re

from playwright.sync_api import expect
from sqlalchemy import select

from tests.browsing import (
    BOTH_READERS,
    find_barriers,
    sign_in_at,
    take_picture,
)
from tests.doors.door import Door
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db
from voucher.residents.rules.id_numbers import check_character
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Print, Voucher
from voucher.workbooks.writing import write_workbook

SIX_CLASSES = "shangcheng-six-classes"
# The first woman of the town.
BODY = "51010419410101002"
ID_NUMBER = BODY + check_character(BODY)


def read_codes(site):
    """Give serial and typed code of the first woman's vouchers, by item."""
    with site.app.app_context():
        rows = db.session.execute(
            select(Voucher.item, Voucher.serial, Print.code)
            .join(Print, Print.voucher_id == Voucher.id)
            .where(Voucher.resident_id == 1, Print.state == "live")
        ).all()
        db.session.remove()
    return {item: (serial, show_typed_code(read_print_code(code))) for item, serial, code in rows}


def find_breaches(site):
    with site.app.app_context():
        breaches = run_checks()["breaches"]
        db.session.remove()
    return breaches


def test_a_lost_voucher_is_replaced_by_two_people(serve_town, browse):
    site = serve_town("given")
    serial, code = read_codes(site)["bath"]
    worker = sign_in_at(browse(), site, "worker")

    worker.goto(f"{site.url}/vouchers/")
    worker.get_by_label("券号或短码").fill(code)
    worker.get_by_role("button", name="查找").click()
    worker.wait_for_url(f"{site.url}/vouchers/{serial}")
    worker.get_by_role("link", name="换发").click()
    worker.get_by_label("原因").fill("遗失")
    worker.get_by_role("button", name="申请换发").dblclick()
    expect(worker.get_by_text("等待另一人批准")).to_be_visible()
    worker.get_by_role("link", name="去办理").click()
    expect(worker.get_by_role("button", name="批准换发")).to_have_count(0)

    approver = sign_in_at(browse(), site, "approver")
    approver.goto(f"{site.url}/cases/")
    approver.get_by_role("link", name="换发").click()
    approver.get_by_role("button", name="批准换发").dblclick()
    approver.wait_for_url(re.compile(r"/vouchers/\d{12}$"))
    with approver.expect_download() as sent:
        approver.get_by_role("button", name="下载本券 PDF").click()

    new = approver.url.rpartition("/")[2]
    assert (new != serial, sent.value.suggested_filename) == (True, f"voucher-{new}-1.pdf")
    assert find_breaches(site) == []


def test_levels_are_graded_by_one_and_confirmed_in_bulk_by_another(serve_town, browse):
    site = serve_town("given")
    worker = sign_in_at(browse(), site, "worker")
    worker.goto(f"{site.url}/levels/grade")
    worker.get_by_label("方案").select_option(SIX_CLASSES)
    worker.get_by_role("button", name="开始评定").click()
    expect(worker.get_by_text("新拟定 3 项")).to_be_visible()

    approver = sign_in_at(browse(), site, "approver")
    approver.goto(f"{site.url}/levels/?scale={SIX_CLASSES}")
    approver.get_by_label("选择 王秀英").check()
    approver.get_by_role("button", name="确认所选").click()
    approver.get_by_role("button", name="确认 1 人的等级").click()
    expect(approver.get_by_text("已确认 1 人的等级")).to_be_visible()
    approver.goto(f"{site.url}/levels/?scale={SIX_CLASSES}")
    approver.get_by_role("link", name="确认全部拟定等级").click()
    approver.get_by_role("button", name="确认 2 人的等级").click()
    expect(approver.get_by_text("没有待确认的等级")).to_be_visible()


def make_everything_wait(site):
    """Let every kind of page have something to show."""
    door = Door(site.home.path)
    codes = read_codes(site)
    door.answer("redeem", codes["services"][1], "--shop", "S0001", "--service", "haircut")
    door.answer("redeem", codes["bath"][1], "--shop", "S0001", "--service", "bath")
    door.answer("grade", SIX_CLASSES, "--as", "worker")
    door.answer("replace", codes["daycare"][0], "--reason", "遗失", "--as", "worker")
    door.answer("clock", "set", "2026-12-06T10:00:00+08:00")
    door.answer("reverse", 2, "--reason", "记错了", "--as", "finance")
    number = door.answer("verify")
    assert number["breaches"] == []
    return codes


def bury(site, id_number):
    door = Door(site.home.path)
    book = write_workbook(
        sheets=[("离开", ("身份证号", "离开原因", "离开日期"), [(id_number, "去世", "2026-12-04")])]
    )
    path = site.home.path.parent / "departures.xlsx"
    path.write_bytes(book)
    door.answer("departures", "import", path, "--as", "worker")


def test_every_page_is_fit_for_every_reader(serve_town, browse):
    site = serve_town("given")
    codes = make_everything_wait(site)
    bury(site, ID_NUMBER)
    serial = codes["services"][0]
    addresses = {
        "levels": "/levels/",
        "levels-of-a-scale": f"/levels/?scale={SIX_CLASSES}",
        "grade": "/levels/grade",
        "confirm": f"/levels/{SIX_CLASSES}/confirm",
        "vouchers": "/vouchers/",
        "voucher": f"/vouchers/{serial}",
        "hold": f"/vouchers/{serial}/reprint",
        "void": f"/vouchers/void?first={serial}",
        "redemptions": "/redemptions/",
        "redemption": "/redemptions/2",
        "reverse": "/redemptions/1/reverse",
        "cases": "/cases/",
        **{f"case-{n}": f"/cases/{n}" for n in (1, 2, 3, 4)},
        "nothing": "/cases/?state=decided",
    }
    found = {}
    for english, viewport in BOTH_READERS:
        page = sign_in_at(browse(english=english, viewport=viewport), site, "checker")
        for name, address in addresses.items():
            assert page.goto(f"{site.url}{address}").status == 200, address
            key = f"{name}-{'en' if english else 'zh'}-{viewport['width']}"
            take_picture(page, key)
            found[key] = find_barriers(page) + find_sideways(page)

    assert {key: barriers for key, barriers in found.items() if barriers} == {}


def find_sideways(page):
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{wide} px sideways"] if wide > 0 else []
