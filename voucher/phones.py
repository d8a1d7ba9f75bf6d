"""Telephone numbers: mobile or landline within China."""

import re

_DECORATION = re.compile(r"[\s\-‐‑‒–—−－]")
_MOBILE_OR_LANDLINE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")


def read_phone(text: str) -> str | None:
    """Give the digits of a number that can be called, without +86, or None for any other text."""
    digits = _DECORATION.sub("", text).removeprefix("+86")
    return digits if _MOBILE_OR_LANDLINE.fullmatch(digits) else None
