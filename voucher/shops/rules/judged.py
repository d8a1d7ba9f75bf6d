"""What judging a sheet gives: rows taken, rows sent back, words about rows taken."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from voucher.refusals import N_
from voucher.workbooks.cells import Cell, read_text
from voucher.workbooks.faults import Fault, RejectedRow

Row = TypeVar("Row")
Columns = Mapping[str, int]

_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,19}")
_CODE_MISSING = N_("缺少商户编号")
_CODE_FORMAT = N_("商户编号“%(code)s”有误：须为1至20个字母、数字或短横")


class RowNote(NamedTuple):
    """A word about a row that was taken."""

    row: int
    word: str


@dataclass(slots=True)
class Judged(Generic[Row]):
    """A whole sheet, judged."""

    accepted: list[Row] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: list[RowNote] = field(default_factory=list)


def pick_cell(cells: Sequence[Cell], columns: Columns, name: str) -> Cell:
    """Give the cell of a field, blank where the sheet has no such column."""
    return cells[columns[name]] if name in columns else ""


def read_code(cell: Cell) -> str:
    """Give a code as it is kept: full-width forms made narrow, letters made capital."""
    return unicodedata.normalize("NFKC", read_text(cell)).upper()


def find_code_faults(code: str) -> Iterator[Fault]:
    """Give the faults of a shop's code: code_missing, code_format."""
    if not code:
        yield Fault("code_missing", _CODE_MISSING, {})
    elif not _CODE.fullmatch(code):
        yield Fault("code_format", _CODE_FORMAT, {"code": code[:40]})
