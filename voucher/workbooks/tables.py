"""The data rows of a sheet: below the header, neither blank nor a foot row, without traps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from voucher.refusals import N_, BadInput
from voucher.workbooks.cells import Cell, is_blank, read_text
from voucher.workbooks.headers import (
    Assignment,
    Header,
    Layout,
    assign_header,
    find_header,
    no_rows,
)
from voucher.workbooks.reading import Sheet
from voucher.workbooks.sheets import MAX_ROWS, Area, cell_name, too_many_rows

_FOOT_WORDS = ("合计", "总计", "小计", "填表", "制表", "审核", "填报", "说明", "注")


@dataclass(frozen=True, slots=True)
class Notice:
    """A word about a whole sheet, and how often it applies."""

    word: str
    count: int


@dataclass(slots=True)
class Table:
    """A header and what stands below it. `hidden_rows` counts while the rows are read."""

    sheet: Sheet
    layout: Layout
    header: Header
    hidden_rows: int = 0
    _mapped: dict[int, str] = field(default_factory=dict)
    _merged: list[Area] = field(default_factory=list)

    def data_rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """
        Give each data row as (number in the sheet, cells), reading as it goes.

        :raises BadInput: formula, cell_error or merged naming the cell; rows above 200,000;
            no_rows when there is none.
        """
        key = self.header.columns[self.layout.key]
        hidden = self.sheet.facts.hidden_rows
        merged = _MergedRows(self._merged)
        count = self.hidden_rows = 0
        for number, cells in self.sheet.rows():
            if number <= self.header.row or self._is_skipped(number, cells, key):
                continue
            if area := merged.covering(number):
                raise _merged_cells(number, area)
            count += 1
            if count > MAX_ROWS:
                raise too_many_rows()
            self.hidden_rows += number in hidden
            yield number, cells
        if not count:
            raise no_rows()

    def list_notices(self) -> tuple[Notice, ...]:
        """
        Give what the sender of the sheet should know; call when the rows were read.

        hidden_rows were read like the others; other_sheets were not read; columns_ignored have
        titles nobody knows.
        """
        counts = {
            "hidden_rows": self.hidden_rows,
            "other_sheets": int(self.sheet.has_other_sheets),
            "columns_ignored": len(self.header.ignored),
        }
        return tuple(Notice(word, count) for word, count in counts.items() if count)

    def _is_skipped(self, number: int, cells: Sequence[Cell], key: int) -> bool:
        if is_blank(cells[key]) and _is_foot(cells):
            return True
        self._refuse_traps(number)
        return is_blank(cells[key]) and all(is_blank(cell) for cell in cells)

    def _refuse_traps(self, row: int) -> None:
        facts = self.sheet.facts
        for column in sorted(facts.formulas.get(row, ())):
            if column - 1 in self._mapped:
                raise _formula(row, column, self._mapped[column - 1])
        for column in sorted(facts.errors.get(row, ())):
            if column - 1 in self._mapped:
                raise _cell_error(row, column, self._mapped[column - 1])


def open_table(*, sheet: Sheet, layout: Layout, assignment: Assignment | None = None) -> Table:
    """
    Find the header of a sheet, or take the one its sender pointed out, and prepare the rows below.

    :raises BadInput: header, no_rows, or merged, formula, cell_error in the header row.
    """
    if assignment is None:
        header = find_header(rows=sheet.rows(), layout=layout)
    else:
        header = assign_header(rows=sheet.rows(), layout=layout, assignment=assignment)
    mapped = {column: _title(header, column + 1) for column in header.columns.values()}
    _refuse_header_traps(sheet, header)
    return Table(
        sheet=sheet,
        layout=layout,
        header=header,
        _mapped=mapped,
        _merged=[area for area in sheet.facts.merged if _touches(area, mapped)],
    )


def _title(header: Header, column: int) -> str:
    title = header.titles[column - 1] if column <= len(header.titles) else ""
    return title or cell_name(row=header.row, column=column)


class _MergedRows:
    """Merged areas met while rows are read downwards: each area is looked at once."""

    def __init__(self, areas: list[Area]) -> None:
        self._waiting = sorted(areas, reverse=True)
        self._longest: Area = (0, 0, 0, 0)

    def covering(self, row: int) -> Area | None:
        """Give an area that reaches into this row; rows must be asked for in rising order."""
        while self._waiting and self._waiting[-1][0] <= row:
            self._longest = max(self._longest, self._waiting.pop(), key=lambda area: area[2])
        return self._longest if self._longest[2] >= row else None


def _touches(area: Area, mapped: dict[int, str]) -> bool:
    return any(area[1] <= column + 1 <= area[3] for column in mapped)


def _refuse_header_traps(sheet: Sheet, header: Header) -> None:
    row, facts = header.row, sheet.facts
    for area in facts.merged:
        if area[0] <= row <= area[2]:
            raise _merged_cells(row, area)
    for column in sorted(facts.formulas.get(row, ())):
        raise _formula(row, column, _title(header, column))
    for column in sorted(facts.errors.get(row, ())):
        raise _cell_error(row, column, _title(header, column))


def _is_foot(cells: Sequence[Cell]) -> bool:
    first = next((cell for cell in cells if not is_blank(cell)), None)
    return isinstance(first, str) and read_text(first).startswith(_FOOT_WORDS)


def _merged_cells(row: int, area: Area) -> BadInput:
    place = cell_name(row=area[0], column=area[1])
    return BadInput("merged", N_("第%(row)s行合并单元格，请拆分"), row=row, cell=place)


def _formula(row: int, column: int, title: str) -> BadInput:
    return BadInput(
        "formula",
        N_("第%(row)s行“%(title)s”是公式，请粘贴为数值"),
        row=row,
        title=title,
        cell=cell_name(row=row, column=column),
    )


def _cell_error(row: int, column: int, title: str) -> BadInput:
    return BadInput(
        "cell_error",
        N_("第%(row)s行“%(title)s”是错误值，请改正"),
        row=row,
        title=title,
        cell=cell_name(row=row, column=column),
    )
