"""A stolen table tells nothing, and a moved field does not open."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from voucher.config import read_key
from voucher.refusals import Refusal
from voucher.sealing import blind_index, prepare_sealing, seal, unseal

COLUMN, ROW = "residents.id_number", "resident1"


@pytest.fixture(autouse=True)
def keys(home):
    """Give the keys of a home to an application that has nothing else: no database is asked."""
    site = Flask("sealing")
    prepare_sealing(site, home)
    with site.app_context():
        yield


def refuse_opening(sealed, *, column=COLUMN, row=ROW):
    with pytest.raises(Refusal, match="^sealed_damaged$"):
        unseal(sealed, column=column, row=row)


def test_what_was_sealed_opens_in_its_place_alone():
    sealed = seal("示例", column=COLUMN, row=ROW)

    assert unseal(sealed, column=COLUMN, row=ROW) == "示例"
    refuse_opening(sealed, column="residents.phone")
    refuse_opening(sealed, row="resident2")


def test_two_sealed_values_cannot_be_swapped():
    first = seal("1", column=COLUMN, row="resident1")
    second = seal("2", column=COLUMN, row="resident2")

    refuse_opening(first, row="resident2")
    refuse_opening(second, row="resident1")


def test_every_changed_bit_shows():
    sealed = seal("110101193806150026", column=COLUMN, row=ROW)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        refuse_opening(bytes(changed))
    refuse_opening(sealed[:-1])
    refuse_opening(b"")


def test_the_same_text_never_seals_to_the_same_bytes():
    assert seal("1", column=COLUMN, row=ROW) != seal("1", column=COLUMN, row=ROW)


def test_another_key_opens_nothing(home):
    foreign = AESGCM(read_key(home, "index")).encrypt(b"0" * 12, b"x", f"{COLUMN}|{ROW}".encode())

    refuse_opening(b"\x01" + b"0" * 12 + foreign)


def test_the_index_is_equal_for_equal_texts_of_one_column_only():
    index = blind_index("1", column=COLUMN)

    assert index == blind_index("1", column=COLUMN)
    assert len({index, blind_index("2", column=COLUMN), blind_index("1", column="other")}) == 3
    assert len(bytes.fromhex(index)) == 16
