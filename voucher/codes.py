"""
Numbers that people read and type: the serial of a voucher, the typed code of one printed copy.

A serial names the voucher, never changes and grants nothing. A typed code is the print id, 64
random bits, written for a keyboard; it spends the voucher and dies with its print.
"""

import secrets
import unicodedata
from datetime import date
from itertools import product

from voucher.refusals import N_, BadInput

SERIAL_LENGTH = 12
MAX_SERIAL_NUMBER = 9_999_999
PRINT_ID_BITS = 64
PRINT_CODE_LENGTH = 13

# Crockford's Base32: no I, L, O and U, so that nothing can be misread or spell a word.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# As `int` reads it; what this alphabet leaves out is no digit there either.
_AS_DIGITS = str.maketrans(_ALPHABET + "ILOU", "0123456789ABCDEFGHIJKLMNOPQRSTUV!!!!")
_PAIRS = tuple(map("".join, product(_ALPHABET, repeat=2)))
_FROM_4_BITS, _FROM_5_BITS = ((_ALPHABET[:kinds] * (256 // kinds)).encode() for kinds in (16, 32))
_MISREAD = str.maketrans("ILO", "110", "- \t\r\n\u2010\u2011\u2012\u2013\u2014")
_CODE_LENGTH = 15
_LONGEST_TEXT = 200
# The largest prime below 32 squared: two check characters find every single wrong character,
# every swap and 99.8 % of two wrong ones.
_CHECK_MODULUS = 1021

# A totally anti-symmetric quasigroup of order 10 (Damm, 2004): one digit finds every single
# wrong digit and every swap of neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def make_serial(*, month: date, number: int) -> str:
    """
    Give the serial of the voucher with this running number in its month: 12 digits.

    Two digits of the year, two of the month, seven of the number, one check digit.
    """
    if not 1 <= number <= MAX_SERIAL_NUMBER:
        raise ValueError(f"running number {number} does not fit a serial")
    digits = f"{month:%y%m}{number:07d}"
    return digits + _damm_digit(digits)


def make_serials(*, month: date, first: int, count: int) -> bytes:
    """Give the serials of consecutive running numbers of a month, as `make_serial` gives each."""
    if not 1 <= first <= first + count <= MAX_SERIAL_NUMBER + 1:
        raise ValueError(f"running numbers {first} and {count} more do not fit a serial")
    thousands = range(first // 1000, (first + count) // 1000 + 1)
    serials = "".join(_write_thousand(f"{month:%y%m}{thousand:04d}") for thousand in thousands)
    start = first % 1000 * SERIAL_LENGTH
    return serials[start : start + count * SERIAL_LENGTH].encode()


def _write_thousand(start: str) -> str:
    checks = _DAMM_BY_3[int(_damm_digit(start))]
    return "".join([start + ending for ending in checks])


def show_serial(serial: str) -> str:
    """Group a serial for reading: 261200012345 is `2612 0001 2345`."""
    return f"{serial[:4]} {serial[4:8]} {serial[8:]}"


def parse_serial(text: str) -> str:
    """
    Read a serial typed by a person; spaces do not matter.

    :raises BadInput: serial.
    """
    serial = "".join(unicodedata.normalize("NFKC", text).split())
    if not is_serial(serial):
        sentence = N_("券号 %(text)s 有误，应为 12 位数字，请逐位核对")
        raise BadInput("serial", sentence, text=text[:40])
    return serial


def is_serial(text: str) -> bool:
    """Tell whether a text is a serial as it is stored: ungrouped, its check digit right."""
    well_formed = len(text) == SERIAL_LENGTH and text.isascii() and text.isdigit()
    return well_formed and _damm_digit(text) == "0"


def make_print_id() -> int:
    """Give the random 64-bit number that names one printed copy."""
    return secrets.randbits(PRINT_ID_BITS)


def write_print_code(print_id: int) -> str:
    """Give the 13 characters by which a print id is stored."""
    if not 0 <= print_id < 1 << PRINT_ID_BITS:
        raise ValueError("a print id has 64 bits")
    pairs = [_PAIRS[print_id >> place & 1023] for place in (50, 40, 30, 20, 10, 0)]
    return _ALPHABET[print_id >> 60] + "".join(pairs)


def make_print_codes(count: int) -> bytes:
    """Give the stored characters of so many new print ids, one after another."""
    # Each character for itself: the first stands for 4 random bits, the others for 5.
    codes = bytearray(secrets.token_bytes(PRINT_CODE_LENGTH * count).translate(_FROM_5_BITS))
    codes[::PRINT_CODE_LENGTH] = secrets.token_bytes(count).translate(_FROM_4_BITS)
    return bytes(codes)


def read_print_code(code: str) -> int:
    """Give the print id of 13 stored characters."""
    return _from_base32(code)


def show_typed_code(print_id: int) -> str:
    """Write a print id for typing: 13 characters and 2 check characters, in groups of five."""
    return show_print_code(write_print_code(print_id))


def show_print_code(code: str) -> str:
    """Write 13 stored characters for typing, as `show_typed_code` does their print id."""
    return f"{code[:5]}-{code[5:10]}-{code[10:]}{_PAIRS[read_print_code(code) % _CHECK_MODULUS]}"


def is_typed_code(text: str) -> bool:
    """Say whether a text is meant as a typed code, right or wrong, rather than as a QR text."""
    code = _plain(text)
    return 0 < len(code) <= 2 * _CODE_LENGTH and code.isascii() and code.isalnum()


def parse_typed_code(text: str) -> int:
    """
    Read a typed code and give the print id; case, dashes, spaces and I, L, O do not matter.

    :raises BadInput: typo, when the check characters do not fit; nothing is looked up.
    """
    code = _plain(text)
    if len(code) != _CODE_LENGTH or not set(code) <= set(_ALPHABET):
        raise _typo()
    print_id, check = _from_base32(code[:PRINT_CODE_LENGTH]), _from_base32(code[PRINT_CODE_LENGTH:])
    if print_id >> PRINT_ID_BITS or print_id % _CHECK_MODULUS != check:
        raise _typo()
    return print_id


def _plain(text: str) -> str:
    # A Chinese keyboard may be left in full-width mode.
    return unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).upper().translate(_MISREAD)


def _typo() -> BadInput:
    # The text is a bearer secret but for one character: it never goes into a message or a log.
    return BadInput("typo", N_("编码有误，请逐位核对"))


def _damm_digit(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def _from_base32(text: str) -> int:
    return int(text.translate(_AS_DIGITS), 32)


# What three digits end in, themselves and the check digit: for whole districts.
_DAMM_BY_3 = tuple(
    tuple(
        f"{n:03d}{_DAMM[int(_DAMM[int(_DAMM[state][n // 100])][n // 10 % 10])][n % 10]}"
        for n in range(1000)
    )
    for state in range(10)
)
