"""Open a workbook from outside: the values of its first sheet, and the facts beside them."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import python_calamine

from voucher.workbooks.archive import open_archive, wrong_type
from voucher.workbooks.cells import Cell
from voucher.workbooks.sheets import (
    SheetFacts,
    list_sheet_parts,
    read_sheet_facts,
    sheet_has_values,
)

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `has_other_sheets` says that a further one holds values, which nobody reads."""

    facts: SheetFacts
    has_other_sheets: bool
    _values: python_calamine.CalamineSheet

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Give every row as (number in the sheet from 1, cells from column A); values only."""
        indent: list[Cell] = [""] * (self._values.start or (0, 0))[1]
        for number, cells in enumerate(self._values.iter_rows(), start=1):
            yield number, [*indent, *cells] if indent else cells


def read_first_sheet(*, content: bytes) -> Sheet:
    """
    Read the first sheet of an xlsx workbook.

    :raises BadInput: file_size, file_type, file_locked, file_bomb, file_macro, file_xml, rows or
        columns; no part is parsed before the package is proved small and plain.
    """
    return read_sheets(content=content, number=1)[0]


def read_sheets(*, content: bytes, number: int) -> list[Sheet]:
    """
    Read the first sheets of an xlsx workbook, at most `number` of them.

    :raises BadInput: as read_first_sheet.
    """
    with open_archive(content=content) as archive:
        parts = list_sheet_parts(archive=archive)
        facts = [read_sheet_facts(archive=archive, part=part) for part in parts[:number]]
        has_others = any(sheet_has_values(archive=archive, part=part) for part in parts[number:])
    values = _guard(lambda: _read_values(content, len(facts)))
    return [
        Sheet(facts=fact, has_other_sheets=has_others, _values=sheet)
        for fact, sheet in zip(facts, values, strict=True)
    ]


def _read_values(content: bytes, number: int) -> list[python_calamine.CalamineSheet]:
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    if len(names) < number:
        raise wrong_type()
    return [workbook.get_sheet_by_name(name) for name in names[:number]]


def _guard(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise wrong_type() from error
    except BaseException as error:
        # A panic of the reader's Rust code is not an Exception, yet it only says: unreadable.
        if type(error).__name__ != "PanicException":
            raise
        raise wrong_type() from error
