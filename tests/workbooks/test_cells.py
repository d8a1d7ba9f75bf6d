"""What one cell holds: groups D and N where they meet the door of workbooks."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.workbooks.cells import (
    has_forbidden_character,
    is_blank,
    normalise_text,
    read_day,
    read_text,
    read_whole_number,
)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-03",
        "2026-2-3",
        "2026/2/3",
        "2026.2.3",
        "2026年2月3日",
        "20260203",
        " 2026-02-03\u200b ",
        20260203.0,
        46056,
        46056.0,
        46056.75,
        date(2026, 2, 3),
        datetime.fromisoformat("2026-02-03T23:59"),
    ],
)
def test_a_day_is_read_however_offices_write_it(cell):
    assert read_day(cell) == date(2026, 2, 3)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-30",
        "2026-13-01",
        "02/03/2026",
        "26-2-3",
        "2026-02/03",
        "0000-01-01",
        "9999-12-31",
        "-1",
        -1,
        0,
        60,
        0.0,
        60.0,
        "46056",
        9999999,
        20260230.0,
        date(1900, 2, 28),
        time(0, 0),
        True,
        "",
        None,
        "昨天",
        "２０２６-02-03",
    ],
)
def test_what_is_no_sure_day_is_none(cell):
    assert read_day(cell) is None


@pytest.mark.parametrize(("serial", "day"), [(61, date(1900, 3, 1)), (109571, date(2199, 12, 28))])
def test_serials_count_from_the_first_of_march_1900(serial, day):
    assert read_day(serial) == day


@pytest.mark.parametrize("cell", [4, 4.0, "4", "4.0", " 4 ", "４"])
def test_a_whole_number_is_read_from_number_and_text(cell):
    assert read_whole_number(cell) == 4


@pytest.mark.parametrize(
    "cell", [3.5, "3.5", "四", "", None, True, "4,0", "1e3", "NaN", float("inf")]
)
def test_what_is_no_whole_number_is_none(cell):
    assert read_whole_number(cell) is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 王\u200b秀英\u3000\n", "王秀英"),
        ("e\u0301", "\u00e9"),
        (13619659571.0, "13619659571"),
        (1.5, "1.5"),
        (date(2026, 2, 3), "2026-02-03"),
        (None, ""),
        ("\t=1+1", "\t=1+1"),
    ],
)
def test_text_is_normalised_and_trimmed_but_not_of_tabs(cell, text):
    assert read_text(cell) == text


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalise_text(normalise_text(text)) == normalise_text(text)


@pytest.mark.parametrize("cell", ["", None, " ", "\u3000\u200b\t\n"])
def test_spaces_of_any_width_are_blank(cell):
    assert is_blank(cell)


@pytest.mark.parametrize("cell", [0, 0.0, "0", False, "·"])
def test_a_nought_is_not_blank(cell):
    assert not is_blank(cell)


@pytest.mark.parametrize(
    "character", ["\0", "\x1b", "\x7f", "\u202e", "\u2066", "\ud800", "\ue000"]
)
def test_controls_turned_directions_surrogates_and_private_use_are_forbidden(character):
    assert has_forbidden_character(f"甲{character}乙")


@pytest.mark.parametrize("text", ["", "甲乙", "a\tb\r\nc", "𠮷", "\U00031350", "<b>&'", "\u3000"])
def test_any_letter_sign_or_line_end_is_allowed(text):
    assert not has_forbidden_character(text)
