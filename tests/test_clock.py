"""One clock a home; a rehearsal's begins at its instant, runs on, and goes forward only."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import make_home
from voucher.clock import REHEARSAL_START, read_clock, set_clock
from voucher.config import Kind
from voucher.periods import CHINA
from voucher.refusals import BadInput, Refusal

SOON = timedelta(minutes=1)
MONTH_END = datetime(2027, 1, 1, tzinfo=CHINA)


def test_a_rehearsal_begins_on_5_december_2026_at_ten_in_china(home):
    assert REHEARSAL_START.isoformat() == "2026-12-05T10:00:00+08:00"
    assert timedelta(0) <= read_clock(home) - REHEARSAL_START < SOON


def test_a_rehearsals_clock_runs_on(home):
    earlier = read_clock(home)

    assert read_clock(home) > earlier
    assert earlier.tzinfo is UTC


def test_a_rehearsals_clock_is_moved_forward_for_every_process(home):
    set_clock(home, MONTH_END)

    assert timedelta(0) <= read_clock(home) - MONTH_END < SOON
    assert (home.path / "clock.json").stat().st_mode & 0o777 == 0o600


def test_a_clock_never_goes_back(home):
    with pytest.raises(Refusal, match="^clock_back$"):
        set_clock(home, REHEARSAL_START)

    assert read_clock(home) >= REHEARSAL_START


def test_an_instant_needs_its_zone(home):
    with pytest.raises(BadInput, match="^clock_zone$"):
        set_clock(home, MONTH_END.replace(tzinfo=None))


def test_a_live_home_has_the_systems_clock_and_no_other(tmp_path):
    live = make_home(tmp_path / "live", kind=Kind.LIVE)

    with pytest.raises(Refusal, match="^clock_live$"):
        set_clock(live, MONTH_END)

    assert abs(read_clock(live) - datetime.now(UTC)) < SOON
    assert not (live.path / "clock.json").exists()
