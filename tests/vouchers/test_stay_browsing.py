"""A stay in a browser, from the form to the released paper; the pages read well for everybody."""

from sqlalchemy import select

from tests.browsing import (
    BOTH_READERS,
    find_barriers,
    sign_in_at,
    take_picture,
)
from tests.doors.town import AGE_BANDS
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.care_levels.models import CareLevel, LevelState
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import get_programme
from voucher.vouchers.models import Voucher


def read_first(site, query):
    with site.app.app_context():
        found = db.session.scalars(query).all()
        db.session.remove()
    return found


def look(page, site, name: str, path: str = "") -> None:
    """Open a page, or take the one that is open, and find no barrier and no overflow."""
    if path:
        page.goto(site.url + path)
    assert find_barriers(page) == [], name
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, (name, wider)
    take_picture(page, name)


def test_paper_is_held_for_a_stay_listed_and_released_after_it(serve_town, browse):
    site = serve_town("given")
    (key,) = read_first(site, select(Resident.public_id).where(Resident.id == 1))
    mine = select(Voucher.held_reason).where(Voucher.resident_id == 1)
    zh, en = (browse(english=english, viewport=size) for english, size in BOTH_READERS)
    worker = sign_in_at(zh, site, "worker")
    approver = sign_in_at(en, site, "approver")

    look(worker, site, "stays-empty", "/stays/")
    stay = record_stay(worker, site, key)
    assert read_first(site, mine) == ["away"] * 3
    take_list(worker, site)
    for page, language in ((approver, "-en"), (worker, "")):
        for name, path in (
            *(("stays", "/stays/"), ("stay-new", f"/stays/new/{key}")),
            *(("paper", f"/paper/residents/{key}"), ("stay", stay)),
        ):
            look(page, site, f"{name}{language}", path)
    assert approver.locator(f"form[action='{stay}/release']").count() == 0

    worker.get_by_role("button", name="登记出院").dblclick()
    worker.get_by_text("已登记出院。").wait_for()
    look(worker, site, "stay-over")
    approver.reload()
    approver.locator(f"form[action='{stay}/release'] button").dblclick()
    approver.locator(".alert-success").wait_for()
    assert read_first(site, mine) == [None] * 3
    look_at_levels(approver, site)


def record_stay(worker, site, key: str) -> str:
    """Record a stay that holds the paper, and give the address of its page."""
    worker.goto(f"{site.url}/residents/{key}")
    worker.get_by_role("link", name="登记住院").click()
    worker.get_by_label("暂停：").check()
    worker.get_by_label("入院日期").fill("2026-12-01")
    worker.get_by_label("医院").fill("示例医院")
    worker.get_by_role("button", name="下一步：看后果").click()
    worker.get_by_role("heading", name="要收回的券").wait_for()
    look(worker, site, "stay-preview")
    worker.get_by_role("button", name="确认登记住院").dblclick()
    worker.get_by_text("已登记住院，暂停 3 张券。").wait_for()
    return str(worker.url.removeprefix(site.url))


def take_list(worker, site) -> None:
    worker.get_by_role("link", name="打印或导出这份清单").click()
    worker.get_by_role("heading", name="要收回的券").wait_for()
    with worker.expect_download() as book:
        worker.get_by_role("link", name="导出 Excel").click()
    assert book.value.suggested_filename == "要收回的券.xlsx"


def look_at_levels(approver, site) -> None:
    with site.app.app_context():
        with transaction():
            version = freeze_scheme(scheme=get_programme(AGE_BANDS, 1), now=clock.now())
            worker = db.session.scalars(select(Account.id).where(Account.role == Role.WORKER))
            proposal = CareLevel(
                resident_id=1,
                scale=AGE_BANDS,
                scheme_version_id=version,
                level="70-79",
                reasons=[],
                from_date=clock.today(),
                state=LevelState.PROPOSED,
                graded_by=worker.one(),
                graded_at=clock.now(),
            )
            db.session.add(proposal)
        db.session.remove()
    approver.goto(f"{site.url}/levels/{AGE_BANDS}/confirm")
    approver.locator("#paper-count a").wait_for()
    look(approver, site, "confirm-en")
    approver.locator("#paper-count a").click()
    approver.wait_for_url("**/paper/levels/**")
    look(approver, site, "paper-levels-en")
