"""
Take the README's pictures of the real pages, in a demo home run through to its present month.

Everybody and everything on them is invented. Run by `make pictures` after a change of the pages.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select

from tests.browsing import NARROW, Site, launch, open_browser, sign_in_at, start_site
from tests.doors.door import Door
from tests.redemptions.counter import open_till, type_code, wait_at
from tests.structure.source import ROOT
from voucher.care_levels.models import CareLevel, LevelState
from voucher.codes import read_print_code, show_typed_code
from voucher.config import load_home
from voucher.db import db
from voucher.residents.models import Resident
from voucher.residents.queries import unseal_id_number, unseal_phone
from voucher.schemes.queries import GBT, get_instrument
from voucher.vouchers.models import Print, Voucher

FOLDER = ROOT / "printouts" / "samples" / "screens"
ROSTER = ROOT / "voucher" / "upkeep" / "sample" / "roster.xlsx"
SCREEN = {"width": 1200, "height": 1000}
COLOURS = 128
SIMULATED = "month=2027-01&programme=jinjiang-age-bands&against=national-2026"


def take(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of what a person sees, small enough for a repository."""
    path = FOLDER / f"{name}.png"
    page.screenshot(path=str(path), full_page=whole)
    shrink(path)


def take_from(page: Page, place: str, name: str) -> None:
    """Keep a picture of a long page, scrolled down to a place."""
    page.locator(place).evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 16)")
    take(page, name)


def shrink(path: Path) -> None:
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def find_paper(site: Site) -> dict[str, str]:
    """Give a woman who holds a voucher of this month that can be used today, and its numbers."""
    wanted = (
        select(Voucher, Print, Resident)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .where(
            Voucher.state == "active",
            Voucher.item == "services",
            Voucher.redeemed_fen == 0,
            Voucher.held_reason.is_(None),
            Print.state == "live",
            Resident.phone_sealed.is_not(None),
            Resident.sex == "female",
        )
        .order_by(Voucher.id)
    )
    lapsed = select(Print.code).join(Voucher).where(Voucher.state == "lapsed").order_by(Print.id)
    with site.app.app_context():
        voucher, printed, resident = db.session.execute(wanted).first() or ()
        found = {
            "typed": show_typed_code(read_print_code(printed.code)),
            "lapsed": show_typed_code(read_print_code(db.session.scalars(lapsed).first() or "")),
            "serial": voucher.serial,
            "resident": resident.public_id,
            "phone": unseal_phone(resident=resident) or "",
            "born": f"{resident.born_date:%Y%m%d}",
            "tail": unseal_id_number(resident=resident)[-4:],
        }
        db.session.remove()
    return found


def picture_office(site: Site, enter: Callable[[str], Page], paper: dict[str, str]) -> None:
    take(enter("approver"), "home")
    worker = enter("worker")
    worker.goto(f"{site.url}/residents/import")
    worker.locator("input[type=file]").set_input_files(ROSTER)
    worker.get_by_role("button", name="上传并核对").click()
    worker.get_by_role("button", name="确认导入").wait_for()
    take(worker, "preview")
    worker.goto(f"{site.url}/residents/{paper['resident']}")
    take(worker, "resident", whole=True)
    approver = enter("approver")
    approver.goto(f"{site.url}/runs/3")
    take(approver, "run")
    finance = enter("finance2")
    finance.goto(f"{site.url}/settlements/?state=made")
    finance.locator("main table tbody a").first.click()
    take(finance, "settlement")


def picture_desk(desk: Page, paper: dict[str, str]) -> None:
    desk.get_by_label("电话号码、姓名、券号或短码").fill(paper["phone"])
    desk.get_by_role("button", name="查找").click()
    desk.get_by_label("出生日期", exact=True).fill(paper["born"])
    desk.get_by_label("身份证末四位").fill(paper["tail"])
    desk.get_by_role("button", name="核对并告知").click()
    take(desk, "desk")


