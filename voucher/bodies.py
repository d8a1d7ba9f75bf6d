"""
Bodies of the API, read strictly: what was sent is exactly what was meant, or it is refused.

RFC 8259 leaves repeated names, huge numbers and lone surrogates to each reader, and two readers
that differ are how an amount changes between a check and a payment. Fields are declared once; the
reading and the description of the API both follow from the declaration.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import Request

from voucher.money import MAX_FEN
from voucher.refusals import N_, BadInput

MAX_BODY_BYTES = 16 * 1024
MAX_COUNT = 100_000
JSON = "application/json"
KEY_HEADER = "Idempotency-Key"

_KEY = re.compile(r"[!-~]{1,255}")
_MAX_INTEGER = 2**63 - 1
_MAX_DIGITS = len(str(_MAX_INTEGER))


class Malformed(BadInput):
    """The request is not what the description of the API says."""

    status = 400


class BodyTooLarge(BadInput):
    """The body is longer than the API takes."""

    status = 413


class WrongMediaType(BadInput):
    """The body is not plain JSON."""

    status = 415


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of a body; `about` says in both languages what it is."""

    name: str
    about: str
    required: bool = False

    def read(self, value: Any) -> Any:
        """
        Give the value if it is one this field takes.

        :raises BadInput: type, or the word of a value out of range.
        """
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        """Give the field's JSON Schema (2020-12)."""
        raise NotImplementedError

    def refuse_type(self) -> NoReturn:
        """:raises Malformed: type."""
        raise Malformed("type", N_("字段 %(field)s 的类型不对"), field=self.name)


@dataclass(frozen=True, slots=True)
class Text(Field):
    """A text of `least` to `most` characters."""

    least: int = 0
    most: int = 200

    def read(self, value: Any) -> str:
        """:raises BadInput: type, field_missing or long."""
        if not isinstance(value, str):
            self.refuse_type()
        if len(value) < self.least or (self.least and not value.strip()):
            raise _missing(self.name)
        if len(value) > self.most:
            raise BadInput("long", N_("“%(title)s”最多%(most)s字"), title=self.name, most=self.most)
        return value

    def describe(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        limits: dict[str, Any] = {"minLength": self.least, "maxLength": self.most}
        if self.least:
            limits["pattern"] = r"\S"
        return {"type": "string", "description": self.about, **limits}


@dataclass(frozen=True, slots=True)
class Fen(Field):
    """An amount in whole fen, at least `least`."""

    least: int = 1

    def read(self, value: Any) -> int:
        """:raises BadInput: type, amount_positive or amount_max."""
        if type(value) is not int:
            self.refuse_type()
        if value < self.least:
            raise BadInput("amount_positive", N_("金额须大于零"), field=self.name)
        if value > MAX_FEN:
            raise BadInput("amount_max", N_("金额过大"), field=self.name)
        return value

    def describe(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        limits = {"minimum": self.least, "maximum": MAX_FEN}
        return {"type": "integer", "description": self.about, **limits}


@dataclass(frozen=True, slots=True)
class Count(Field):
    """A number of uses, 1 to 100,000."""

    def read(self, value: Any) -> int:
        """:raises BadInput: type or count."""
        if type(value) is not int:
            self.refuse_type()
        if not 1 <= value <= MAX_COUNT:
            raise BadInput("count", N_("次数须为 1 至 %(most)s"), field=self.name, most=MAX_COUNT)
        return value

    def describe(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        limits = {"minimum": 1, "maximum": MAX_COUNT}
        return {"type": "integer", "description": self.about, **limits}


def read_body(request: Request, fields: Sequence[Field]) -> dict[str, Any]:
    """
    Give the declared fields of a request's body, None for each that was left out.

    :raises Malformed: json_invalid json_dup json_number field_unknown field_missing type.
    :raises BodyTooLarge: too_large. :raises WrongMediaType: media_type.
    :raises BadInput: the word of a value out of range.
    """
    if request.query_string:
        name = next(iter(request.args), "")
        raise Malformed("field_unknown", _UNKNOWN, field=name[:40])
    sent = parse_object(_read_bytes(request))
    known = {field.name for field in fields}
    for name in sent:
        if name not in known:
            raise Malformed("field_unknown", _UNKNOWN, field=name[:40])
    return {field.name: _read_field(field, sent) for field in fields}


def read_client_key(request: Request) -> str:
    """
    Give the key by which the client names this attempt.

    :raises Malformed: key_missing, key_format.
    """
    key = request.headers.get(KEY_HEADER)
    if key is None:
        raise Malformed("key_missing", N_("请在请求头 Idempotency-Key 中给出请求编号"))
    if not _KEY.fullmatch(key):
        raise Malformed("key_format", N_("请求编号须为 1 至 255 个可见的英文字符"))
    return key


def parse_object(raw: bytes) -> dict[str, Any]:
    """
    Read one JSON object.

    :raises Malformed: json_invalid, json_dup, json_number, or type for what is no object.
    """
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_read_pairs,
            parse_int=_read_integer,
            parse_float=_read_float,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        raise _invalid() from None
    if not isinstance(value, dict):
        raise Malformed("type", N_("请求的内容须是一个 JSON 对象"), field="")
    return value


_UNKNOWN = N_("没有字段 %(field)s")


def _read_bytes(request: Request) -> bytes:
    # A packed body can grow a thousandfold, and nothing here is long enough to be worth packing.
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongMediaType("media_type", N_("请求的内容不能压缩"))
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != JSON or charset != "utf-8":
        raise WrongMediaType("media_type", N_("请求的内容须是 UTF-8 的 application/json"))
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _too_large()
    # Without a stated length the reading is cut off, and what is cut off may look whole.
    request.max_content_length = MAX_BODY_BYTES + 1
    raw = request.get_data()
    if len(raw) > MAX_BODY_BYTES:
        raise _too_large()
    return raw


def _read_field(field: Field, sent: dict[str, Any]) -> Any:
    if field.name in sent:
        return field.read(sent[field.name])
    if field.required:
        raise _missing(field.name)
    return None


def _read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for pair in pairs:
        if any(isinstance(part, str) and _is_unfit(part) for part in pair):
            raise _invalid()
    if len(read := dict(pairs)) != len(pairs):
        raise Malformed("json_dup", N_("请求的内容中有重复的字段"))
    return read


def _is_unfit(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


def _read_integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS or abs(int(digits)) > _MAX_INTEGER:
        raise Malformed("json_number", N_("请求的内容中有过大的数字"))
    return int(digits)


def _read_float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Malformed("json_number", N_("请求的内容中有过大的数字"))
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise _invalid()


def _invalid() -> Malformed:
    return Malformed("json_invalid", N_("请求的内容不是有效的 JSON"))


def _missing(name: str) -> Malformed:
    return Malformed("field_missing", N_("缺少字段 %(field)s"), field=name)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge("too_large", N_("请求的内容不能超过 16 KB"))
