"""
What a sheet's XML tells and its values do not: formulas, error cells, merged and hidden cells.

One streaming pass over one part of the package, with a parser that has already been promised
that there is no document type and hence no entity to expand.
"""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias
from xml.parsers import expat

from voucher.refusals import N_, BadInput
from voucher.workbooks.archive import FileTooLarge, wrong_type

MAX_ROWS = 200_000
MAX_COLUMNS = 60
# Titles, blank lines and totals come on top of the data rows; beyond this the values' reader
# would have to make room for a sheet that is nearly empty.
LAST_ROW = MAX_ROWS + 50_000

_SHEET_TYPE = "/worksheet"
_CHUNK = 1 << 18
_MAX_ROW_DIGITS = 7

Area: TypeAlias = tuple[int, int, int, int]
Attributes: TypeAlias = dict[str, str]


@dataclass(slots=True)
class SheetFacts:
    """Rows and columns are counted from 1; an area is first row, first column, last row, last."""

    formulas: dict[int, set[int]] = field(default_factory=dict)
    errors: dict[int, set[int]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)


def list_sheet_parts(*, archive: zipfile.ZipFile) -> list[str]:
    """
    Name the parts of the worksheets, in the order of their tabs.

    :raises BadInput: file_type, when the package has no readable list of sheets.
    """
    targets: dict[str, str] = {}
    parts: list[str] = []

    def relation(name: str, attributes: Attributes) -> None:
        if _local(name) == "Relationship" and attributes.get("Type", "").endswith(_SHEET_TYPE):
            targets[attributes.get("Id", "")] = _part_path(attributes.get("Target", ""))

    def sheet(name: str, attributes: Attributes) -> None:
        if _local(name) == "sheet":
            identity = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            parts.extend([targets[identity]] if identity in targets else [])

    _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    _parse(archive, "xl/workbook.xml", sheet)
    if not parts or not set(parts) <= set(archive.namelist()):
        raise wrong_type()
    return parts


def read_sheet_facts(*, archive: zipfile.ZipFile, part: str) -> SheetFacts:
    """
    Read one worksheet's facts; cells without a value, however formatted, do not count.

    :raises BadInput: rows or columns beyond the limits, file_type when it is not well-formed.
    """
    scan = _Scan()
    if not _is_plain(archive, part):
        _parse(archive, part, scan.start)
    return scan.facts


def sheet_has_values(*, archive: zipfile.ZipFile, part: str) -> bool:
    """Say whether any cell of a worksheet holds a value, reading no further than the first."""
    try:
        _parse(archive, part, _stop_at_a_value)
    except _ValueFound:
        return True
    return False


class _ValueFound(Exception):
    """Ends the look at a sheet of which only this was asked."""


def _stop_at_a_value(name: str, _: Attributes) -> None:
    if _local(name) in {"v", "is"}:
        raise _ValueFound


