"""
Citizen identity numbers: GB 11643-1999, read as offices type them.

The area code is never looked at: old, abolished, unknown and foreign ones are all valid.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import mul

from voucher.refusals import N_
from voucher.workbooks.cells import Cell, normalise_text
from voucher.workbooks.faults import Fault

MINIMUM_AGE = 60
UNUSUAL_AGE = 120

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Sequences kept for people who were over a hundred when the old numbers were given out.
_CENTENARIANS = frozenset({"996", "997", "998", "999"})
_OLD_NUMBER = re.compile(r"[0-9]{15}")
_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?E\+?[0-9]+")
_APOSTROPHES = "'‘’`"


def normalise_id_number(text: str) -> str:
    """Give an identity number without spaces and leading apostrophe, narrow and upper case."""
    if text.isascii() and text.isalnum():
        return text.upper()
    narrow = unicodedata.normalize("NFKC", normalise_text(text))
    return "".join(narrow.split()).lstrip(_APOSTROPHES).upper()


def read_id_number(cell: Cell) -> str:
    """
    Give the identity number a roster's cell holds: normalised, 15 digits lengthened to 18.

    Anything else stays as it is, for `find_id_faults` to judge.
    """
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    number = normalise_id_number(cell)
    return lengthen_id_number(number) if _OLD_NUMBER.fullmatch(number) else number


def lengthen_id_number(number: str) -> str:
    """Give the 18 characters of a number of 15 digits; the sequence says which century."""
    century = "18" if number[12:] in _CENTENARIANS else "19"
    body = number[:6] + century + number[6:]
    return body + check_character(body)


def check_character(body: str) -> str:
    """Give the check character of 17 digits (GB 11643-1999; ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, body))) % 11]


def birth_date(number: str) -> date | None:
    """Give the birth date in a well-formed number, or None where there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_male(number: str) -> bool:
    """Say what digit 17 says: odd is male."""
    return number[16] in "13579"


def age_on(*, born: date, day: date) -> int:
    """Give full years; the birthday itself counts, 29 February counts on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_sound_form(number: str) -> bool:
    """Say whether a normalised text has the shape of an identity number, whatever it says."""
    return _NUMBER.fullmatch(number) is not None


def is_sound(number: str, *, day: date) -> bool:
    """Say whether length, check character and date are good, the date no later than the day."""
    if not _NUMBER.fullmatch(number) or check_character(number[:17]) != number[17]:
        return False
    return _is_born_by(number, day)


def list_sound_numbers(
    *, rows: Iterable[tuple[int, Sequence[Cell]]], column: int, day: date
) -> set[str]:
    """Give the identity numbers in a workbook that are good, to ask which of them are known."""
    numbers = {read_id_number(cells[column]) for _, cells in rows if isinstance(cells[column], str)}
    return {number for number in numbers if is_sound(number, day=day)}


def find_id_faults(*, cell: Cell, number: str, day: date) -> Iterator[Fault]:
    """Give the one fault of a cell that was read as `number`, or none."""
    if isinstance(cell, str) and is_sound(number, day=day):
        return
    if not number:
        yield Fault("id_missing", N_("缺少身份证号"), {})
    elif not isinstance(cell, str) or _SCIENTIFIC.fullmatch(number):
        yield Fault("id_damaged", _DAMAGED, {})
    elif len(number) != 18:
        yield Fault("id_length", N_("身份证号应为18位，实际%(length)s位"), {"length": len(number)})
    elif not _NUMBER.fullmatch(number):
        yield Fault("id_checksum", _NOT_A_DIGIT, {"place": _first_wrong_place(number)})
    elif check_character(number[:17]) != number[17]:
        yield Fault("id_checksum", N_("身份证号第18位校验码不正确，请核对证件"), {})
    else:
        yield Fault("id_date", N_("身份证号中的出生日期不存在或晚于基准日，请核对证件"), {})


_DAMAGED = N_("身份证号被 Excel 存成数字，末几位可能已丢失，请把列设为文本后重填")
_NOT_A_DIGIT = N_("身份证号第%(place)s位应为数字，请核对证件")


def _is_born_by(number: str, day: date) -> bool:
    born = birth_date(number)
    return born is not None and born <= day


def _first_wrong_place(number: str) -> int:
    return next(
        place
        for place, character in enumerate(number, start=1)
        if not ("0" <= character <= "9" or (place == 18 and character == "X"))
    )
