"""Make workbooks for offices: what is text stays text, and nothing is ever a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from voucher.workbooks.cells import Cell

# A spreadsheet's own limit for one cell; the writer would leave a longer one out.
MAX_TEXT = 32_767

_TEXT_FORMAT = 49
_WIDTH_CHARACTERS = 16
_MAX_SHEET_NAME = 31


def write_workbook(
    *, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]
) -> bytes:
    """
    Make an xlsx workbook of sheets given as (name, titles, rows).

    Text is written as text and formatted as such, so that identity numbers and telephone numbers
    keep every digit when somebody edits them; days are written as text YYYY-MM-DD. Only a cell
    given as int or float becomes a number. A character no file can hold becomes U+FFFD.
    """
    buffer = io.BytesIO()
    # Rows go out as they come: a district's roster need not fit in memory twice.
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as workbook:
        text = workbook.add_format({"num_format": _TEXT_FORMAT})
        title = workbook.add_format({"bold": True})
        for name, titles, rows in sheets:
            sheet = workbook.add_worksheet(name[:_MAX_SHEET_NAME])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(titles) - 1, 0), _WIDTH_CHARACTERS, text)
            _write_row(sheet, 0, titles, title)
            for number, cells in enumerate(rows, start=1):
                _write_row(sheet, number, cells, text)
    return buffer.getvalue()


def keep_damaged(cell: Cell) -> Cell:
    """
    Give a number as text in scientific notation, every other cell unchanged.

    For columns of identity numbers: a number there has lost digits, and written out in full it
    would pass for an identity number, perhaps another person's.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.14E}"
    return cell


def _write_row(sheet: Worksheet, row: int, cells: Sequence[Cell], style: Format) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            sheet.write_number(row, column, cell)
        elif cell is not None:
            sheet.write_string(row, column, _as_text(cell), style)


def _as_text(cell: str | bool | date | datetime | time | timedelta) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    text = str(cell)[:MAX_TEXT]
    return text.encode("utf-8", "replace").decode() if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
