"""Whole fen: read, shown, shared and split without losing one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.money import Rounding, parse_yuan, show_yuan, split_by_largest_remainder, take_share
from voucher.refusals import BadInput

FEN = st.integers(0, 10**12)
WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=6)


@given(FEN, WEIGHTS)
def test_a_split_loses_no_fen_and_strays_less_than_one_from_the_exact_part(total_fen, weights):
    parts = split_by_largest_remainder(total_fen, weights)

    assert sum(parts) == total_fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total_fen * weight, sum(weights))) < 1


@pytest.mark.parametrize(
    ("total_fen", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1], [51, 50]),
        (1, [1, 1, 1], [1, 0, 0]),
        (10, [85, 15], [9, 1]),
        (3, [90, 10], [3, 0]),
        (8, [90, 10], [7, 1]),
        (0, [90, 10], [0, 0]),
        (-101, [1, 1], [-50, -51]),
    ],
)
def test_spare_fen_go_to_the_largest_remainder_ties_to_the_first_named(total_fen, weights, parts):
    assert split_by_largest_remainder(total_fen, weights) == parts


@pytest.mark.parametrize(
    ("fen", "rounding", "taken"),
    [
        (100, Rounding.DOWN, 50),
        (101, Rounding.DOWN, 50),
        (101, Rounding.UP, 51),
        (101, Rounding.HALF_UP, 51),
        (100, Rounding.UP, 50),
        (199_999, Rounding.DOWN, 99_999),
    ],
)
def test_half_a_price_is_rounded_as_the_programme_states(fen, rounding, taken):
    assert take_share(fen, Fraction(1, 2), rounding=rounding) == taken


@pytest.mark.parametrize(("fen", "taken"), [(249, 0), (250, 100), (251, 100), (749, 100)])
def test_half_up_turns_at_the_half_of_the_unit(fen, taken):
    fifth = Fraction(1, 5)

    assert take_share(fen, fifth, rounding=Rounding.HALF_UP, unit_fen=100) == taken


@given(FEN, st.integers(0, 10_000))
def test_a_share_is_never_more_than_the_whole_and_own_part_and_share_make_it(fen, basis_points):
    share = Fraction(basis_points, 10_000)

    down = take_share(fen, share, rounding=Rounding.DOWN)
    up = take_share(fen, share, rounding=Rounding.UP)

    assert 0 <= down <= fen * share <= up <= fen
    assert up - down in (0, 1)


@given(st.integers(1, 10**14))
def test_what_is_shown_is_read_back(fen):
    assert parse_yuan(show_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        ("0.01", 1),
        ("1,000", 100_000),
        ("￥50", 5000),
        ("¥50", 5000),
        ("50元", 5000),
        ("５０", 5000),
        (" 12.5 ", 1250),
        ("12.", 1200),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0", "amount_positive"),
        ("-5", "amount_positive"),
        ("-0", "amount_positive"),
        ("0.00", "amount_positive"),
        ("0.001", "amount_scale"),
        ("12.345", "amount_scale"),
        ("1e3", "amount_format"),
        ("0x10", "amount_format"),
        ("NaN", "amount_format"),
        ("Infinity", "amount_format"),
        ("五十", "amount_format"),
        ("5O", "amount_format"),
        ("1,00", "amount_format"),
        ("", "amount_format"),
        ("9" * 20, "amount_max"),
    ],
)
def test_what_is_no_amount_is_refused(text, word):
    with pytest.raises(BadInput, match=f"^{word}$"):
        parse_yuan(text)


def test_money_is_shown_with_its_sign_and_two_decimals():
    assert [show_yuan(fen) for fen in (0, 1, -1, 123456, -100)] == [
        "0.00",
        "0.01",
        "-0.01",
        "1,234.56",
        "-1.00",
    ]
