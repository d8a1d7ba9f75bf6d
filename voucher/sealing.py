"""
Field encryption and blind index: what a stolen database must not tell.

AES-256-GCM with column and row name as associated data, so that two sealed values cannot be
swapped; HMAC-SHA-256 under a key of its own for equality and UNIQUE. The first byte names the
cipher, so that another can follow (1 = AES-256-GCM).
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

from voucher.config import Home, read_key
from voucher.refusals import N_, Refusal

_AES_GCM = b"\x01"


@dataclass(frozen=True, slots=True)
class Keys:
    """The two secrets of one home; never shared, never written down elsewhere."""

    cipher: AESGCM
    index: bytes


def prepare_sealing(app: Flask, home: Home) -> None:
    """Load the keys of a home into the application that serves it."""
    app.extensions["sealing"] = Keys(AESGCM(read_key(home, "field")), read_key(home, "index"))


def _keys() -> Keys:
    keys: Keys = current_app.extensions["sealing"]
    return keys


def seal(plain: str, *, column: str, row: str) -> bytes:
    """Encrypt a text so that it opens only in the same column and row."""
    return seal_bytes(plain.encode(), column=column, row=row)


def seal_bytes(plain: bytes, *, column: str, row: str) -> bytes:
    """Encrypt a whole file's content as `seal` does a text."""
    nonce = secrets.token_bytes(12)
    sealed = _keys().cipher.encrypt(nonce, plain, f"{column}|{row}".encode())
    return _AES_GCM + nonce + sealed


def unseal(sealed: bytes, *, column: str, row: str) -> str:
    """
    Decrypt what `seal` made for this column and row.

    :raises Refusal: sealed_damaged, when it was altered, moved, or sealed under another key.
    """
    return unseal_bytes(sealed, column=column, row=row).decode()


def unseal_bytes(sealed: bytes, *, column: str, row: str) -> bytes:
    """
    Decrypt what `seal_bytes` made for this column and row.

    :raises Refusal: sealed_damaged.
    """
    (plain,) = unseal_rows([(sealed, row)], column=column)
    return plain


def unseal_rows(rows: Iterable[tuple[bytes, str]], *, column: str) -> Iterator[bytes]:
    """
    Decrypt what `seal_bytes` made for a column, as (sealed, row name), in their order.

    :raises Refusal: sealed_damaged.
    """
    decrypt = _keys().cipher.decrypt
    try:
        for sealed, row in rows:
            if sealed[:1] != _AES_GCM:
                raise InvalidTag
            yield decrypt(sealed[1:13], sealed[13:], f"{column}|{row}".encode())
    except InvalidTag:
        raise Refusal("sealed_damaged", N_("加密字段无法打开，数据可能被改动")) from None


def blind_index(plain: str, *, column: str) -> str:
    """Give 128 bits, as hex, that are equal exactly for equal texts of the same column."""
    return hmac.digest(_keys().index, f"{column}|{plain}".encode(), "sha256").hex()[:32]
