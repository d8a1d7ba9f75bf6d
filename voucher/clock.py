"""
The only file that asks the system for the time.

Instants are aware and in UTC; days are China's. A demo or test home has a clock of its own: an
offset kept in the home, the same for every process, that `set_clock` moves forward, never back.
"""

import json
from datetime import UTC, date, datetime, timedelta

from flask import current_app

from voucher.config import Home, Kind, write_secret
from voucher.periods import CHINA, local_date
from voucher.refusals import N_, BadInput, Refusal

REHEARSAL_START = datetime(2026, 12, 5, 10, 0, tzinfo=CHINA)


def now() -> datetime:
    """Give the present instant of this installation, in UTC."""
    return read_clock(current_app.config["HOME"])


def today() -> date:
    """Give the present day in China."""
    return local_date(now())


def read_clock(home: Home) -> datetime:
    """Give the present instant of a home, in UTC."""
    return datetime.now(UTC) + timedelta(seconds=_read_offset(home))


def start_clock(home: Home) -> None:
    """Let a new demo or test home's clock begin at its fixed instant and run on from there."""
    if home.kind is not Kind.LIVE:
        _write_offset(home, REHEARSAL_START)


def set_clock(home: Home, instant: datetime) -> None:
    """
    Move a demo or test home's clock forward.

    :raises Refusal: clock_live, clock_back. :raises BadInput: clock_zone.
    """
    if home.kind is Kind.LIVE:
        raise Refusal("clock_live", N_("正式环境使用系统时间，不能设置时钟"))
    if instant.tzinfo is None:
        raise BadInput("clock_zone", N_("时间须带时区，例如 2026-12-05T10:00:00+08:00"))
    if instant < read_clock(home):
        raise Refusal("clock_back", N_("时钟只能向前，不能后退"))
    _write_offset(home, instant)


def _read_offset(home: Home) -> float:
    if home.kind is Kind.LIVE:
        return 0.0
    return float(json.loads((home.path / "clock.json").read_text())["offset_seconds"])


def _write_offset(home: Home, instant: datetime) -> None:
    offset = (instant - datetime.now(UTC)).total_seconds()
    target = home.path / "clock.json"
    fresh = target.with_suffix(".new")
    write_secret(fresh, json.dumps({"offset_seconds": offset}).encode())
    # A process that reads meanwhile sees the old clock or the new one, never half a file.
    fresh.replace(target)
