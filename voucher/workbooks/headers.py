"""Find the line of titles in a sheet, and say which column holds which field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voucher.refusals import N_, BadInput
from voucher.workbooks.cells import Cell, read_text

HEADER_WITHIN_ROWS = 30
# The column that faulty rows come back with; they may be sent again with it.
REASON_TITLE = "退回原因"


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The columns one kind of workbook has.

    `words` gives the titles each field may have, spaces inside ignored. The header is the first
    row that holds a word of every field in `anchors`; `required` fields must be there. `key` is
    the field that every row but a foot row fills. Titles in `silent` are known and not read.
    """

    words: Mapping[str, Sequence[str]]
    anchors: Sequence[str]
    required: Sequence[str]
    key: str
    silent: Sequence[str] = ()

    def show_titles(self, fields: Iterable[str]) -> str:
        """Name fields by their first title, for people."""
        return "、".join(self.words[field][0] for field in fields)


@dataclass(frozen=True, slots=True)
class Header:
    """Columns counted from 0; `row` as the sheet counts it; titles nobody asked for."""

    row: int
    columns: Mapping[str, int]
    titles: tuple[str, ...]
    ignored: tuple[str, ...]


def find_header(*, rows: Iterable[tuple[int, Sequence[Cell]]], layout: Layout) -> Header:
    """
    Find the header among the top 30 rows; what stands above it does not count.

    :raises BadInput: no_rows for a sheet without anything, header when no row has the anchors,
        or when a required column is missing or a column is there twice.
    """
    fields = {word: field for field, words in layout.words.items() for word in words}
    is_empty = True
    for number, cells in rows:
        if number > HEADER_WITHIN_ROWS:
            break
        titles = tuple("".join(read_text(cell).split()) for cell in cells)
        is_empty = is_empty and not any(titles)
        if {fields.get(title) for title in titles}.issuperset(layout.anchors):
            return _read_header(number, titles, fields, layout)
    if is_empty:
        raise no_rows()
    raise BadInput(
        "header",
        N_("找不到表头，前30行中须有“%(missing)s”"),
        missing=layout.show_titles(layout.anchors),
        duplicate="",
    )


def no_rows() -> BadInput:
    """Give the refusal for a sheet that has no data row."""
    return BadInput("no_rows", N_("没有数据行，请把数据填在第一个工作表的表头下面"))


def _read_header(
    number: int, titles: tuple[str, ...], fields: Mapping[str, str], layout: Layout
) -> Header:
    named = [fields[title] for title in titles if title in fields]
    missing = [field for field in layout.required if field not in named]
    duplicate = [field for field in layout.words if named.count(field) > 1]
    if missing or duplicate:
        raise BadInput(
            "header",
            N_("第%(row)s行表头有误：缺少“%(missing)s”，重复“%(duplicate)s”"),
            row=number,
            missing=layout.show_titles(missing),
            duplicate=layout.show_titles(duplicate),
        )
    known = {*fields, *layout.silent, ""}
    return Header(
        row=number,
        columns={fields[title]: at for at, title in enumerate(titles) if title in fields},
        titles=titles,
        ignored=tuple(title for title in titles if title not in known),
    )
