"""
Lists that page, sort and export: what a reader asks for, and the slice that answers.

A list page makes the same number of queries whatever the number of its rows: one counts, one reads
the slice, and nothing is looked up row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from flask import Response
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, select
from werkzeug.datastructures import MultiDict

from voucher.db import db
from voucher.periods import CHINA
from voucher.refusals import N_, BadInput
from voucher.workbooks.cells import Cell
from voucher.workbooks.writing import write_workbook

Row = TypeVar("Row")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIZE, MAX_SIZE = 50, 200
# The most rows a workbook of a list holds; who needs more asks in parts.
MAX_EXPORT = 10_000


class WrongPage(BadInput):
    """The address asks for a part of the list that cannot be."""

    status = 400


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """
    One column of a list: its title, what a workbook holds in it, and by which name it sorts.

    Numbers stand to the right. A column without `sort` cannot be sorted by; one without `cell` is
    not in the workbook.
    """

    title: str
    cell: Callable[[Row], Cell | date | datetime] | None = None
    sort: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list is asked for: pages count from 1; `filters` as they were typed."""

    page: int = 1
    size: int = SIZE
    sort: str = ""
    is_descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    is_export: bool = False

    @property
    def bounds(self) -> tuple[int, int]:
        """Give how many rows to pass over, and how many to take at most."""
        if self.is_export:
            return 0, MAX_EXPORT
        return (self.page - 1) * self.size, self.size

    def __getitem__(self, name: str) -> str:
        """Give a filter, empty when it was not typed."""
        return self.filters.get(name, "")

    def address(self, **changes: str | int) -> dict[str, str | int]:
        """Give the arguments of this part's address, some of them changed."""
        now: dict[str, str | int] = {**self.filters}
        if self.sort:
            now["sort"] = f"-{self.sort}" if self.is_descending else self.sort
        if self.size != SIZE:
            now["size"] = self.size
        merged = {**now, "page": self.page, **changes}
        return {name: value for name, value in merged.items() if value not in ("", 1)}

    def sort_address(self, sort: str) -> dict[str, str | int]:
        """Give the address that sorts by a column, or the other way round if it does already."""
        turned = sort == self.sort and not self.is_descending
        return self.address(sort=f"-{sort}" if turned else sort, page=1)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Some rows of a list, and how many there are in all."""

    rows: Sequence[Row]
    total: int
    wanted: Wanted

    @property
    def pages(self) -> int:
        """Give how many pages there are, at least one."""
        return max(1, -(-self.total // self.wanted.size))

    @property
    def first(self) -> int:
        """Give the number of the first row shown, 0 when there is none."""
        return (self.wanted.page - 1) * self.wanted.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Give the number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def read_wanted(
    args: MultiDict[str, str], *, sorts: Sequence[str] = (), filters: Sequence[str] = ()
) -> Wanted:
    """
    Read `?page=2&size=50&sort=-name&format=xlsx` and the filters this list has.

    :raises WrongPage: page, sort, parameter_unknown, parameter_twice.
    """
    _check_names(args, {"page", "size", "sort", "format", *filters})
    sort = args.get("sort", "")
    if sort and sort.removeprefix("-") not in sorts:
        raise WrongPage("sort", N_("不能按“%(sort)s”排序"), sort=sort[:40])
    return Wanted(
        page=_read_number(args.get("page", "1"), most=1_000_000),
        size=_read_number(args.get("size", str(SIZE)), most=MAX_SIZE),
        sort=sort.removeprefix("-"),
        is_descending=sort.startswith("-"),
        filters={name: args.get(name, "").strip()[:100] for name in filters},
        is_export=args.get("format") == "xlsx",
    )


def _check_names(args: MultiDict[str, str], known: set[str]) -> None:
    for name, values in args.lists():
        if name not in known:
            raise WrongPage("parameter_unknown", N_("网址中有未知的参数“%(name)s”"), name=name[:40])
        if len(values) > 1:
            raise WrongPage("parameter_twice", N_("网址中的“%(name)s”重复"), name=name[:40])


def _read_number(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most and len(text) < 9):
        raise WrongPage("page", N_("页码和每页行数须为 1 至 %(most)s 的整数"), most=most)
    return int(text)


def take_slice(
    query: Select[Any],
    *,
    wanted: Wanted,
    sorts: Mapping[str, ColumnElement[Any]],
    last: ColumnElement[Any],
) -> Slice[Any]:
    """
    Run a list's query for one slice; the rows come as `Row` tuples.

    `sorts` gives the column behind each name a reader may sort by; without one the query's own
    order holds. `last` is unique and settles ties, so that no row is shown twice or never.
    """
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    if wanted.sort:
        column = sorts[wanted.sort]
        ordered = query.order_by(None).order_by(
            column.desc() if wanted.is_descending else column, last
        )
    else:
        ordered = query.order_by(last)
    start, size = wanted.bounds
    rows = db.session.execute(ordered.limit(size).offset(start)).all()
    return Slice(rows, total or 0, wanted)


def slice_rows(rows: Sequence[Row], *, wanted: Wanted) -> Slice[Row]:
    """Give one slice of rows that are in memory already, in their own order."""
    start, size = wanted.bounds
    return Slice(rows[start : start + size], len(rows), wanted)


def send_workbook(*, name: str, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> Response:
    """Answer a list as a workbook: text stays text, numbers stay numbers, days are YYYY-MM-DD."""
    shown = [column for column in columns if column.cell is not None]
    titles = [gettext(column.title) for column in shown]
    cells = ([_as_cell(column.cell(row)) for column in shown if column.cell] for row in rows)
    return send_file_content(
        content=write_workbook(sheets=[(name, titles, cells)]), name=f"{name}.xlsx", kind=XLSX
    )


def send_file_content(*, content: bytes, name: str, kind: str) -> Response:
    """Answer a file to keep, under a name that may be Chinese."""
    answer = Response(content, content_type=kind)
    # A header is Latin-1: a Chinese name goes in the form of RFC 6266, or no server can send it.
    named = {"filename": name} if name.isascii() else {"filename*": f"UTF-8''{quote(name)}"}
    answer.headers.set("Content-Disposition", "attachment", **named)
    return answer


def _as_cell(value: Cell | date | datetime) -> Cell:
    if isinstance(value, datetime):
        return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return value
