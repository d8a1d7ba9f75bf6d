"""A town of three people and two shops, made by the commands an office gives. All invented."""

import shutil
from pathlib import Path

from sqlalchemy import select

from tests.doors.door import Door
from tests.doors.living import live_on
from tests.shops.factories import COMMUNITY, OTHER_COMMUNITY, make_book, service_row, shop_row
from voucher.app import create_app
from voucher.config import load_home, read_key
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.drawing.fields import SheetVoucher
from voucher.printouts.queries.sheets import describe_office, list_sheet_vouchers
from voucher.residents.rules.id_numbers import check_character
from voucher.signing import load_keyring
from voucher.vouchers.models import Voucher
from voucher.workbooks.writing import write_workbook

MONTH = "2026-12"
AGE_BANDS = "jinjiang-age-bands"
SHOP, OTHER_SHOP = "S0001", "S0002"
# 8,000 + 16,000 + 20,000 for the woman of 85 who lives alone, 5,000 and 3,000 for the others.
RUN_FEN = 52_000
PEOPLE = (
    ("worker", "worker"),
    ("approver", "approver"),
    ("checker", "approver"),
    ("finance", "finance"),
    ("other-finance", "finance"),
    ("auditor", "auditor"),
)
ROSTER_TITLES = ("姓名", "身份证号", "联系电话", "街道", "社区", "住址", "家庭情况", "备注")
DIVISIONS = (
    ("510104", "锦江区", "district", ""),
    ("510104001", COMMUNITY[0], "street", "510104"),
    ("510104001001", COMMUNITY[1], "community", "510104001"),
    ("510104002", OTHER_COMMUNITY[0], "street", "510104"),
    ("510104002001", OTHER_COMMUNITY[1], "community", "510104002"),
)


def describe_person(
    name: str, born: str, sequence: int, place: tuple[str, str], situation: str
) -> tuple[str, ...]:
    body = f"510104{born}{sequence:03d}"
    number = body + check_character(body)
    return (name, number, f"1390000{sequence:04d}", *place, f"示例路{sequence}号", situation, "")


ROSTER = [
    describe_person("王秀英", "19410101", 2, COMMUNITY, "独居"),
    describe_person("李建国", "19510615", 1, COMMUNITY, ""),
    describe_person("张玉兰", "19610615", 4, OTHER_COMMUNITY, ""),
]


def build_town(folder: Path) -> dict[str, Path]:
    """Build the town step by step; give its home as it was after each."""
    door = Door(folder / "work")
    stages: dict[str, Path] = {}
    for name, build in (
        ("founded", _found),
        ("funded", _fund),
        ("drafted", _draft),
        ("issued", _issue),
        ("given", _give),
        ("living", _live),
    ):
        build(door)
        stages[name] = shutil.copytree(door.home, folder / name)
    return stages


def _found(door: Door) -> None:
    door.answer("init", "--test")
    for name, role in PEOPLE:
        door.answer("accounts", "add", name, "--role", role)
    door.answer("divisions", "import", write_file(door, "divisions.csv", _list_divisions()))
    book = write_workbook(sheets=[("花名册", ROSTER_TITLES, ROSTER)])
    imported = door.answer("residents", "import", write_file(door, "roster.xlsx", book))
    assert imported["accepted"] == len(ROSTER), imported
    shops = make_book(
        [shop_row(SHOP), shop_row(OTHER_SHOP, 账号="6222418600883785975")],
        [
            service_row(SHOP, "haircut", 30),
            service_row(SHOP, "cleaning", 60),
            service_row(SHOP, "bath", 92),
            service_row(SHOP, "daycare", 150),
            service_row(OTHER_SHOP, "haircut", 25),
        ],
    )
    door.answer("shops", "import", write_file(door, "shops.xlsx", shops), "--as", "worker")
    door.answer("shops", "approve", "--all", "--as", "approver")


def _fund(door: Door) -> None:
    budget = ("budgets", "set", AGE_BANDS, "--month", MONTH, "--amount")
    made = door.answer(*budget, "1000", "--as", "finance")
    door.answer("budgets", "approve", made["budget"], "--as", "other-finance")


def _draft(door: Door) -> None:
    run = door.answer("issue", AGE_BANDS, "--month", MONTH, "--as", "worker")
    assert (run["run"], run["value_fen"]) == (1, RUN_FEN), run


def _issue(door: Door) -> None:
    door.answer("runs", "approve", 1, "--as", "approver")


def _give(door: Door) -> None:
    door.answer("print", 1, "--as", "worker")
    door.answer("handover", 1, "--as", "worker")


def _live(door: Door) -> None:
    codes = {item: paper.typed_code for item, paper in read_paper(door).items()}
    live_on(door, codes=codes, id_numbers=[person[1] for person in ROSTER])


def write_file(door: Door, name: str, content: bytes) -> Path:
    """Put a file where an office would have it, and give its path."""
    path = door.home.parent / name
    path.write_bytes(content)
    return path


def _list_divisions() -> bytes:
    lines = ["code,name,level,parent_code", *(",".join(row) for row in DIVISIONS)]
    return "\n".join(lines).encode()


def read_paper(door: Door) -> dict[str, SheetVoucher]:
    """Give what stands on the printed voucher of every kind the first woman holds, by item."""
    app = create_app(load_home(door.home))
    with app.app_context():
        home, run = app.config["HOME"], 1
        ring = load_keyring(home.path / "keys", wrapping_key=read_key(home, "wrap"))
        papers = {
            paper.serial: paper
            for community in db.session.scalars(select(Division).where(Division.code.like("%001")))
            for paper in list_sheet_vouchers(
                run_id=run, community=community, office=describe_office(home), keyring=ring
            )
        }
        held = db.session.scalars(select(Voucher).where(Voucher.resident_id == 1)).all()
        found = {voucher.item: papers[voucher.serial] for voucher in held}
        db.session.remove()
        db.engine.dispose()
    return found
