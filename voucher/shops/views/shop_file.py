"""Pages of shops by file, as `imports` has them: shops on the first sheet, prices on the second."""

from collections.abc import Callable, Collection, Iterator, Sequence

from flask import Blueprint

from voucher.imports.queries import KeptPreview
from voucher.imports.views.flows import FAULTS, Flow, Sent, say_fault
from voucher.imports.views.pages import add_pages
from voucher.periods import local_date
from voucher.refusals import N_
from voucher.shops import policy
from voucher.shops.operations.importing import SHEET_LAYOUTS, import_shops, read_shop_book
from voucher.shops.rules.judged import pick_cell, read_code
from voucher.shops.views.shop_preview import (
    COUNTS,
    LISTINGS,
    PRICE_FAULTS,
    count_changes,
    preview_shops,
)
from voucher.workbooks.cells import Cell
from voucher.workbooks.faults import RejectedRow
from voucher.workbooks.returning import list_returned_rows
from voucher.workbooks.tables import Table
from voucher.workbooks.writing import write_workbook

blueprint = Blueprint("shop_file", __name__, url_prefix="/shops/import")

_SHEETS = ("商户", "服务与价格")
_EXAMPLES = (
    {
        "code": "S0001",
        "name": "示例理发店",
        "registration": "登记",
        "licence": "92510104MA00000000",
        "street": "示例街道",
        "community": "示例社区",
        "address": "示例路1号",
        "contact": "刘师傅",
        "phone": "13900000000",
        "hours": "08:00-18:00",
        "bank": "示例银行示例支行",
        "holder": "示例理发店",
        "account": "6222000000000000000",
    },
    {"code": "S0001", "service": "haircut", "name": "理发", "price": "30"},
)


def _prepare(sent: Sent) -> Callable[[], dict[str, int]]:
    book = read_shop_book(content=sent.content, assignments=sent.assignments)
    today = local_date(sent.now)
    return lambda: count_changes(
        import_shops(actor=sent.actor, book=book, now=sent.now, today=today)
    )


def _give_back(sent: Sent, preview: KeptPreview) -> bytes:
    """
    Give back every row of a shop that has a faulty one.

    A service its shop no longer lists would end: so the sound rows go along with the faulty ones.
    """
    book = read_shop_book(content=sent.content, assignments=sent.assignments)
    rejected = (preview.list_rejected(FAULTS), preview.list_rejected(PRICE_FAULTS))
    tables = (book.shops, book.services)
    codes = set[str]().union(*map(_list_codes, tables, rejected))
    return write_workbook(
        sheets=[
            (name, *_list_returned(table, rows, codes)[1:])
            for name, table, rows in zip(_SHEETS, tables, rejected, strict=True)
        ]
    )


def _list_codes(table: Table, rejected: Collection[RejectedRow]) -> set[str]:
    numbers = {row.row for row in rejected}
    return {code for number, code in _read_codes(table) if number in numbers and code}


def _list_returned(
    table: Table, rejected: Collection[RejectedRow], codes: Collection[str]
) -> tuple[str, Sequence[str], Iterator[Sequence[Cell]]]:
    faults = {row.row: row for row in rejected}
    sound = [RejectedRow(number, ()) for number, code in _read_codes(table) if code in codes]
    rows = [*(row for row in sound if row.row not in faults), *rejected]
    return list_returned_rows(table=table, rejected=rows, text_fields=("phone",), say=say_fault)


def _read_codes(table: Table) -> Iterator[tuple[int, str]]:
    for number, cells in table.data_rows():
        yield number, read_code(pick_cell(cells, table.header.columns, "code"))


add_pages(
    blueprint,
    Flow(
        kind="shops",
        action=policy.IMPORT_SHOPS,
        title=N_("导入商户"),
        lead=N_("新商户和收款账号导入后待另一人批准；价格当天生效。"),
        back=(N_("商户"), "shops.show_list"),
        sheets=_SHEETS,
        layouts=lambda: SHEET_LAYOUTS,
        counts=COUNTS,
        work=(
            "added",
            "changed",
            "prices_added",
            "prices_changed",
            "prices_ended",
        ),
        listings=LISTINGS,
        preview=preview_shops,
        prepare=_prepare,
        give_back=_give_back,
        example=_EXAMPLES,
        steps=((N_("查看商户"), "shops.show_list"),),
        asks_day=False,
    ),
)