def find_changed_level(site: Site) -> tuple[str, int]:
    """Give a resident and their level in force, one that a rule made worse than its points say."""
    wanted = (
        select(Resident.public_id, CareLevel.id, CareLevel.reasons)
        .join(CareLevel, CareLevel.resident_id == Resident.id)
        .where(
            CareLevel.scale == GBT,
            CareLevel.state == LevelState.CONFIRMED,
            CareLevel.to_date.is_(None),
            Resident.departed_date.is_(None),
        )
        .order_by(CareLevel.id)
    )
    with site.app.app_context():
        rows = db.session.execute(wanted).all()
        db.session.remove()
    return next((row.public_id, row.id) for row in rows if len(row.reasons) > 1)


def picture_grading(site: Site, enter: Callable[[str], Page], level: tuple[str, int]) -> None:
    public_id, level_id = level
    approver = enter("approver")
    approver.goto(f"{site.url}/levels/of/{public_id}/{level_id}")
    take_from(approver, ".level-name", "level")
    take_letter(approver, f"{site.url}/printouts/letters/levels/{level_id}.pdf?language=both")
    approver.goto(f"{site.url}/schemes/{GBT}/1")
    take(approver, "scheme")
    finance = enter("finance2")
    finance.goto(f"{site.url}/reports/simulation/result?{SIMULATED}")
    take_from(finance, ".verdict", "simulation")


def take_letter(page: Page, address: str) -> None:
    """Keep the first page of a letter, as wide as the other pictures."""
    content = page.request.get(address).body()
    command = ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(SCREEN["width"])]
    command += ["-scale-to-y", "-1", "-", str(FOLDER / "letter")]
    subprocess.run(command, input=content, check=True)
    shrink(FOLDER / "letter.png")


def picture_bedside(page: Page, site: Site, public_id: str) -> None:
    page.goto(f"{site.url}/assessments/new/{public_id}")
    page.locator("body[data-ready]").wait_for()
    for item in get_instrument(GBT, 1).items[:3]:
        page.locator(f'[name="{item.id}"][value="2"]').check()
    expect(page.locator("#kept")).to_have_text("已送到系统")
    take_from(page, 'fieldset:has([name="B.1.2"])', "bedside")


def picture_till(page: Page, paper: dict[str, str]) -> None:
    wait_at(page, "scan")
    take(page, "till-scan")
    type_code(page, paper["typed"])
    wait_at(page, "choose")
    page.locator('[data-screen="choose"] input[type=radio]').first.check()
    expect(page.locator("#confirm")).to_be_enabled()
    take(page, "till-choose")
    page.locator("#confirm").click()
    wait_at(page, "result")
    take(page, "till-green")
    page.locator('[data-screen="result"] [data-next]').click()
    type_code(page, paper["lapsed"])
    wait_at(page, "result")
    take(page, "till-red")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        door = Door(Path(folder) / "home")
        os.environ["VOUCHER_PRINTOUTS"] = str(Path(folder) / "printouts")
        door.answer("init", "--demo")
        door.answer("demo")
        site, stop = start_site(load_home(door.home))
        paper = find_paper(site)
        with launch(playwright) as browser, ExitStack() as stack:
            pages: dict[str, Page] = {}

            def enter(name: str) -> Page:
                if name not in pages:
                    person = stack.enter_context(open_browser(browser, viewport=SCREEN))
                    pages[name] = sign_in_at(person, site, name)
                return pages[name]

            picture_office(site, enter, paper)
            picture_desk(enter("desk"), paper)
            phone = stack.enter_context(open_browser(browser, viewport=NARROW))
            picture_till(open_till(phone, site), paper)
            level = find_changed_level(site)
            picture_grading(site, enter, level)
            bedside = stack.enter_context(open_browser(browser, viewport=NARROW))
            picture_bedside(sign_in_at(bedside, site, "assessor"), site, level[0])
        stop()


if __name__ == "__main__":
    main()
