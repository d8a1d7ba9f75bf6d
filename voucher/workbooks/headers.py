"""Find the line of titles in a sheet, and say which column holds which field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a sender said of a header: its row in the sheet, and which column holds which field."""

    row: int
    columns: Mapping[str, int]


def find_header(*, rows: Iterable[tuple[int, Sequence[Cell]]], layout: Layout) -> Header:
    """
    Find the header among the top 30 rows; what stands above it does not count.

    :raises BadInput: no_rows for a sheet without anything, header when no row has the anchors,
        or when a required column is missing or a column is there twice.
    """
    fields = _name_fields(layout)
    is_empty = True
    for number, titles in _list_titles(rows):
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


def assign_header(
    *, rows: Iterable[tuple[int, Sequence[Cell]]], layout: Layout, assignment: Assignment
) -> Header:
    """
    Take the header that the sender pointed out.

    :raises BadInput: header, when a required field has no column, two fields have the same one, or
        the sheet does not reach as far.
    """
    columns = assignment.columns
    titles = next((titles for row, titles in _list_titles(rows) if row == assignment.row), ())
    used = list(columns.values())
    missing = [field for field in layout.required if field not in columns]
    duplicate = [field for field, at in columns.items() if used.count(at) > 1]
    if missing or duplicate or max(used) >= len(titles):
        raise _faulty_header(assignment.row, layout, missing, duplicate)
    known = {*layout.silent, ""}
    return Header(
        row=assignment.row,
        columns=dict(columns),
        titles=titles,
        ignored=tuple(
            title for at, title in enumerate(titles) if at not in used and title not in known
        ),
    )


def propose_assignment(*, rows: Iterable[tuple[int, Sequence[Cell]]], layout: Layout) -> Assignment:
    """
    Guess a header for its sender to correct: the row that knows most words, or else the fullest.

    A field whose words stand there twice is left open.
    """
    fields = _name_fields(layout)
    best, most = Assignment(1, {}), (-1, -1)
    for row, titles in _list_titles(rows):
        named = [fields[title] for title in titles if title in fields]
        weight = (len(set(named)), sum(bool(title) for title in titles))
        if weight > most:
            columns = {
                fields[title]: at
                for at, title in enumerate(titles)
                if title in fields and named.count(fields[title]) == 1
            }
            best, most = Assignment(row, columns), weight
        if set(named).issuperset(layout.anchors):
            break
    return best


def _name_fields(layout: Layout) -> dict[str, str]:
    return {word: field for field, words in layout.words.items() for word in words}


def _list_titles(
    rows: Iterable[tuple[int, Sequence[Cell]]],
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give the top rows as titles: text without any space."""
    for number, cells in rows:
        if number > HEADER_WITHIN_ROWS:
            return
        yield number, tuple("".join(read_text(cell).split()) for cell in cells)


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
        raise _faulty_header(number, layout, missing, duplicate)
    known = {*fields, *layout.silent, ""}
    return Header(
        row=number,
        columns={fields[title]: at for at, title in enumerate(titles) if title in fields},
        titles=titles,
        ignored=tuple(title for title in titles if title not in known),
    )


def _faulty_header(
    row: int, layout: Layout, missing: Iterable[str], duplicate: Iterable[str]
) -> BadInput:
    return BadInput(
        "header",
        N_("第%(row)s行表头有误：缺少“%(missing)s”，重复“%(duplicate)s”"),
        row=row,
        missing=layout.show_titles(missing),
        duplicate=layout.show_titles(duplicate),
    )
