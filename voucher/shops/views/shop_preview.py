"""What a workbook of shops would do, as counts and lists for the preview."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.imports.rules import (
    HIDDEN,
    Cell,
    Listing,
    Preview,
    as_words,
    list_fault_rows,
    tell_notices,
)
from voucher.imports.views.flows import FAULTS, Sent
from voucher.money import show_yuan
from voucher.periods import local_date
from voucher.refusals import N_
from voucher.schemes.queries import list_services
from voucher.shops.operations.importing import (
    ShopBook,
    ShopImport,
    read_shop_book,
    rehearse_shops,
)
from voucher.shops.queries import list_shops
from voucher.shops.rules.judged import RowNote, pick_cell, read_code
from voucher.shops.rules.states import Registration
from voucher.workbooks.cells import read_text

PRICE_FAULTS = "price_faults"
_PRICES = ".prices"
_SHOP = (N_("商户编号"), N_("商户名称"))
COUNTS = {
    "rows": N_("总行数"),
    "added": N_("新商户"),
    "changed": N_("商户变更"),
    "unchanged": N_("商户不变"),
    "prices_added": N_("新服务"),
    "prices_changed": N_("价格变更"),
    "prices_ended": N_("停止的服务"),
    "prices_unchanged": N_("价格不变"),
    "rejected": N_("有错"),
}
LISTINGS = (
    Listing(
        FAULTS,
        N_("有错的商户行"),
        N_("第一个工作表中的这些行不导入。请下载后逐行改正，再传一次。"),
        (N_("行"), *_SHOP, N_("错在哪里")),
        is_fault=True,
    ),
    Listing(
        PRICE_FAULTS,
        N_("有错的价格行"),
        N_("第二个工作表中的这些行不导入。请下载后逐行改正，再传一次。"),
        (N_("行"), N_("商户编号"), N_("服务代码"), N_("错在哪里")),
        is_fault=True,
    ),
    Listing("added", N_("新商户"), N_("导入后待另一人批准。"), (*_SHOP, N_("地址"))),
    Listing(
        "changed",
        N_("商户变更"),
        N_("收款账号的变更待另一人批准后才生效。"),
        (*_SHOP, N_("哪一项"), N_("原来"), N_("改为")),
    ),
    Listing(
        "prices",
        N_("服务与价格"),
        N_("今天起生效。"),
        (N_("商户编号"), N_("服务"), N_("原价（元）"), N_("新价（元）")),
    ),
    Listing(
        "warnings",
        N_("提醒"),
        N_("这些行照常导入，但请核对。"),
        (N_("工作表"), N_("行"), N_("提醒")),
    ),
    Listing(
        "absent",
        N_("文件中没有"),
        N_("已登记、这份文件中没有的商户：只列出，不删除，价格不变。"),
        (*_SHOP, N_("地址")),
    ),
)
_FIELDS = {
    "name": N_("商户名称"),
    "registration": N_("登记方式"),
    "licence": N_("证照号"),
    "community_id": N_("社区"),
    "address": N_("地址"),
    "contact": N_("联系人"),
    "phone": N_("联系电话"),
    "hours": N_("营业时间"),
    "account": N_("收款账号"),
}
_REGISTRATIONS = {Registration.REGISTERED: N_("登记"), Registration.FILED: N_("备案")}
_WARNINGS = {
    "phone_invalid": N_("联系电话不是有效号码，不登记"),
    "service_missing": N_("第二个工作表中没有这家商户的价格"),
    "service_name_mismatch": N_("服务名称与服务代码不符，以代码为准"),
}
_SHEET_TITLES = (N_("商户"), N_("服务与价格"))

Rows = list[Sequence[Cell]]


def preview_shops(sent: Sent) -> Preview:
    """
    Tell what a workbook of shops would do: it is done and taken back.

    :raises BadInput: sheet_missing, or any word of a file the workbooks refuse.
    """
    book = read_shop_book(content=sent.content, assignments=sent.assignments)
    with transaction():
        done = rehearse_shops(actor=sent.actor, book=book, now=sent.now, today=local_date(sent.now))
    known = {shop.code: shop for shop in list_shops(actor=sent.actor)}
    sheet = _read_sheet(book)
    names = {code: said[0] for code, said in sheet.items()}
    absent: Rows = [
        (shop.code, shop.name, shop.address) for code, shop in known.items() if code not in names
    ]
    return Preview(
        counts=count_changes(done),
        notices=[
            notice
            for table in (book.shops, book.services)
            for notice in tell_notices(notices=table.list_notices(), ignored=table.header.ignored)
        ],
        rows={
            **_list_faults(book, done),
            "added": [
                (code, *sheet[code]) for code, what in done.changes.items() if what == "added"
            ],
            "changed": list(_list_changes(done.changes, names)),
            "prices": list(_list_prices(done.changes)),
            "warnings": _list_warnings(done),
            "absent": absent,
        },
    )


def count_changes(done: ShopImport) -> dict[str, int]:
    """Count what a workbook would do, or did; rows of both sheets are counted together."""
    shops, services = done.shops, done.services
    rejected = len(shops.rejections) + len(services.rejections)
    taken = sum(tally.added + tally.updated + tally.unchanged for tally in (shops, services))
    return {
        "rows": taken + rejected,
        "added": shops.added,
        "changed": shops.updated,
        "unchanged": shops.unchanged,
        "prices_added": services.added,
        "prices_changed": services.updated,
        "prices_ended": services.absent,
        "prices_unchanged": services.unchanged,
        "rejected": rejected,
    }


def _read_sheet(book: ShopBook) -> dict[str, tuple[str, str]]:
    """Give name and address of every shop on the first sheet, by code."""
    columns = book.shops.header.columns
    return {
        read_code(pick_cell(cells, columns, "code")): (
            read_text(pick_cell(cells, columns, "name")),
            read_text(pick_cell(cells, columns, "address")),
        )
        for _, cells in book.shops.data_rows()
    }


def _list_faults(book: ShopBook, done: ShopImport) -> dict[str, Rows]:
    return {
        FAULTS: list_fault_rows(
            table=book.shops, rejected=done.shops.rejections, fields=("code", "name")
        ),
        PRICE_FAULTS: list_fault_rows(
            table=book.services, rejected=done.services.rejections, fields=("code", "service")
        ),
    }


def _list_changes(changes: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    places = {place.id: f"{place.street} {place.name}" for place in list_communities()}
    for code, fields in changes.items():
        if code.endswith(_PRICES) or fields == "added":
            continue
        for field, values in fields.items():
            title = as_words(_FIELDS[field])
            yield (code, names[code], title, *_show_values(field, values, places))


def _show_values(field: str, values: Any, places: Mapping[int, str]) -> tuple[Cell, Cell]:
    if field in ("phone", "account"):
        return as_words(HIDDEN), as_words(HIDDEN)
    before, after = values
    if field == "community_id":
        return places.get(before, ""), places.get(after, "")
    if field == "registration":
        return as_words(_REGISTRATIONS[before]), as_words(_REGISTRATIONS[after])
    return str(before), str(after)


def _list_prices(changes: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    titles = {service.code: service.name.zh for service in list_services()}
    for key, prices in changes.items():
        if not key.endswith(_PRICES):
            continue
        for service, (before, after) in prices.items():
            shown = (show_yuan(fen) if fen is not None else "—" for fen in (before, after))
            yield (key.removesuffix(_PRICES), f"{service} {titles[service]}", *shown)


def _list_warnings(done: ShopImport) -> Rows:
    both: list[tuple[str, Sequence[RowNote]]] = [
        (_SHEET_TITLES[0], done.shops.warnings),
        (_SHEET_TITLES[1], done.services.warnings),
    ]
    return [
        (as_words(sheet), note.row, as_words(_WARNINGS[note.word]))
        for sheet, notes in both
        for note in notes
    ]
