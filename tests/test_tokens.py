"""Tokens as bytes and as text, apart from what their signature proves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher import tokens
from voucher.refusals import BadInput
from voucher.tokens import TokenBody, TokenKind

BODY = TokenBody(
    kid=1,
    scheme=2,
    print_id=3,
    kind=TokenKind.AMOUNT,
    value=3000,
    service_class=4,
    valid_from=date(2026, 12, 1),
    last_date=date(2026, 12, 31),
    community=5,
    partial_use=True,
    offline_allowed=False,
    home_shop_required=False,
    is_test=True,
)
SHORTS = st.integers(0, 0xFFFF)
BODIES = st.builds(
    TokenBody,
    kid=SHORTS,
    scheme=SHORTS,
    print_id=st.integers(0, 2**64 - 1),
    kind=st.sampled_from([TokenKind.AMOUNT, TokenKind.COUNT]),
    value=st.integers(0, 2**32 - 1),
    service_class=st.integers(0, 255),
    valid_from=st.dates(tokens.EPOCH, date(2100, 1, 1)),
    last_date=st.dates(date(2100, 1, 1), date(2190, 1, 1)),
    community=SHORTS,
    partial_use=st.booleans(),
    offline_allowed=st.booleans(),
    home_shop_required=st.booleans(),
    is_test=st.booleans(),
)
TOKENS = st.binary(min_size=89, max_size=89)


def test_the_body_lies_in_its_25_bytes_as_the_layout_says():
    assert tokens.pack_body(BODY).hex(" ") == (
        "11 00 01 00 02 00 00 00 00 00 00 00 03 00 00 0b b8 04 09 de 09 fc 00 05 24"
    )


@given(body=BODIES)
def test_a_body_is_read_back_as_it_was_packed(body):
    assert tokens.unpack_body(tokens.pack_body(body)) == body


@given(share=st.integers(0, 10_000), cap_yuan=SHORTS)
def test_a_discount_carries_its_share_and_cap(share, cap_yuan):
    value = tokens.pack_discount(share=share, cap_yuan=cap_yuan)
    body = replace(BODY, kind=TokenKind.DISCOUNT, value=value)

    assert tokens.unpack_discount(tokens.unpack_body(tokens.pack_body(body)).value) == (
        share,
        cap_yuan,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kid": 0x10000},
        {"value": -1},
        {"service_class": 256},
        {"valid_from": date(2019, 12, 31)},
        {"last_date": date(2026, 11, 30)},
        {"last_date": tokens.EPOCH + timedelta(days=0x10000)},
        {"kind": TokenKind.DISCOUNT, "value": 10_001 << 16},
    ],
)
def test_a_figure_that_does_not_fit_is_a_fault_of_the_program(wrong):
    with pytest.raises(ValueError, match=r"does not fit|at most|before it begins"):
        tokens.pack_body(replace(BODY, **wrong))


@pytest.mark.parametrize(("share", "cap_yuan"), [(10_001, 0), (-1, 0), (0, 65_536), (0, -1)])
def test_a_share_above_the_whole_and_a_cap_too_large_do_not_fit(share, cap_yuan):
    with pytest.raises(ValueError, match="does not fit a token"):
        tokens.pack_discount(share=share, cap_yuan=cap_yuan)


@pytest.mark.parametrize(
    ("place", "byte"), [(24, 0xC0), (24, 0x01), (24, 0x02), (19, 0xFF)], ids=str
)
def test_a_signed_body_that_no_issue_writes_is_damaged(place, byte):
    packed = bytearray(tokens.pack_body(BODY))
    packed[place] = byte

    with pytest.raises(BadInput) as refused:
        tokens.unpack_body(bytes(packed))

    assert refused.value.word == "damaged"


@given(token=TOKENS)
def test_a_token_has_one_text_of_each_form_and_is_read_back(token):
    url, bare = tokens.show_url(token, host="voucher.example"), tokens.show_bare(token)

    assert (len(url), len(bare)) == (8 + 15 + 3 + 143, 138)
    assert url == url.upper()
    assert tokens.read_token(url, host="VOUCHER.EXAMPLE") == token
    assert tokens.read_token(bare, host="VOUCHER.EXAMPLE") == token
    assert tokens.read_token(url[-143:], host="VOUCHER.EXAMPLE") == token


def test_base45_is_that_of_rfc_9285():
    assert tokens._to_base45(b"base-45") == "UJCLQE7W581"
    assert tokens._to_base45(b"Hello!!") == "%69 VD92EX0"
