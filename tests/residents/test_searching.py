"""What is typed into a search box is a name, pinyin or a number; numbers are known as such."""

import pytest

from tests.residents.factories import make_number
from voucher.residents.rules.searching import Search, Sought, like_initials, read_search


@pytest.mark.parametrize(
    ("typed", "sought", "text"),
    [
        ("", Sought.NOBODY, ""),
        ("  ", Sought.NOBODY, ""),
        ("王秀英", Sought.NAME, "王秀英"),
        ("王 秀英", Sought.NAME, "王秀英"),
        ("买买提•吐尔逊", Sought.NAME, "买买提·吐尔逊"),
        ("wangxiuying", Sought.PINYIN, "wangxiuying"),
        ("Wang Xiu Ying", Sought.PINYIN, "wangxiuying"),
        ("wxy", Sought.PINYIN, "wxy"),
        ("lü", Sought.PINYIN, "lv"),
        ("xi'an", Sought.PINYIN, "xian"),
        ("'", Sought.NAME, "'"),
        ("11010119380615002x", Sought.ID_NUMBER, "11010119380615002X"),
        ("110101 19380615 0026", Sought.ID_NUMBER, "110101193806150026"),
        ("１１０１０１１９３８０６１５００２６", Sought.ID_NUMBER, "110101193806150026"),
        ("110101380615002", Sought.ID_NUMBER, "110101193806150026"),
        ("138-0000-0000", Sought.PHONE, "13800000000"),
        ("+86 13800000000", Sought.PHONE, "13800000000"),
        ("02812345678", Sought.PHONE, "02812345678"),
        ("1101011938", Sought.PART_OF_NUMBER, "1101011938"),
        ("王1938", Sought.PART_OF_NUMBER, "王1938"),
    ],
)
def test_a_typed_text_is_read_as_what_it_is_meant_as(typed, sought, text):
    assert read_search(typed) == Search(sought, text)


def test_only_numbers_may_not_stand_in_an_address():
    numbers = {sought for sought in Sought if Search(sought, "x").is_number}

    assert numbers == {Sought.ID_NUMBER, Sought.PHONE, Sought.PART_OF_NUMBER}


def test_a_sound_number_is_always_known_as_a_number():
    assert all(read_search(make_number(n)).sought is Sought.ID_NUMBER for n in range(1, 200))


def test_initials_ask_for_the_whole_name():
    assert like_initials("wxy") == "w% x% y% %"