class _Scan:
    """Called for every opening tag: 140,000 rows have some five million of them."""

    __slots__ = ("_cell", "_column", "_handlers", "_row", "facts")

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self._row = 0
        self._column = 0
        self._cell: Attributes = {}
        self._handlers: dict[str, Callable[[Attributes], None] | None] = {
            "row": self._start_row,
            "v": self._start_value,
            "is": self._start_value,
            "f": self._start_formula,
            "mergeCell": self._start_merged,
        }

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
            return
        try:
            handler = self._handlers[name]
        except KeyError:
            handler = self._handlers[name] = self._find_handler(name)
        if handler:
            handler(attributes)

    def _find_handler(self, name: str) -> Callable[[Attributes], None] | None:
        local = _local(name)
        return self._start_cell if local == "c" else self._handlers.get(local)

    def _start_row(self, attributes: Attributes) -> None:
        self._row = _whole_number(attributes.get("r")) or self._row + 1
        self._column = 0
        if "hidden" in attributes and attributes["hidden"] in {"1", "true"}:
            self.facts.hidden_rows.add(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        self._column += 1
        self._cell = attributes

    def _start_value(self, _: Attributes) -> None:
        row, column = self._place()
        if row > LAST_ROW:
            raise too_many_rows()
        if column > MAX_COLUMNS:
            raise FileTooLarge("columns", N_("列数超过 60 列，请删去多余的列"))
        if self._cell.get("t") == "e":
            self.facts.errors.setdefault(row, set()).add(column)

    def _start_formula(self, _: Attributes) -> None:
        row, column = self._place()
        if row <= LAST_ROW and column <= MAX_COLUMNS:
            self.facts.formulas.setdefault(row, set()).add(column)

    def _start_merged(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        self.facts.merged.append((*split_reference(first), *split_reference(last or first)))

    def _place(self) -> tuple[int, int]:
        reference = self._cell.get("r")
        if reference is None:
            return self._row, self._column
        row, self._column = split_reference(reference)
        return row, self._column


_COLUMN_NUMBERS: dict[str, int] = {}


def split_reference(reference: str) -> tuple[int, int]:
    """
    Give row and column of a reference such as `D5`, both counted from 1.

    :raises BadInput: file_type.
    """
    letters = reference.rstrip("0123456789")
    column = _COLUMN_NUMBERS.get(letters) or _column_number(letters)
    digits = reference[len(letters) :]
    if len(digits) > _MAX_ROW_DIGITS:
        raise wrong_type()
    return int(digits or 0), column


def cell_name(*, row: int, column: int) -> str:
    """Give the reference of a cell as the spreadsheet shows it: row 5, column 4 is `D5`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def too_many_rows() -> FileTooLarge:
    """Give the refusal for a sheet of more than 200,000 data rows."""
    return FileTooLarge("rows", N_("每次最多 200,000 行，请分成几个文件"))


def _column_number(letters: str) -> int:
    if not 1 <= len(letters) <= 3 or not (letters.isascii() and letters.isupper()):
        raise wrong_type()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    _COLUMN_NUMBERS[letters] = number
    return number


def _whole_number(text: str | None) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_ROW_DIGITS):
        raise wrong_type()
    return int(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _part_path(target: str) -> str:
    return str(PurePosixPath(target[1:] if target.startswith("/") else f"xl/{target}"))


# Anything but cells as every program writes them, well within the limits and without a formula, an
# error, a merged area, a prefix or a comment: then the parser has to look. It takes two seconds for
# a district's roster, and nearly all of them hold nothing for it to find.
_NOT_PLAIN = re.compile(
    rb"<(?:f[\s/>]|mergeCell|!|[A-Za-z_][\w.\-]*:|c(?=[\s/>])(?!"
    rb' r="(?:[A-Z]|A[A-Z]|B[A-H])(?:[1-9][0-9]{0,4}|1[0-9]{5}|2[0-4][0-9]{4})"'
    rb'(?: s="[0-9]{1,5}")?(?: t="(?:s|str|n|b|d|inlineStr)")? ?/?>))'
)
_LONGEST_TEXT = 1 << 20


def _is_plain(archive: zipfile.ZipFile, part: str) -> bool:
    rest = b""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                # Cut before a tag, so that every tag is looked at whole.
                whole, mark, rest = (rest + chunk).rpartition(b"<")
                rest = mark + rest
                odd = b"hidden" in whole or b"\0" in whole or len(rest) > _LONGEST_TEXT
                if odd or _NOT_PLAIN.search(whole):
                    return False
    except (KeyError, zipfile.BadZipFile) as error:
        raise wrong_type() from error
    return not _NOT_PLAIN.search(rest)


def _parse(archive: zipfile.ZipFile, part: str, start: Callable[[str, Attributes], None]) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(part) as stream:
            for chunk in iter(lambda: stream.read(_CHUNK), b""):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (KeyError, expat.ExpatError, zipfile.BadZipFile, io.UnsupportedOperation) as error:
        raise wrong_type() from error


def _refuse_doctype(*_: object) -> None:
    raise BadInput("file_xml", N_("文件含不允许的外部实体，请用模板另存"))
