"""What one cell holds: text as a person reads it, a whole number, a day."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta | None

# They take no room and are carried along by copying from web pages and chats.
_ZERO_WIDTH = re.compile("[\u180e\u200b\u200c\u200d\u2060\ufeff]")
# Trimmed at both ends: spaces of every width and line ends, but no tab and no other control
# character, so that what was typed to mislead a spreadsheet is seen and judged.
SPACES = " \n\r\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)

_FORBIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})

_EXCEL_DAY_ZERO = date(1899, 12, 30)
# Excel counts a day in 1900 that never was; only serials after it are sure.
_FIRST_SURE_SERIAL = 61
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_DAY_FORMS = (
    re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})日", re.ASCII),
    re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII),
)
_WHOLE = re.compile(r"([+-]?\d{1,15})(\.0*)?", re.ASCII)


def is_blank(cell: Cell) -> bool:
    """Say whether nothing is left of a cell once spaces and zero-width characters are gone."""
    return cell is None or (isinstance(cell, str) and not (cell and normalise_text(cell).strip()))


def normalise_text(text: str) -> str:
    """Give text in NFC without zero-width characters, trimmed."""
    if text.isascii():
        return text.strip(SPACES)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _ZERO_WIDTH.sub("", text).strip(SPACES)


def read_text(cell: Cell) -> str:
    """Give a cell as normalised text; a number as its digits, a day as ISO, blank as ''."""
    if isinstance(cell, str):
        return normalise_text(cell)
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def has_forbidden_character(text: str) -> bool:
    """
    Say whether text holds what no page, print or database should meet.

    Control characters other than tab and line ends, marks that turn the reading direction, lone
    surrogates and private-use characters.
    """
    # Nothing forbidden is printable, and nearly every text is.
    return not text.isprintable() and any(_is_forbidden(character) for character in text)


def _is_forbidden(character: str) -> bool:
    return character not in "\t\r\n" and unicodedata.category(character) in _FORBIDDEN


def read_whole_number(cell: Cell) -> int | None:
    """Give a whole number, from a number or from text (4.0 and `4.0` are 4), else None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else None
    if not isinstance(cell, str):
        return None
    found = _WHOLE.fullmatch(unicodedata.normalize("NFKC", normalise_text(cell)))
    return int(found[1]) if found else None


def read_day(cell: Cell) -> date | None:
    """
    Give the day a cell names, else None.

    Text as 2026-02-03, 2026/2/3, 2026.2.3, 2026年2月3日 or 20260203; a date cell; a spreadsheet's
    serial number from 61. A form that leaves the order of day and month open is not a day.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, float | int):
        return _day_of_number(float(cell))
    return _day_of_text(normalise_text(cell)) if isinstance(cell, str) else None


def _day_of_number(number: float) -> date | None:
    if number.is_integer() and 10_000_000 <= number <= 99_999_999:
        return _day_of_text(str(int(number)))
    if not _FIRST_SURE_SERIAL <= number < 200_000:
        return None
    return _plausible(_EXCEL_DAY_ZERO + timedelta(days=int(number)))


def _day_of_text(text: str) -> date | None:
    for form in _DAY_FORMS:
        if found := form.fullmatch(text):
            try:
                return _plausible(date(int(found[1]), int(found[3]), int(found[4])))
            except ValueError:
                return None
    return None


def _plausible(day: date) -> date | None:
    if day < _EXCEL_DAY_ZERO + timedelta(days=_FIRST_SURE_SERIAL):
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
