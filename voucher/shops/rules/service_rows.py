"""Judge the second sheet of a shops workbook: services and published prices."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from voucher.money import parse_yuan
from voucher.refusals import N_, BadInput
from voucher.shops.rules.judged import (
    Columns,
    Judged,
    RowNote,
    find_code_faults,
    pick_cell,
    read_code,
)
from voucher.workbooks.cells import Cell, read_text
from voucher.workbooks.faults import Fault, RejectedRow
from voucher.workbooks.headers import REASON_TITLE, Layout

SERVICE_LAYOUT = Layout(
    words={
        "code": ("商户编号",),
        "service": ("服务代码",),
        "name": ("服务名称",),
        "price": ("单价（元）", "单价(元)", "单价"),
    },
    anchors=("code", "service"),
    required=("code", "service", "price"),
    key="code",
    silent=("序号", "备注", REASON_TITLE),
)

# A month of full residential care costs a fraction of it; more is a slip of the keyboard.
MAX_PRICE_FEN = 100_000 * 100


class ServiceRow(NamedTuple):
    """An accepted row: what a shop asks for a service, in fen."""

    row: int
    code: str
    service: str
    price_fen: int


class _Typed(NamedTuple):
    """What one row says; a price that cannot be read is its fault."""

    code: str
    service: str
    name: str
    price: int | Fault


def judge_services(
    *,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    columns: Columns,
    shops: Collection[str],
    services: Mapping[str, str],
) -> Judged[ServiceRow]:
    """
    Judge every price row; `shops` are the codes that may be priced, `services` gives code: name.

    An earlier row of the same shop and service makes a duplicate, whether or not it was accepted.
    """
    judged: Judged[ServiceRow] = Judged()
    first_rows: dict[tuple[str, str], int] = {}
    for row, cells in rows:
        typed = _read_row(cells, columns)
        first = first_rows.setdefault((typed.code, typed.service), row)
        faults = tuple(_find_faults(row, typed, first, shops, services))
        if faults:
            judged.rejected.append(RejectedRow(row, faults))
            continue
        assert isinstance(typed.price, int)
        judged.accepted.append(ServiceRow(row, typed.code, typed.service, typed.price))
        if typed.name and typed.name != services[typed.service]:
            judged.warnings.append(RowNote(row, "service_name_mismatch"))
    return judged


def _read_row(cells: Sequence[Cell], columns: Columns) -> _Typed:
    return _Typed(
        code=read_code(pick_cell(cells, columns, "code")),
        service=read_code(pick_cell(cells, columns, "service")).lower(),
        name=read_text(pick_cell(cells, columns, "name")),
        price=read_price(pick_cell(cells, columns, "price")),
    )


def read_price(cell: Cell) -> int | Fault:
    """Give a price in fen, or what is wrong with it, in the words of `money` and amount_date."""
    if isinstance(cell, date | time | timedelta):
        return Fault("amount_date", N_("单价是日期，请改成金额"), {})
    try:
        fen = parse_yuan(_spell(cell))
    except BadInput as refusal:
        return Fault(refusal.word, refusal.sentence, refusal.facts)
    if fen > MAX_PRICE_FEN:
        return Fault("amount_max", N_("单价不能超过100,000元"), {})
    return fen


def _spell(cell: Cell) -> str:
    """Spell a number the way a person would have typed it, so that one rule reads both."""
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f")
    return read_text(cell)


def _find_faults(
    row: int,
    typed: _Typed,
    first: int,
    shops: Collection[str],
    services: Mapping[str, str],
) -> Iterator[Fault]:
    code_faults = tuple(find_code_faults(typed.code))
    yield from code_faults
    if not code_faults and typed.code not in shops:
        yield Fault("shop_unknown", _SHOP_UNKNOWN, {"code": typed.code})
    if typed.service not in services:
        facts = {"service": typed.service[:40], "known": " ".join(services)}
        yield Fault("service_unknown", N_("没有服务“%(service)s”，可用：%(known)s"), facts)
    if isinstance(typed.price, Fault):
        yield typed.price
    if first != row:
        yield Fault("duplicate_in_file", _DUPLICATE, {"row": row, "first": first})


_SHOP_UNKNOWN = N_("没有商户“%(code)s”，或第一个工作表中该商户未被接受")
_DUPLICATE = N_("第%(row)s行与第%(first)s行的商户和服务相同")
