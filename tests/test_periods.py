"""Days and months are China's; a period begins with its first day and ends before its last."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.periods import (
    full_years,
    local_date,
    next_month,
    parse_day,
    parse_month,
    previous_month,
    start_of_day,
)
from voucher.refusals import BadInput

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))


def test_a_day_begins_at_midnight_in_china():
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)

    assert start_of_day(date(2026, 12, 1)) == midnight
    assert local_date(midnight) == date(2026, 12, 1)
    assert local_date(midnight - timedelta(microseconds=1)) == date(2026, 11, 30)


@given(DAYS)
def test_a_days_first_moment_lies_in_it_and_the_moment_before_does_not(day):
    assert local_date(start_of_day(day)) == day
    assert local_date(start_of_day(day) - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(DAYS)
def test_months_follow_each_other_without_gap(day):
    first = day.replace(day=1)

    assert previous_month(next_month(first)) == first
    assert next_month(first) - timedelta(days=1) >= day


def test_december_is_followed_by_january():
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert previous_month(date(2027, 1, 1)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1966, 12, 1), date(2026, 12, 1), 60),
        (date(1966, 12, 2), date(2026, 12, 1), 59),
        (date(1940, 2, 29), date(2026, 2, 28), 85),
        (date(1940, 2, 29), date(2026, 3, 1), 86),
        (date(1940, 2, 29), date(2028, 2, 29), 88),
    ],
)
def test_the_birthday_counts_and_29_february_counts_on_1_march(born, on, years):
    assert full_years(born, on) == years


def test_a_month_and_a_day_are_read():
    assert parse_month(" 2026-12 ") == date(2026, 12, 1)
    assert parse_day("2026-12-05") == date(2026, 12, 5)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "1999-12", "12/2026", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(BadInput, match="^month_format$"):
        parse_month(text)


@pytest.mark.parametrize("text", ["2026-02-30", "02/03/2026", "soon", ""])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadInput, match="^date$"):
        parse_day(text)
