"""What finance types about settlements, as typed values."""

from datetime import date, timedelta

from voucher.periods import parse_day
from voucher.refusals import N_, BadInput


def read_day(text: str) -> date:
    """
    Give the last day to be closed.

    :raises BadInput: date.
    """
    return parse_day(text[:20])


def suggest_days(today: date) -> tuple[date, date]:
    """Give the days usually closed: yesterday, and the last day of last month."""
    return today - timedelta(days=1), today.replace(day=1) - timedelta(days=1)


def read_ids(text: str) -> tuple[int, ...]:
    """
    Read `3,5,8`: the settlements that stood on the page.

    :raises BadInput: settlements_format.
    """
    parts = [part for part in text.split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise BadInput("settlements_format", N_("结算单编号有误，请返回刷新后重试"))
    return tuple(int(part) for part in parts)


# Refusals of a payment that are shown at its field.
BANK_REF_WORDS = frozenset({"bank_ref_missing", "bank_ref_reused"})
