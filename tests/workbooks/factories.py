"""Workbooks as offices and enemies make them."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import xlsxwriter

# Nothing on disk: a workbook's parts would be as many files.
IN_MEMORY = {"strings_to_formulas": False, "in_memory": True}
ROSTER_TITLES = ("姓名", "身份证号", "社区", "备注")
SOUND_ROW = ("王秀英", "110101193806150026", "清波门社区", "")


def make_workbook(
    rows: Iterable[Sequence[object]], *, change: Callable[..., None] | None = None
) -> bytes:
    """Make a workbook of one sheet; `change` receives workbook and sheet for anything unusual."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, IN_MEMORY) as workbook:
        sheet = workbook.add_worksheet("名单")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                else:
                    sheet.write(row, column, cell)
        if change:
            change(workbook, sheet)
    return buffer.getvalue()


def make_roster(*rows: Sequence[object], change: Callable[..., None] | None = None) -> bytes:
    return make_workbook([ROSTER_TITLES, *rows], change=change)


def repack(
    content: bytes,
    *,
    replaced: Mapping[str, bytes] | None = None,
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """Give the same package with parts replaced and added."""
    parts = dict(replaced or {})
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, parts.get(entry.filename, old.read(entry)))
        for name, part in (added or {}).items():
            new.writestr(name, part)
    return buffer.getvalue()


def read_part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
