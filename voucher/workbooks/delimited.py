"""Read CSV as offices send it: UTF-8 with or without mark, or GB 18030; any line ends."""

import csv
import io

from voucher.refusals import N_, BadInput
from voucher.workbooks.archive import refuse_oversize
from voucher.workbooks.cells import normalise_text
from voucher.workbooks.headers import no_rows
from voucher.workbooks.sheets import MAX_COLUMNS, MAX_ROWS, too_many_rows


def read_delimited(*, content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """
    Read a CSV file as (line where the row begins, normalised cells), without blank rows.

    :raises BadInput: file_size, encoding, csv_quote naming the line, rows, no_rows.
    """
    refuse_oversize(content=content)
    text = _decode(content)
    rows = _read_rows(text)
    if not rows:
        raise no_rows()
    return rows


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput("encoding", N_("无法识别文件的编码，请另存为 UTF-8 编码的 CSV"))


def _read_rows(text: str) -> list[tuple[int, tuple[str, ...]]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(lines), strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    first_line = 1
    try:
        for cells in reader:
            values = tuple(normalise_text(cell) for cell in cells[:MAX_COLUMNS])
            if any(values):
                rows.append((first_line, values))
            if len(rows) > MAX_ROWS + 1:
                raise too_many_rows()
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput("csv_quote", N_("第%(line)s行引号不配对"), line=first_line) from error
    return rows
