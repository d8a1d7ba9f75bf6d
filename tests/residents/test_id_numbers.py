"""Group H: identity numbers. All numbers are made up or from public documentation."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.residents.rules.id_numbers import (
    age_on,
    birth_date,
    check_character,
    find_id_faults,
    is_male,
    is_sound,
    lengthen_id_number,
    list_sound_numbers,
    read_id_number,
)

DAY = date(2026, 12, 1)
SOUND = "110101193806150026"


def judge(cell: object) -> list[tuple[str, dict[str, object]]]:
    faults = find_id_faults(cell=cell, number=read_id_number(cell), day=DAY)
    return [(fault.word, dict(fault.facts)) for fault in faults]


@pytest.mark.parametrize(
    ("number", "born", "male"),
    [
        ("110101193806150026", date(1938, 6, 15), False),
        ("11010519491231002X", date(1949, 12, 31), False),
        ("440524188001010014", date(1880, 1, 1), True),
        ("34052419800101001X", date(1980, 1, 1), True),
        ("53010219200508011X", date(1920, 5, 8), True),
        ("440524188001015368", date(1880, 1, 1), False),
        ("160105194912310029", date(1949, 12, 31), False),
        ("440305194002290012", date(1940, 2, 29), True),
        ("510104196602281013", date(1966, 2, 28), True),
        ("510104196402291022", date(1964, 2, 29), False),
        ("330102194610012037", date(1946, 10, 1), True),
        ("540121195001011015", date(1950, 1, 1), True),
        ("510104189912319990", date(1899, 12, 31), True),
    ],
)
def test_a_sound_number_tells_birth_date_and_sex_whatever_its_area(number, born, male):
    assert judge(number) == []
    assert (birth_date(number), is_male(number)) == (born, male)


@pytest.mark.parametrize("area", ["000000", "810000", "820000", "830000", "999999", "510199"])
def test_the_area_code_is_never_a_reason(area):
    body = f"{area}19500101001"

    assert judge(body + check_character(body)) == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("11010119380615000x", "11010119380615000X"),
        ("１１０１０１１９３８０６１５００２６", "110101193806150026"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("'110101193806150026", "110101193806150026"),
        (" 110101 19380615 0026\u3000", "110101193806150026"),
        ("110101\u200b193806150026\ufeff", "110101193806150026"),
        ("110101193806150026\t", "110101193806150026"),
        ("110105491231002", "11010519491231002X"),
        ("１１０１０５ 491231 002", "11010519491231002X"),
    ],
)
def test_a_number_is_normalised_before_it_is_judged(typed, number):
    assert read_id_number(typed) == number
    assert judge(typed) == []


@pytest.mark.parametrize(
    ("old", "body"),
    [
        ("510104301231995", "51010419301231995"),
        ("510104301231996", "51010418301231996"),
        ("510104301231999", "51010418301231999"),
        ("510104301231000", "51010419301231000"),
    ],
)
def test_fifteen_digits_get_their_century_from_the_sequence(old, body):
    assert lengthen_id_number(old) == body + check_character(body)


@pytest.mark.parametrize(
    ("cell", "word", "facts"),
    [
        ("", "id_missing", {}),
        (None, "id_missing", {}),
        (" \u200b'", "id_missing", {}),
        (110101193806150026.0, "id_damaged", {}),
        (110101193806150026, "id_damaged", {}),
        (110105491231002.0, "id_damaged", {}),
        (0.0, "id_damaged", {}),
        (1, "id_damaged", {}),
        (date(1938, 6, 15), "id_damaged", {}),
        ("1.1010119380615e+17", "id_damaged", {}),
        ("1.10101E+17", "id_damaged", {}),
        ("1E17", "id_damaged", {}),
        ("11010119380615002", "id_length", {"length": 17}),
        ("1101011938061500266", "id_length", {"length": 19}),
        ("11010549123100X", "id_length", {"length": 15}),
        ("无", "id_length", {"length": 1}),
        ("110101193806150027", "id_checksum", {}),
        ("110105194912310021", "id_checksum", {}),
        ("11O101193806150026", "id_checksum", {"place": 3}),
        ("X10101193806150026", "id_checksum", {"place": 1}),
        ("11010119380615002Y", "id_checksum", {"place": 18}),
        ("١10101193806150026", "id_checksum", {"place": 1}),
        ("44030519410229001X", "id_date", {}),
        ("110105194902310026", "id_date", {}),
        ("110101209901010017", "id_date", {}),
    ],
)
def test_an_unsound_number_has_one_fault(cell, word, facts):
    assert judge(cell) == [(word, facts)]


def test_the_right_check_character_is_never_told():
    fault = next(iter(find_id_faults(cell="x", number="110101193806150027", day=DAY)))

    assert fault.sentence == "身份证号第18位校验码不正确，请核对证件"


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1966, 12, 1), date(2026, 12, 1), 60),
        (date(1966, 12, 2), date(2026, 12, 1), 59),
        (date(1964, 2, 29), date(2025, 2, 28), 60),
        (date(1964, 2, 29), date(2025, 3, 1), 61),
        (date(1964, 2, 29), date(2024, 2, 29), 60),
        (date(2026, 12, 1), date(2026, 12, 1), 0),
    ],
)
def test_the_birthday_counts_and_the_leap_day_counts_on_the_first_of_march(born, day, age):
    assert age_on(born=born, day=day) == age


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
def test_no_single_wrong_digit_passes(body, place, step):
    number = body + check_character(body)
    wrong = str((int(number[place]) + step) % 10)
    changed = number[:place] + wrong + number[place + 1 :]

    assert changed[17] != check_character(changed[:17])


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 15))
def test_no_swapped_pair_of_digits_passes(body, place):
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]

    assert swapped == body or check_character(swapped) != check_character(body)


@given(st.text(max_size=25))
def test_any_text_is_judged_and_only_sound_numbers_pass(text):
    number = read_id_number(text)

    assert is_sound(number, day=DAY) == (judge(text) == [])


def test_only_sound_numbers_are_asked_for():
    rows = [(2, (SOUND,)), (3, (" " + SOUND,)), (4, ("1",)), (5, (1.0,)), (6, ("",))]

    assert list_sound_numbers(rows=rows, column=0, day=DAY) == {SOUND}
