"""A share drawn and assessed again in a browser; the pages read well for everybody."""

from datetime import date

from sqlalchemy import select

from tests.browsing import BOTH_READERS, find_barriers, sign_in_at, take_picture
from tests.rechecks.factories import add_assessments
from voucher.db import db
from voucher.rechecks.models import Recheck

# Every item by its last option, which is the worst.
CHOOSE_LAST = """() => {
  for (const item of document.querySelectorAll("fieldset")) {
    const all = item.querySelectorAll("input[type=radio]");
    if (all.length) { all[all.length - 1].checked = true; }
  }
}"""


def look(page, site, name: str, path: str = "") -> None:
    """Open a page, or take the one that is open, and find no barrier and no overflow."""
    if path:
        page.goto(site.url + path)
    assert find_barriers(page) == [], name
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, (name, wider)
    take_picture(page, name)


def test_a_share_is_drawn_assessed_again_and_compared(serve_town, browse):
    site = serve_town("founded")
    with site.app.app_context():
        add_assessments(last=date(2026, 12, 3))
        db.session.remove()
    contexts = [browse(english=english, viewport=size) for english, size in BOTH_READERS]
    approvers = [sign_in_at(context, site, "approver") for context in contexts]
    zh = approvers[0]

    zh.goto(f"{site.url}/rechecks/")
    zh.get_by_role("link", name="抽取").click()
    zh.get_by_label("抽取百分比").fill("100")
    zh.get_by_role("button", name="抽取").dblclick()
    zh.get_by_text("已抽取。").wait_for()

    worker = sign_in_at(browse(viewport=contexts[0].pages[0].viewport_size), site, "worker")
    worker.goto(f"{site.url}/rechecks/1")
    look(worker, site, "rechecks-work")
    worker.get_by_role("link", name="去复评", exact=True).first.click()
    for at, name in (("assessor_1", "周敏"), ("assessor_2", "孙立")):
        worker.locator(f"#field-{at}").fill(name)
    worker.get_by_role("button", name="保存复评").click()
    worker.get_by_role("alert").first.wait_for()
    look(worker, site, "rechecks-again-faults")
    worker.evaluate(CHOOSE_LAST)
    worker.get_by_role("button", name="保存复评").dblclick()
    worker.get_by_text("复评已保存。").wait_for()

    for page, language in zip(approvers, ("zh", "en"), strict=True):
        for name, path in (
            *(("list", "/rechecks/"), ("new", "/rechecks/new")),
            *(("show", "/rechecks/1"), ("agreement", "/rechecks/agreement")),
        ):
            look(page, site, f"rechecks-{name}-{language}", path)
    assert zh.goto(f"{site.url}/rechecks/1?outcome=differs").text().count("周敏、孙立") == 1
    with site.app.app_context():
        done = select(Recheck.assessor_1).where(Recheck.recorded_at.is_not(None))
        assert db.session.scalars(done).all() == ["周敏"]
        db.session.remove()
