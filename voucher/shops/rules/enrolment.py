"""Codes that enrol a till, tokens it is known by, kept as hashes; and the shop PIN."""

import hashlib
import re
import secrets
import unicodedata

from voucher.refusals import N_, BadInput

# Crockford's letters: nothing that is mistaken for something else when it is read out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS, _GROUP = 16, 4
_TOKEN_BYTES = 32
_PIN = re.compile(r"[0-9]{4,6}")
# Wrong shop PINs in a row that stop a till.
PIN_TRIES = 5


def make_code() -> str:
    """Make a one-time code of 80 random bits, in four groups."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _CODE_LETTERS, _GROUP))


def make_token() -> str:
    """Make a token of 256 random bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def normalise_code(text: str) -> str:
    """Give a typed code as it was made: groups and letters' case do not matter, nor O for 0."""
    letters = text.upper().translate(str.maketrans("OIL", "011", " -")).strip()
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def hash_secret(secret: str) -> str:
    """Give what is kept of a code or token; both are long random texts, so one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_pin(pin: str, repeated: str) -> str:
    """
    Give a new shop PIN as it is kept: 4 to 6 digits, typed twice.

    :raises BadInput: pin_format, pin_repeat.
    """
    wanted = tidy_pin(pin)
    if not _PIN.fullmatch(wanted):
        raise BadInput("pin_format", N_("商户口令须为 4 至 6 位数字"))
    if tidy_pin(repeated) != wanted:
        raise BadInput("pin_repeat", N_("两次输入的商户口令不一致"))
    return wanted


def tidy_pin(pin: str) -> str:
    """Give a typed PIN as digits: a Chinese keyboard may be left in full-width mode."""
    return unicodedata.normalize("NFKC", pin).strip()
