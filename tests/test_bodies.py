"""JSON bodies: what was sent is exactly what was meant, or it is refused."""

import gzip
import io
import json

import pytest
from flask import Flask
from flask import request as flask_request
from werkzeug.test import EnvironBuilder

from voucher.bodies import MAX_BODY_BYTES, Count, Fen, Text, read_body, read_client_key
from voucher.refusals import BadInput

FIELDS = (
    Text("code", "code", required=True, least=1, most=8000),
    Text("service", "service", most=30),
    Fen("price_fen", "price"),
    Fen("paid_fen", "paid", least=0),
    Count("uses", "uses"),
)
SITE = Flask("bodies")


def read(raw, *, path="/", kind="application/json", **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with SITE.test_request_context(path, method="POST", data=raw, content_type=kind, headers=sent):
        return read_body(flask_request, FIELDS)


def refuse(act, *arguments, **named):
    with pytest.raises(BadInput) as caught:
        act(*arguments, **named)
    return caught.value.status, caught.value.word


def test_declared_fields_are_read_and_the_others_are_none():
    raw = '{"code":"券","price_fen":900719925474099,"paid_fen":0}'.encode()

    assert read(raw) == {
        "code": "券",
        "service": None,
        "price_fen": 900719925474099,
        "paid_fen": 0,
        "uses": None,
    }


@pytest.mark.parametrize(
    ("raw", "status", "word"),
    [
        (b"", 400, "json_invalid"),
        (b"{", 400, "json_invalid"),
        (b'{"code":"\xff"}', 400, "json_invalid"),
        (b'\xef\xbb\xbf{"code":"x"}', 400, "json_invalid"),
        (b'{"code":"x","price_fen":NaN}', 400, "json_invalid"),
        (b'{"code":"x","price_fen":Infinity}', 400, "json_invalid"),
        (b'{"code":"x","price_fen":1e400}', 400, "json_number"),
        (b'{"code":"x","price_fen":9223372036854775808}', 400, "json_number"),
        (b'{"code":"x","price_fen":' + b"9" * 5000 + b"}", 400, "json_number"),
        (b'{"code":"x","price_fen":1,"price_fen":100}', 400, "json_dup"),
        (b'{"code":"\\ud800"}', 400, "json_invalid"),
        (b'{"code":"\\u0000"}', 400, "json_invalid"),
        (b'{"code":"x","code\\u0000":1}', 400, "json_invalid"),
        (b'{"code":"x","role":"admin"}', 400, "field_unknown"),
        (b'{"code":"x","balance_fen":1}', 400, "field_unknown"),
        (b'{"code":null}', 400, "type"),
        (b'{"code":["x"]}', 400, "type"),
        (b'{"code":"x","price_fen":0.1}', 400, "type"),
        (b'{"code":"x","price_fen":50.0}', 400, "type"),
        (b'{"code":"x","price_fen":true}', 400, "type"),
        (b'{"code":"x","price_fen":"50"}', 400, "type"),
        (b'{"code":"x","price_fen":null}', 400, "type"),
        (b'{"service":"bath"}', 400, "field_missing"),
        (b'{"code":" "}', 400, "field_missing"),
        (b"[]", 400, "type"),
        (b'"x"', 400, "type"),
        (b"[" * 10_000, 400, "json_invalid"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, 400, "json_invalid"),
        (b'{"code":"' + b"x" * 16_384 + b'"}', 413, "too_large"),
        (b'{"code":"' + b"x" * 8_001 + b'"}', 422, "long"),
    ],
)
def test_a_body_that_is_not_exactly_meant_is_refused(raw, status, word):
    assert refuse(read, raw) == (status, word)


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("application/json; charset=gbk", {}),
        ("", {}),
        ("application/json", {"Content_Encoding": "gzip"}),
        ("application/json", {"Content_Encoding": "br"}),
    ],
)
def test_only_plain_json_is_read(kind, headers):
    raw = gzip.compress(b'{"code":"x"}') if headers else b'{"code":"x"}'

    assert refuse(read, raw, kind=kind, **headers) == (415, "media_type")


def test_json_may_name_its_charset():
    assert read(b'{"code":"x"}', kind="application/json; charset=UTF-8")["code"] == "x"


def test_a_query_is_never_read():
    assert refuse(read, b'{"code":"x"}', path="/?a=1&a=2") == (400, "field_unknown")


def test_the_longest_body_is_the_last_that_is_read():
    frame = b'{"code":"x"%s}'
    room = MAX_BODY_BYTES - len(frame % b"")

    assert read(frame % (b" " * room))["code"] == "x"
    assert refuse(read, frame % (b" " * (room + 1))) == (413, "too_large")


def test_a_body_of_unstated_length_is_not_cut_to_something_shorter():
    sent = {
        "wsgi.input": io.BytesIO(b'{"code":"x"}' + b" " * MAX_BODY_BYTES + b"!"),
        "wsgi.input_terminated": True,
        "CONTENT_TYPE": "application/json",
        "REQUEST_METHOD": "POST",
    }
    with SITE.request_context(EnvironBuilder().get_environ() | sent):
        assert refuse(read_body, flask_request, FIELDS) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"price_fen": 0}, "amount_positive"),
        ({"price_fen": -5}, "amount_positive"),
        ({"paid_fen": -1}, "amount_positive"),
        ({"price_fen": 10**15 + 1}, "amount_max"),
        ({"uses": 0}, "count"),
        ({"uses": 100_001}, "count"),
        ({"service": "s" * 31}, "long"),
    ],
)
def test_a_value_out_of_range_has_the_word_every_door_uses(body, word):
    raw = json.dumps({"code": "x", **body}).encode()

    assert refuse(read, raw) == (422, word)


@pytest.mark.parametrize(
    ("key", "word"),
    [
        (None, "key_missing"),
        ("", "key_format"),
        ("a" * 256, "key_format"),
        ("schlüssel", "key_format"),
        ("two words", "key_format"),
    ],
)
def test_a_key_is_255_visible_characters_at_most(key, word):
    headers = {} if key is None else {"Idempotency-Key": key}
    with SITE.test_request_context("/", method="POST", headers=headers):
        assert refuse(read_client_key, flask_request) == (400, word)


def test_the_longest_key_is_taken():
    with SITE.test_request_context("/", headers={"Idempotency-Key": "k" * 255}):
        assert read_client_key(flask_request) == "k" * 255
