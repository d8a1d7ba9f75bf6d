"""
Tokens: the 25 bytes a printed voucher says, the 64 of its signature, and both as QR text.

`HTTPS://HOST/V/` and 143 characters of Base32 (RFC 4648, no padding), or bare `YL1:` and 134 of
Base45 (RFC 9285). Reading is strict: each token has exactly one text of each form, but for the case
of scheme and host, which browsers lower. Nothing here proves anything; `signing` does. Texts and
tokens are bearer secrets: none is ever put into a message or a log.
"""

import base64
import re
import struct
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from voucher.refusals import N_, BadInput

BODY_BYTES = 25
MAX_SHARE = 10_000
EPOCH = date(2020, 1, 1)
VERSION = 1
ES256 = 1

_LAYOUT = struct.Struct(">BHHQIBHHHB")
_LONGEST_TEXT = 512
_BASE32 = re.compile(r"[A-Z2-7]{143}")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# How the 5-bit letters of one long number come to lie a byte each: the upper half of what lies
# together moves up by what its lower half lacks, then both halves' halves, down to single letters.
_SPREADING = tuple(
    (3 << place, sum((1 << (5 << place)) - 1 << (5 << place) + start for start in starts))
    for place in reversed(range(8))
    for starts in [range(0, 8 * 256, 16 << place)]
)
_FROM_FIVE_BITS = _LETTERS * 8
_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE45_LENGTH = 134
_PARTIAL_USE, _OFFLINE, _HOME_SHOP, _TEST, _SPARE = 0x20, 0x10, 0x08, 0x04, 0x03


class TokenKind(StrEnum):
    """What the value of a token counts; the order is the number in the token."""

    AMOUNT = "amount"
    COUNT = "count"
    DISCOUNT = "discount"


_KINDS = tuple(TokenKind)


@dataclass(frozen=True, slots=True)
class TokenBody:
    """
    What a token says. `last_date` is inclusive, as on paper.

    `value` is read by kind: fen of an amount, uses of a count, `pack_discount` of a discount.
    `scheme`, `service_class` and `community` are small numbers the server gave once; service
    class 0 is any the programme covers, community 0 is none and so online only. `kid` names the
    key, and stays with the print, so that printing again gives the same token.
    """

    kid: int
    scheme: int
    print_id: int = field(repr=False)
    kind: TokenKind
    value: int
    service_class: int
    valid_from: date
    last_date: date
    community: int
    partial_use: bool
    offline_allowed: bool
    home_shop_required: bool
    is_test: bool


def pack_discount(*, share: int, cap_yuan: int) -> int:
    """Give the value of a discount token: share in 1/10,000 (0 = ask the server), cap in yuan."""
    if not (0 <= share <= MAX_SHARE and 0 <= cap_yuan <= 0xFFFF):
        raise ValueError("share or cap does not fit a token")
    return share << 16 | cap_yuan


def unpack_discount(value: int) -> tuple[int, int]:
    """Give share in 1/10,000 and cap in whole yuan of a discount token's value."""
    return value >> 16, value & 0xFFFF


def show_url(token: bytes, *, host: str) -> str:
    """Give the QR text of a token, all upper case: `HTTPS://HOST/V/` and 143 characters."""
    return f"HTTPS://{host.upper()}/V/{_to_base32(token)}"


def show_bare(token: bytes) -> str:
    """Give the QR text without a public page: `YL1:` and 134 characters of Base45 (RFC 9285)."""
    return "YL1:" + _to_base45(token)


def pack_body(body: TokenBody) -> bytes:
    """
    Give the 25 bytes of a body.

    :raises ValueError: a figure does not fit its field.
    """
    if body.kind is TokenKind.DISCOUNT and unpack_discount(body.value)[0] > MAX_SHARE:
        raise ValueError("a share is at most the whole")
    if body.last_date < body.valid_from:
        raise ValueError("a token ends before it begins")
    flags = _KINDS.index(body.kind) << 6
    flags |= body.partial_use * _PARTIAL_USE | body.offline_allowed * _OFFLINE
    flags |= body.home_shop_required * _HOME_SHOP | body.is_test * _TEST
    days = [(day - EPOCH).days for day in (body.valid_from, body.last_date)]
    fields = [body.kid, body.scheme, body.print_id, body.value, body.service_class, *days]
    try:
        return _LAYOUT.pack(VERSION << 4 | ES256, *fields, body.community, flags)
    except struct.error as error:
        raise ValueError("a figure does not fit its field of the token") from error


