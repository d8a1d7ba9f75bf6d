"""A run being written, stopped and gone on with, as an approver's screen shows it."""

from sqlalchemy import update

from tests.browsing import BOTH_READERS, find_barriers, sign_in_at, take_picture
from voucher.db import db, transaction
from voucher.jobs import Chunk


def stop_writing(site):
    with site.app.app_context(), transaction():
        db.session.execute(update(Chunk).values(state="failed", fault="internal", faults=3))


def look(page, name, english, viewport):
    size = f"{name}-{'en' if english else 'zh'}-{viewport['width']}"
    take_picture(page, size)
    wide = page.evaluate("document.documentElement.scrollWidth")
    faults = [f"{size} {fault}" for fault in find_barriers(page)]
    return faults + ([f"{size} is {wide} wide"] if wide > viewport["width"] else [])


def test_a_stopped_writing_says_what_to_do_and_goes_on_or_is_cancelled(serve_town, browse):
    site = serve_town("drafted")
    approver = sign_in_at(browse(), site, "approver")
    approver.goto(f"{site.url}/runs/1")
    approver.get_by_role("button", name="批准：").click()
    approver.get_by_text("approver 于 2026-12-05").wait_for()

    found = []
    for english, viewport in BOTH_READERS:
        reader = sign_in_at(browse(english=english, viewport=viewport), site, "approver")
        reader.goto(f"{site.url}/runs/1")
        found += look(reader, "writing", english, viewport)
    stop_writing(site)
    for english, viewport in BOTH_READERS:
        reader = sign_in_at(browse(english=english, viewport=viewport), site, "approver")
        reader.goto(f"{site.url}/runs/1")
        found += look(reader, "stopped", english, viewport)
    assert found == []

    approver.get_by_role("heading", name="已批准，写券停下了").wait_for()
    approver.get_by_role("button", name="继续写券").click()
    approver.get_by_text("后台接着写券").wait_for()
    approver.get_by_text("2 个社区中已完成 0 个").wait_for()
    approver.get_by_label("原因").fill("人数有误")
    approver.get_by_role("button", name="取消批次").dblclick()
    approver.get_by_text("批次已取消。").wait_for()
    site.work()
    approver.reload()
    approver.get_by_role("heading", name="已取消").wait_for()
