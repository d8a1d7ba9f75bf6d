"""
A form that could not be taken yet is not lost: it waits in the page that asks for the password.

What was typed goes back to the browser that typed it, signed so that only what this site received
from its own page is ever sent on, and only by the account that typed it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from voucher.refusals import N_, BadInput

LIFE_SECONDS = 24 * 3600
MAX_BYTES = 200_000
_SALT = "kept-form"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was going, its fields in order, and who typed it (None: nobody signed in)."""

    path: str
    fields: tuple[tuple[str, str], ...]
    account_id: int | None


def keep_form(
    *, secret: str | bytes, path: str, fields: Iterable[tuple[str, str]], account_id: int | None
) -> str:
    """Give the signed text of a form; empty when the form is too large to be carried."""
    pairs = [[name, value] for name, value in fields if name != "csrf_token"]
    text = _serializer(secret).dumps([path, pairs, account_id])
    return text if len(text) <= MAX_BYTES else ""


def open_form(*, secret: str | bytes, kept: str) -> KeptForm:
    """
    Give the form back.

    :raises BadInput: kept_form, when it was altered or is a day old.
    """
    try:
        path, pairs, account_id = _serializer(secret).loads(kept, max_age=LIFE_SECONDS)
    except BadData:
        raise BadInput("kept_form", N_("之前填写的内容已失效，请重新填写")) from None
    return KeptForm(path, tuple((name, value) for name, value in pairs), account_id)


def _serializer(secret: str | bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)
