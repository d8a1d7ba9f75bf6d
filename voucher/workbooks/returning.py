"""Give faulty rows back as a workbook that can be corrected and sent again."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from voucher.workbooks.cells import Cell, read_text
from voucher.workbooks.faults import Fault, RejectedRow
from voucher.workbooks.headers import REASON_TITLE
from voucher.workbooks.tables import Table
from voucher.workbooks.writing import keep_damaged

SHEET_NAME = "退回"


def list_returned_rows(
    *,
    table: Table,
    rejected: Sequence[RejectedRow],
    text_fields: Sequence[str],
    say: Callable[[Fault], str],
) -> tuple[str, Sequence[str], Iterator[Sequence[Cell]]]:
    """
    Give a sheet of the rejected rows as they came, under their own titles, each with its faults.

    Columns of `text_fields` become text, the key column without making a damaged number look
    sound. `say` puts a fault into words.
    """
    faults = {row.row: row.faults for row in rejected}
    titles = (*table.header.titles, REASON_TITLE)
    return SHEET_NAME, titles, _list_rows(table, faults, text_fields, say)


def pick_rows(*, table: Table, numbers: Collection[int]) -> dict[int, Sequence[Cell]]:
    """Give the cells of some rows by their number in the sheet."""
    if not numbers:
        return {}
    return {number: cells for number, cells in table.sheet.rows() if number in numbers}


def _list_rows(
    table: Table,
    faults: Mapping[int, Sequence[Fault]],
    text_fields: Sequence[str],
    say: Callable[[Fault], str],
) -> Iterator[Sequence[Cell]]:
    columns = table.header.columns
    key = columns[table.layout.key]
    texts = {columns[name] for name in text_fields if name in columns}
    for number, cells in table.sheet.rows():
        if number in faults:
            kept: list[Cell] = [
                read_text(cell) if at in texts else keep_damaged(cell) if at == key else cell
                for at, cell in enumerate(cells)
            ]
            yield [*kept, "；".join(say(fault) for fault in faults[number])]
