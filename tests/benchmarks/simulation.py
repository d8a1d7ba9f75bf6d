"""
How long two programmes over a whole district take, against a bare read of the same columns.

`python -m tests.benchmarks.simulation [--residents N] [--postgresql]` prints medians of five,
taken in turns. The people are invented, the same every time.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import insert, text

from tests.cluster import reserve_cluster, stop_cluster
from tests.conftest import DISTRICT, make_database, make_home, migrate
from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.models import Account
from voucher.app import create_app
from voucher.care_levels.models import CareLevel, LevelState
from voucher.config import Kind
from voucher.db import db, transaction
from voucher.divisions.models import Division, Installation, Level
from voucher.reports.queries import simulate
from voucher.reports.rules.simulating import Simulation
from voucher.residents.models import Resident, Sex
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument, get_programme

PROGRAMMES = ("national-2026", "shangcheng-six-classes")
MONTH = date(2026, 12, 1)
COMMUNITIES = 150
ROUNDS = 5
SITUATIONS = ((), (), (), ("空巢",), ("独居",), ("残疾",), ("低保",), ("特困", "独居"), ("优抚",))
AUDITOR = Actor(key="account:1", name="auditor", channel="test", role=Role.AUDITOR, account_id=1)
_BATCH = 5_000
_ROSTER = text("SELECT id, community_id, born_date, situation FROM residents")
_LEVELS = text("SELECT resident_id, level FROM care_levels WHERE scale = :scale")


@dataclass(frozen=True, slots=True)
class Measured:
    """Median seconds of a simulation and of the bare read, and what the simulation found."""

    simulate_seconds: float
    read_seconds: float
    found: Simulation

    @property
    def ratio(self) -> float:
        return self.simulate_seconds / self.read_seconds


def measure(*, residents: int, rounds: int = ROUNDS) -> Measured:
    """Fill the open database and measure, one after the other in each round."""
    add_roster(residents)
    ours, bare = [], []
    for _ in range(rounds):
        seconds, found = take_time(look)
        ours.append(seconds)
        seconds, rows = take_time(read_bare)
        bare.append(seconds)
        assert (found.residents, rows) == (residents, residents)
    return Measured(median(ours), median(bare), found)


def take_time(act: Callable[[], Any]) -> tuple[float, Any]:
    db.session.rollback()
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found


def look() -> Simulation:
    """Simulate one programme that reads confirmed levels, and one that classes everybody."""
    return simulate(
        actor=AUDITOR,
        programmes=[get_programme(one, 1) for one in PROGRAMMES],
        on=MONTH,
        community_id=None,
        counts_proposed=True,
    )


def read_bare() -> int:
    """Take the same columns from the driver, and do nothing with them."""
    rows = db.session.execute(_ROSTER).all()
    db.session.execute(_LEVELS, {"scale": GBT}).all()
    return len(rows)


def add_roster(residents: int) -> None:
    """Write a district, its people, and a confirmed level for two in five of them."""
    chance = random.Random(5_101_04)
    with transaction():
        communities = _add_divisions()
        graded_by, confirmed_by = _add_account("grader"), _add_account("confirmer")
        version_id = freeze_scheme(scheme=get_instrument(GBT, 1), now=clock.now())
        for start in range(1, residents + 1, _BATCH):
            numbers = range(start, min(start + _BATCH, residents + 1))
            people = [_invent_person(number, communities, chance) for number in numbers]
            db.session.execute(insert(Resident), people)
            levels = [
                _invent_level(number, version_id, graded_by, confirmed_by, chance)
                for number in numbers
                if number % 5 < 2
            ]
            db.session.execute(insert(CareLevel), levels)


def _add_divisions() -> list[int]:
    db.session.add(Installation(id=1, district_code=DISTRICT, kind=Kind.TEST, made_at=clock.now()))
    district = _add_division(DISTRICT, Level.DISTRICT, None)
    street = _add_division(f"{DISTRICT}001", Level.STREET, district)
    codes = (f"{DISTRICT}001{number:03d}" for number in range(1, COMMUNITIES + 1))
    return [_add_division(code, Level.COMMUNITY, street) for code in codes]


def _add_division(code: str, level: Level, parent_id: int | None) -> int:
    division = Division(
        code=code, name=code, level=level, parent_id=parent_id, from_date=date(2020, 1, 1)
    )
    db.session.add(division)
    db.session.flush()
    return division.id


def _add_account(name: str) -> int:
    account = Account(
        name=name, role=Role.APPROVER, password_hash="-", session_mark=name, made_at=clock.now()
    )
    db.session.add(account)
    db.session.flush()
    return account.id


def _invent_person(number: int, communities: list[int], chance: random.Random) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": f"resident{number:08d}",
        "name": "王秀英",
        "name_key": "wangxiuying",
        "sex": Sex.FEMALE,
        "born_date": date(1921, 1, 1) + timedelta(days=chance.randrange(45 * 365)),
        "id_sealed": b"\x01",
        "id_index": f"{number:032x}",
        "community_id": communities[number % len(communities)],
        "address": f"示例路{number}号",
        "situation": list(chance.choice(SITUATIONS)),
        "remark": "",
        "registered_at": clock.now(),
    }


def _invent_level(
    number: int, version_id: int, graded_by: int, confirmed_by: int, chance: random.Random
) -> dict[str, Any]:
    return {
        "resident_id": number,
        "scale": GBT,
        "scheme_version_id": version_id,
        "level": chance.choice("01234"),
        "reasons": [],
        "from_date": date(2026, 1, 1),
        "state": LevelState.CONFIRMED,
        "graded_by": graded_by,
        "graded_at": clock.now(),
        "confirmed_by": confirmed_by,
        "confirmed_at": clock.now(),
    }


@contextmanager
def open_database(*, on_postgresql: bool) -> Iterator[None]:
    """Make an empty home with a migrated database, and open it."""
    if on_postgresql:
        reserve_cluster()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder)
        url = make_database() if on_postgresql else f"sqlite:///{path / 'voucher.db'}"
        migrate(path, url)
        patch.setenv("DATABASE_URL", url)
        app = create_app(make_home(path / "other"))
        with app.app_context():
            yield
            db.session.remove()
            db.engine.dispose()
    if on_postgresql:
        stop_cluster()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=140_000)
    parser.add_argument("--postgresql", action="store_true")
    wanted = parser.parse_args()
    with open_database(on_postgresql=wanted.postgresql):
        measured = measure(residents=wanted.residents)
    sys.stdout.write(
        f"simulate two programmes  {measured.simulate_seconds:8.3f} s\n"
        f"bare read                {measured.read_seconds:8.3f} s\n"
        f"ratio                    {measured.ratio:8.2f}\n"
    )


if __name__ == "__main__":
    main()
