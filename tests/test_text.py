"""Names, numbers and addresses as people read them. All people are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher import text


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王**"),
        ("欧阳小明", "欧***"),
        ("王", "王"),
        ("", ""),
        ("𠮷小明", "𠮷**"),
        ("买买提·吐尔逊", "买买提·*"),
        ("买买提明·阿不都热合曼·托合提", "买买提明·*"),
    ],
)
def test_a_masked_name_shows_the_first_character_or_part(name, masked):
    assert text.mask_name(name) == masked


def test_numbers_are_masked_in_the_middle():
    assert text.mask_id_number("110101193806150026") == "110101********0026"
    assert text.mask_phone("13800000000") == "138****0000"
    assert text.mask_phone("028") == "***"
    assert text.mask_account("6222000011112222") == "************2222"


def test_names_sort_by_the_reading_a_family_name_has():
    names = ["朱小明", "曾小明", "单小明", "阿小明", "王小明", "𠮷小明", "解小明"]

    assert sorted(names, key=text.pinyin_sort_key) == [
        "阿小明",
        "单小明",
        "王小明",
        "解小明",
        "曾小明",
        "朱小明",
        "𠮷小明",
    ]


@given(name=st.text(max_size=50))
def test_every_name_has_a_sort_key_that_ends_with_itself(name):
    assert text.pinyin_sort_key(name).endswith(name.lower())


def test_addresses_sort_as_people_count():
    addresses = ["示例路10号", "示例路２号10幢", "示例路2号9幢", "示例路", "甲路3号"]

    assert sorted(addresses, key=text.natural_key) == [
        "甲路3号",
        "示例路",
        "示例路2号9幢",
        "示例路２号10幢",
        "示例路10号",
    ]


@given(one=st.text(max_size=20), other=st.text(max_size=20))
def test_any_two_addresses_can_be_put_in_order(one, other):
    first, last = sorted([one, other], key=text.natural_key)

    assert not text.natural_key(last) < text.natural_key(first)


@pytest.mark.parametrize(
    "name", ["王小明", "𠮷䶮㐱", "𬭚㛃𬍛", "买买提·吐尔逊", "Ana María 80-89岁"]
)
def test_common_rare_and_foreign_names_are_printable(name):
    assert text.is_printable(name) is True


@pytest.mark.parametrize("character", ["\ue000", "\u202e", "\x00", "\n", "ᠠ", "\U00030000", "😀"])
def test_a_character_no_font_has_is_found_and_named(character):
    assert text.find_unprintable(f"王{character}小{character}") == [character]
    assert text.show_code_points([character]) == f"U+{ord(character):04X}"
