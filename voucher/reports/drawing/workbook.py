"""A simulation as a workbook: a sheet a table, money as numbers of yuan, charts to work on."""

import io
from collections.abc import Iterable

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from voucher.reports.rules.cells import Cell, Fen, Table

_TEXT_FORMAT = 49
_FIRST_WIDTH, _WIDTH = 32, 18
_CHART_PIXELS = {"width": 720, "height": 380}
_COLOURS = ("#0054A6", "#F59F00")


def write_tables(*, tables: Iterable[Table], lines: Iterable[str]) -> bytes:
    """
    Make a workbook of tables, a sheet each; the lines stand above the first.

    Text is written as text, so that nothing a scheme file says becomes a formula.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        text = workbook.add_format({"num_format": _TEXT_FORMAT})
        money = workbook.add_format({"num_format": "#,##0.00"})
        title = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        above = list(lines)
        for table in tables:
            sheet = workbook.add_worksheet(table.title)
            sheet.set_column(0, 0, _FIRST_WIDTH)
            sheet.set_column(1, len(table.columns), _WIDTH)
            for number, line in enumerate(above):
                sheet.write_string(number, 0, line, text)
            top = len(above) + 1 if above else 0
            above = []
            _write_rows(sheet, table, top, title, text, money)
            if table.drawn and table.rows:
                chart = _draw_chart(workbook, table, top)
                sheet.insert_chart(top, len(table.columns) + 1, chart)
    return buffer.getvalue()


def _write_rows(
    sheet: Worksheet, table: Table, top: int, title: Format, text: Format, money: Format
) -> None:
    for place, column in enumerate(table.columns):
        sheet.write_string(top, place, column.title, title)
    for number, row in enumerate(table.rows, start=top + 1):
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell, text, money)


def _write_cell(
    sheet: Worksheet, row: int, column: int, cell: Cell, text: Format, money: Format
) -> None:
    if isinstance(cell, Fen):
        sheet.write_number(row, column, cell.fen / 100, money)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell, text)


def _draw_chart(workbook: xlsxwriter.Workbook, table: Table, top: int) -> object:
    """Draw the table's bars as a chart that reads its cells."""
    chart = workbook.add_chart({"type": "column"})
    last = top + len(table.rows)
    for place, colour in zip(table.drawn, _COLOURS, strict=False):
        chart.add_series(
            {
                "name": [table.title, top, place],
                "categories": [table.title, top + 1, 0, last, 0],
                "values": [table.title, top + 1, place, last, place],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": table.title})
    chart.set_legend({"position": "bottom"})
    chart.set_size(_CHART_PIXELS)
    return chart