def name_print(packed: bytes, *, print_id: int) -> bytes:
    """Give a packed body with another print id: the vouchers of a run differ in little else."""
    return packed[:5] + print_id.to_bytes(8, "big") + packed[13:]


def unpack_body(packed: bytes) -> TokenBody:
    """
    Read the 25 bytes of a body whose signature was checked.

    :raises BadInput: damaged, when a signed body says what no issue writes.
    """
    _, kid, scheme, print_id, value, service, first, last, community, flags = _LAYOUT.unpack(packed)
    share_too_large = flags >> 6 == 2 and unpack_discount(value)[0] > MAX_SHARE
    if flags >> 6 >= len(_KINDS) or flags & _SPARE or last < first or share_too_large:
        raise _damaged()
    return TokenBody(
        kid=kid,
        scheme=scheme,
        print_id=print_id,
        kind=_KINDS[flags >> 6],
        value=value,
        service_class=service,
        valid_from=EPOCH + timedelta(days=first),
        last_date=EPOCH + timedelta(days=last),
        community=community,
        partial_use=bool(flags & _PARTIAL_USE),
        offline_allowed=bool(flags & _OFFLINE),
        home_shop_required=bool(flags & _HOME_SHOP),
        is_test=bool(flags & _TEST),
    )


def read_token(text: str, *, host: str) -> bytes:
    """
    Give the 89 bytes of a scanned text, or of a bare token in Base32; nothing is proved yet.

    :raises BadInput: not_ours, version or damaged.
    """
    if len(text) > _LONGEST_TEXT:
        raise _not_ours()
    text = text.strip(" \t\r\n")
    plain = text.lstrip("\ufeff")
    if _BASE32.fullmatch(text):
        return _from_base32(text)
    if version := re.match(r"YL(\d+):", plain):
        if version[1] != "1":
            raise BadInput("version", N_("无法识别此券的版本，请更新程序"))
        return _from_base45(text.removeprefix("YL1:"))
    start = f"https://{host}".lower()
    if plain[: len(start)].lower() != start or plain[len(start) : len(start) + 3] != "/V/":
        raise _not_ours()
    token = plain[len(start) + 3 :]
    if plain != text or not _BASE32.fullmatch(token):
        raise _not_ours() if set(token) & set("/?#") else _damaged()
    return _from_base32(token)


def _to_base32(token: bytes) -> str:
    # Many times faster than the library's: a million are written a month.
    number = int.from_bytes(token + b"\0", "big")
    for shift, upper in _SPREADING:
        moved = number & upper
        number ^= moved ^ moved << shift
    return number.to_bytes(144, "big").translate(_FROM_FIVE_BITS)[:143].decode()


def _from_base32(text: str) -> bytes:
    token = base64.b32decode(text + "=")
    # The last character carries 3 bits that belong to no byte: were they free, one voucher would
    # have eight texts.
    if _to_base32(token) != text:
        raise _damaged()
    return token


def _to_base45(data: bytes) -> str:
    text = ""
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            text += _BASE45[digit]
    return text


def _from_base45(text: str) -> bytes:
    if len(text) != _BASE45_LENGTH or not set(text) <= set(_BASE45):
        raise _damaged()
    data = b""
    for start in range(0, len(text), 3):
        digits = [_BASE45.index(character) for character in text[start : start + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(digits))
        if number >> 8 * (len(digits) - 1):
            raise _damaged()
        data += number.to_bytes(len(digits) - 1, "big")
    return data


def _not_ours() -> BadInput:
    return BadInput("not_ours", N_("不是本区券码，请勿付款或登录"))


def _damaged() -> BadInput:
    return BadInput("damaged", N_("券码不完整或已损坏，请重新扫描或输入券下方的编码"))
