"""The same attempt gets the same answer for ever; the same key for something else is refused."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.refusing import refuse
from voucher import clock
from voucher.db import transaction
from voucher.refusals import BadInput
from voucher.replies import check_client_key, find_reply, fingerprint_of, store_reply

ATTEMPT = {
    "actor_key": "device:1",
    "route": "redemptions",
    "client_key": "key-1",
    "fingerprint": fingerprint_of({"print": "A", "price_fen": 1}),
}
BODY = {"redemption": 1, "result": "accepted", "receipt": "261205-回执"}


def store(**changed):
    with transaction():
        store_reply(**{**ATTEMPT, **changed}, body=BODY, now=clock.now())


def test_a_new_attempt_has_no_answer_yet(app):
    assert find_reply(**ATTEMPT) is None


def test_an_attempt_repeated_gets_its_answer_back(app):
    store()

    assert find_reply(**ATTEMPT) == BODY
    assert list(find_reply(**ATTEMPT)) == list(BODY)


def test_a_key_belongs_to_its_actor_and_its_route(app):
    store()

    assert find_reply(**{**ATTEMPT, "actor_key": "device:2"}) is None
    assert find_reply(**{**ATTEMPT, "route": "reversals"}) is None


def test_a_key_is_not_used_for_something_else(app):
    store()

    other = {**ATTEMPT, "fingerprint": fingerprint_of({"print": "B", "price_fen": 1})}
    refuse("key_reused", find_reply, **other, kind=BadInput)


def test_one_attempt_has_one_answer_whoever_is_first(app):
    store()

    with pytest.raises(IntegrityError):
        store(fingerprint="other")


def test_a_fingerprint_is_equal_exactly_for_equal_contents():
    one = fingerprint_of({"a": 1, "b": None})

    assert fingerprint_of({"b": None, "a": 1}) == one
    assert fingerprint_of({"a": "1", "b": None}) != one
    assert fingerprint_of({"a": 1}) != one


@pytest.mark.parametrize("key", ["a", "x" * 255, "scan 1", "0b9f-~!"])
def test_printable_ascii_of_1_to_255_characters_is_a_key(key):
    assert check_client_key(key) == key


@pytest.mark.parametrize("key", ["", "x" * 256, "钥匙", "a\tb", "a\x00", "é"])
def test_anything_else_is_no_key(key):
    with pytest.raises(BadInput, match="^key_format$"):
        check_client_key(key)
