"""A district with accounts and shops. Shops and people are invented."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

from tests.accounts.factories import ADMIN
from tests.workbooks.factories import IN_MEMORY
from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.shops.models import Shop
from voucher.shops.operations.approving import approve_shops
from voucher.shops.operations.importing import ShopImport, import_shops, read_shop_book
from voucher.shops.queries import find_shop

DATA = Path(__file__).parent.parent / "data"
SHOP_TITLES = (
    *("商户编号", "商户名称", "登记方式", "证照号", "街道", "社区", "地址"),
    *("联系人", "联系电话", "营业时间", "开户行", "户名", "账号"),
)
SERVICE_TITLES = ("商户编号", "服务代码", "服务名称", "单价（元）")
COMMUNITY = ("牛市口街道", "莲花社区居委会")
OTHER_COMMUNITY = ("狮子山街道", "花果社区居委会")
_books: dict[str, bytes] = {}


def shop_row(code: str = "S0001", **changed: object) -> tuple[object, ...]:
    """Give a sound row of the first sheet, with some cells changed by title."""
    row: dict[str, object] = dict(
        zip(
            SHOP_TITLES,
            (
                *(code, "永兴家政服务部", "备案", f"95101042276503{code}", *COMMUNITY, "示例路1号"),
                *("刘主任", "13967334542", "08:00-18:00", "示例银行锦江支行", "永兴家政服务部"),
                "6222418600883785974",
            ),
            strict=True,
        )
    )
    return tuple((row | changed)[title] for title in SHOP_TITLES)


def service_row(
    code: str = "S0001", service: str = "meal", price: object = 15.5, name: str = ""
) -> tuple[object, ...]:
    """Give a sound row of the second sheet."""
    return (code, service, name, price)


def make_book(
    shops: Iterable[Sequence[object]] | None = None,
    services: Iterable[Sequence[object]] | None = None,
) -> bytes:
    """Make a shops workbook of these rows; the same rows again are the same workbook."""
    sheets = (
        ("商户", [SHOP_TITLES, *(shops if shops is not None else [shop_row()])]),
        ("服务与价格", [SERVICE_TITLES, *(services if services is not None else [service_row()])]),
    )
    # By how they are written: True, 1 and 1.0 are one key and three cells.
    written = repr(sheets)
    if written not in _books:
        _books[written] = _write_book(sheets)
    return _books[written]


def _write_book(sheets: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, IN_MEMORY) as workbook:
        for name, rows in sheets:
            sheet = workbook.add_worksheet(name)
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            for at, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(at, column, cell)
                    else:
                        sheet.write(at, column, cell)
    return buffer.getvalue()


def make_district(code: str = "510104") -> None:
    """Write the divisions of a bundled district."""
    with (DATA / "divisions" / f"{code}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (len(row["code"]), row["code"]))
    ids: dict[str, int] = {}
    with transaction():
        for number, row in enumerate(rows, start=1):
            ids[row["code"]] = number
            db.session.add(
                Division(
                    id=number,
                    code=row["code"],
                    name=row["name"],
                    level=row["level"],
                    parent_id=ids.get(row["parent_code"]),
                    from_date=date(2020, 1, 1),
                )
            )


def make_person(name: str, role: Role = Role.WORKER, *, area: str | None = None) -> Actor:
    """Make an account that acts; nobody signs in, so it has no password worth its name."""
    with transaction():
        account = Account(
            name=name,
            role=role,
            division_id=None if area is None else _find_division(area),
            password_hash="not-a-hash",
            session_mark=name,
            made_at=clock.now(),
        )
        db.session.add(account)
        db.session.flush()
        return describe_actor(account, channel="test")


def _find_division(name: str) -> int:
    return db.session.query(Division.id).where(Division.name == name).scalar()


def take(actor: Actor, content: bytes) -> ShopImport:
    """Import a workbook."""
    with transaction():
        return import_shops(
            actor=actor,
            book=read_shop_book(content=content),
            now=clock.now(),
            today=clock.today(),
        )


def make_approved_shop(code: str = "S0001") -> Shop:
    """Make a shop of one person that another approved."""
    maker, approver = make_person("maker"), make_person("checker", Role.APPROVER)
    take(maker, make_book([shop_row(code)], [service_row(code)]))
    with transaction():
        approve_shops(actor=approver, now=clock.now(), today=clock.today())
    return get(code)


def get(code: str) -> Shop:
    """Give a shop as the database has it now."""
    db.session.rollback()
    found = find_shop(code=code, actor=ADMIN)
    assert found is not None
    return found
