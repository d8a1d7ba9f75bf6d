"""Serials and typed codes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher import codes
from voucher.refusals import BadInput

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PRINT_IDS = st.integers(0, 2**64 - 1)
NUMBERS = st.integers(1, codes.MAX_SERIAL_NUMBER)
DECEMBER = date(2026, 12, 1)


def word_of(action, *arguments):
    with pytest.raises(BadInput) as refused:
        action(*arguments)
    return refused.value.word


def test_a_serial_is_month_number_and_check_digit():
    assert codes.make_serial(month=DECEMBER, number=123_456) == "261201234567"
    assert codes.show_serial("261201234567") == "2612 0123 4567"


@given(first=NUMBERS, count=st.integers(0, 2_500))
def test_many_serials_are_what_each_is(first, count):
    count = min(count, codes.MAX_SERIAL_NUMBER + 1 - first)

    made = codes.make_serials(month=DECEMBER, first=first, count=count).decode()

    assert made == "".join(
        codes.make_serial(month=DECEMBER, number=number) for number in range(first, first + count)
    )


def test_no_serial_lies_outside_its_seven_digits():
    for first, count in ((0, 1), (codes.MAX_SERIAL_NUMBER, 2)):
        with pytest.raises(ValueError, match="do not fit"):
            codes.make_serials(month=DECEMBER, first=first, count=count)


def test_many_print_codes_are_written_as_each_is_and_differ():
    made = codes.make_print_codes(10_000).decode()
    each = [made[start : start + 13] for start in range(0, len(made), 13)]

    assert each == [codes.write_print_code(codes.read_print_code(code)) for code in each]
    assert len(set(each)) == 10_000
    # 64 bits, each as often set as not.
    often = [sum(codes.read_print_code(code) >> bit & 1 for code in each) for bit in range(64)]
    assert 4_600 < min(often) <= max(often) < 5_400


@given(number=NUMBERS)
def test_a_serial_is_read_back_as_it_is_shown(number):
    serial = codes.make_serial(month=DECEMBER, number=number)

    assert codes.parse_serial(f" {codes.show_serial(serial)}\n") == serial


@given(number=NUMBERS, place=st.integers(0, 11), shift=st.integers(1, 9))
def test_one_wrong_digit_of_a_serial_is_always_found(number, place, shift):
    serial = codes.make_serial(month=DECEMBER, number=number)
    wrong = serial[:place] + str((int(serial[place]) + shift) % 10) + serial[place + 1 :]

    assert word_of(codes.parse_serial, wrong) == "serial"


@given(number=NUMBERS, place=st.integers(0, 10))
def test_two_swapped_digits_of_a_serial_are_always_found(number, place):
    serial = codes.make_serial(month=DECEMBER, number=number)
    swapped = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]

    if swapped != serial:
        assert word_of(codes.parse_serial, swapped) == "serial"


@pytest.mark.parametrize("text", ["", "2612", "2612012345670", "26120123456A", "²⁶¹²⁰¹²³⁴⁵⁶"])
def test_a_text_that_is_no_serial_is_refused(text):
    assert word_of(codes.parse_serial, text) == "serial"


@pytest.mark.parametrize("number", [0, codes.MAX_SERIAL_NUMBER + 1])
def test_a_running_number_that_does_not_fit_is_a_fault_of_the_program(number):
    with pytest.raises(ValueError, match="does not fit a serial"):
        codes.make_serial(month=DECEMBER, number=number)


def test_print_ids_are_64_random_bits():
    drawn = {codes.make_print_id() for _ in range(1000)}

    assert len(drawn) == 1000
    assert max(drawn).bit_length() == 64


def test_a_typed_code_is_three_groups_of_five():
    assert codes.show_typed_code(0) == "00000-00000-00000"
    assert codes.show_typed_code(2**64 - 1) == "FZZZZ-ZZZZZ-ZZZDG"


@given(print_id=PRINT_IDS)
def test_a_typed_code_is_read_back(print_id):
    assert codes.parse_typed_code(codes.show_typed_code(print_id)) == print_id
    assert codes.read_print_code(codes.write_print_code(print_id)) == print_id


@given(print_id=PRINT_IDS)
def test_q17_misread_letters_case_dashes_spaces_and_full_width_do_not_matter(print_id):
    code = codes.show_typed_code(print_id)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    spellings = [
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        code.replace("0", "O").replace("1", "I"),
        code.replace("0", "o").replace("1", "l"),
        f"  {code}\r\n",
        wide,
    ]

    assert [codes.parse_typed_code(text) for text in spellings] == [print_id] * 7
    assert all(codes.is_typed_code(text) for text in spellings)


@given(print_id=PRINT_IDS, place=st.integers(0, 14), shift=st.integers(1, 31))
def test_q16_one_wrong_character_is_always_found(print_id, place, shift):
    code = codes.show_typed_code(print_id).replace("-", "")
    other = CROCKFORD[(CROCKFORD.index(code[place]) + shift) % 32]

    assert word_of(codes.parse_typed_code, code[:place] + other + code[place + 1 :]) == "typo"


@given(print_id=PRINT_IDS, place=st.integers(0, 13))
def test_q16_a_swapped_pair_is_always_found(print_id, place):
    code = codes.show_typed_code(print_id).replace("-", "")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    if swapped != code:
        assert word_of(codes.parse_typed_code, swapped) == "typo"


@pytest.mark.parametrize("text", ["", "00000", "00000-00000-0000U", "G0000-00000-00000", "0" * 16])
def test_a_text_of_another_form_is_a_typo(text):
    assert word_of(codes.parse_typed_code, text) == "typo"


@pytest.mark.parametrize("text", ["", "HTTPS://A.CN/V/AA", "YL1:00", "A" * 143, "一二三四五"])
def test_a_qr_text_is_not_taken_for_a_typed_code(text):
    assert codes.is_typed_code(text) is False
