"""
Days and months in China, and as people write them. Pure.

Periods are from-inclusive, to-exclusive, and begin at 00:00 +08:00.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone

from voucher.refusals import N_, BadInput

CHINA = timezone(timedelta(hours=8), "CST")


def local_date(instant: datetime) -> date:
    """Give the day in China on which an instant falls."""
    return instant.astimezone(CHINA).date()


def start_of_day(day: date) -> datetime:
    """Give the instant at which a day begins in China, in UTC."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def parse_month(text: str) -> date:
    """
    Read `2026-12` and give the month's first day.

    :raises BadInput: month_format.
    """
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text.strip())
    if not found:
        raise BadInput("month_format", N_("月份“%(text)s”请写成 2026-12"), text=text[:20])
    return date(int(found[1]), int(found[2]), 1)


def parse_day(text: str) -> date:
    """
    Read `2026-12-05`.

    :raises BadInput: date.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("date", N_("日期“%(text)s”请写成 2026-12-05"), text=text[:20]) from None


def next_month(first: date) -> date:
    """Give the first day of the month after, which is where a month's period ends."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def previous_month(first: date) -> date:
    """Give the first day of the month before."""
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def full_years(born: date, on: date) -> int:
    """Give the age in full years; the birthday itself counts, 29 February counts on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def last_day(period_to: date) -> date:
    """Give the last day that counts of a period, as people and paper say it."""
    return period_to - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Give the same day some months later, or the month's last where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_start(day: date, months: int) -> date:
    """Give the latest day from which `add_months` comes to a day no later than this one."""
    years, month = divmod(day.month - 1 - months, 12)
    year = day.year + years
    last = monthrange(year, month + 1)[1]
    is_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_end else min(day.day, last))
