"""
A form that could not be taken yet is not lost: it waits in the page that asks for the password.

What was typed goes back to the browser that typed it, sealed, so that whoever sits there next reads
nothing of it. Only what this site received from its own page is ever sent on, and only by the
account that page was made for: the token in each form says which, long after the session is gone.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import astuple, dataclass
from datetime import datetime
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from voucher import clock
from voucher.refusals import N_, BadInput

LIFE_SECONDS = 24 * 3600
MAX_BYTES = 200_000
# The blueprint of the door itself: its forms hold passwords and codes, which are never kept.
_DOOR = "accounts"
_TOKEN = "csrf_token"  # noqa: S105 - a field's name
# Where Flask-WTF signs the tokens of forms.
_TOKEN_SALT = "wtf-csrf-token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class KeptForm:
    """
    Where a form was going, its fields in order, and the account that typed it.

    `files` names the inputs and files that were chosen: a file cannot be kept.
    """

    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    account_id: int


def bind_forms(account_id: int) -> None:
    """Have every form of the session that begins now say for whom its page was made."""
    session[_TOKEN] = f"{account_id}.{secrets.token_hex(20)}"


def keep_request() -> str:
    """
    Give the form being sent now, sealed; empty when there is none that may go on.

    A form whose token this site did not sign for an account is nobody's, and is not kept.
    """
    if request.blueprint == _DOOR:
        return request.form.get("kept", "")[:MAX_BYTES]
    typist = _read_typist()
    if request.method != "POST" or typist is None:
        return ""
    query = request.query_string.decode("ascii", "ignore")
    form = KeptForm(
        path=quote(request.path) + (f"?{query}" if query else ""),
        fields=tuple(pair for pair in request.form.items(multi=True) if pair[0] != _TOKEN),
        files=list_chosen_files(),
        account_id=typist,
    )
    return keep_form(secret=current_app.config["SECRET_KEY"], form=form, now=clock.now())


def list_chosen_files() -> tuple[tuple[str, str], ...]:
    """Give the inputs of the form being sent now that hold a file, with the file's name."""
    chosen = request.files.items(multi=True)
    return tuple((name, file.filename) for name, file in chosen if file.filename)


def keep_form(*, secret: bytes, form: KeptForm, now: datetime) -> str:
    """Give the sealed text of a form; empty when the form is too large to be carried."""
    plain = json.dumps(astuple(form)).encode()
    text = _cipher(secret).encrypt_at_time(plain, int(now.timestamp())).decode()
    return text if len(text) <= MAX_BYTES else ""


def open_form(*, secret: bytes, kept: str, now: datetime) -> KeptForm:
    """
    Give the form back.

    :raises BadInput: kept_form, when it was altered or is a day old.
    """
    try:
        plain = _cipher(secret).decrypt_at_time(
            kept.encode("utf-8", "replace"), LIFE_SECONDS, int(now.timestamp())
        )
    except InvalidToken:
        raise BadInput("kept_form", N_("之前填写的内容已失效，请重新填写")) from None
    path, fields, files, account_id = json.loads(plain)
    return KeptForm(path, _as_pairs(fields), _as_pairs(files), account_id)


def _as_pairs(found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in found)


def _read_typist() -> int | None:
    signed = URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_TOKEN_SALT)
    try:
        account_id, dot, _ = str(signed.loads(request.form.get(_TOKEN, ""))).partition(".")
    except BadData:
        return None
    return int(account_id) if dot else None


def _cipher(secret: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(secret, b"kept-form", "sha256")))
