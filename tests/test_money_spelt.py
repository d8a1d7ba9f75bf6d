"""Amounts as a Chinese financial document spells them."""

import pytest

from voucher.money import spell_yuan


@pytest.mark.parametrize(
    ("fen", "spelt"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (110, "壹元壹角整"),
        (123_456, "壹仟贰佰叁拾肆元伍角陆分"),
        (1_000_500, "壹万零伍元整"),
        (10_000_000, "壹拾万元整"),
        (10_700_053, "壹拾万零柒仟元伍角叁分"),
        (100_400_100, "壹佰万零肆仟零壹元整"),
        (100_000_010_000, "壹拾亿零壹佰元整"),
        (-3000, "负叁拾元整"),
    ],
)
def test_an_amount_is_spelt_so_that_no_digit_can_be_added(fen, spelt):
    assert spell_yuan(fen) == spelt
