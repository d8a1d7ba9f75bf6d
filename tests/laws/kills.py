"""
A rig that kills workers: `kill -9` at random points of a run's writing and printing.

Everything is done by the real commands, in processes of their own; the lease of a killed one is
let run out by setting the rehearsal's clock forward.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import ColumnElement, func, insert, select

from tests.structure.source import ROOT
from tests.vouchers.factories import AGE_BANDS, Town, draft, fund, make_town
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.clock import set_clock
from voucher.config import Home, load_home
from voucher.db import db, transaction
from voucher.divisions.models import Division, Level
from voucher.jobs import LEASE, OPEN, Chunk
from voucher.residents.models import Resident, Sex
from voucher.vouchers.models import RunLine

RUN = 1
BATCH = 5_000
_COMMAND = (
    "import socket; socket.gethostname = lambda: {host!r}; from voucher.app import main; main()"
)
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 120


def found_big_town(*, vouchers: int, communities: int) -> Town:
    """Found a funded town of so many people over 60, and draft their month: one voucher each."""
    town = make_town()
    with transaction():
        db.session.add(
            Account(name="console", role=Role.CONSOLE, session_mark="", made_at=clock.now())
        )
    places = [*town.communities, *_add_communities(town.communities[0], communities - 2)]
    people = [_invent_person(number, places) for number in range(1, vouchers + 1)]
    with transaction():
        for start in range(0, vouchers, BATCH):
            db.session.execute(insert(Resident), people[start : start + BATCH])
    fund(town, amount_fen=100_000 * vouchers)
    assert draft(town, programme=AGE_BANDS) == RUN
    return town


def _add_communities(neighbour: int, count: int) -> Iterator[int]:
    for number in range(count):
        with transaction():
            place = Division(
                code=f"510104001{number + 100}",
                name=f"示例{number}社区",
                level=Level.COMMUNITY,
                parent_id=db.session.get_one(Division, neighbour).parent_id,
                from_date=date(2020, 1, 1),
            )
            db.session.add(place)
            db.session.flush()
            yield place.id


def _invent_person(number: int, places: list[int]) -> dict[str, object]:
    return {
        "public_id": f"resident{number:08d}",
        "name": f"王{'秀国玉'[number % 3]}{'英强兰珍'[number % 4]}",
        "name_key": "wang",
        "sex": Sex.FEMALE,
        # Between 60 and 70: the age band that grants one voucher.
        "born_date": date(1957 + number % 9, 1 + number % 12, 1),
        "id_sealed": b"\x01",
        "id_index": f"{number:032d}",
        "community_id": places[number % len(places)],
        "address": f"示例路{number}号",
        "situation": [],
        "remark": "",
        "registered_at": clock.now(),
    }


@dataclass(slots=True)
class Rig:
    """Starts commands on a host, and kills them. `kills` counts those that hit work under way."""

    home: Home
    printouts: Path
    chance: random.Random
    kills: int = 0
    host: str = "host-1"

    def add_host(self, path: Path, host: str) -> "Rig":
        """Give another host: a copy of the home with the same keys, and the folder they share."""
        shutil.copytree(self.home.path, path)
        return Rig(load_home(path), self.printouts, self.chance, host=host)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a command in a process group of its own."""
        db.session.rollback()  # A reading of the test's own would keep its writer waiting.
        with (self.home.path / "rig.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", _COMMAND.format(host=self.host), *words],
                cwd=ROOT,
                env=self._describe_home(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ask(self, *words: str) -> None:
        """Run a command to its end."""
        assert self.start(*words).wait(_PATIENCE_SECONDS) == 0, self.read_log()

    def read_log(self) -> str:
        return (self.home.path / "rig.log").read_text()[-3000:]

    def _describe_home(self) -> dict[str, str]:
        own = {"VOUCHER_HOME": str(self.home.path), "VOUCHER_PRINTOUTS": str(self.printouts)}
        return {**os.environ, **own, "PYTHONPATH": str(ROOT)}

    def kill_one(self, job: str, *words: str) -> None:
        """Start a command, and kill it or a part of it when it works on the job."""
        self.kill_at(job, self.start(*words))

    def kill_at(self, job: str, started: "subprocess.Popen[bytes]") -> None:
        """Wait until a command works on the job, and kill it or a part of it."""
        before = count_done(job)
        self.wait(started, lambda: count_done(job) > before or is_anybody_at(job))
        time.sleep(self.chance.uniform(0, 0.25))
        if started.poll() is None and not is_over(job):
            self.kills += 1
        members = list_group(started.pid)
        # Now the whole host is gone, now one of its processes, which others outlive for a while.
        victims = self.chance.choice([members, members[:1], members[-1:]])
        for victim in victims:
            kill(victim)
        time.sleep(self.chance.uniform(0, 0.5))
        for victim in list_group(started.pid):
            kill(victim)
        started.wait(_PATIENCE_SECONDS)
        set_clock(self.home, clock.now() + LEASE * 1.1)

    def kill_begun(self, job: str, *words: str) -> None:
        """Start a command, and kill all of it once it has done a part of the job and not all."""
        started, before = self.start(*words), count_done(job)
        self.wait(started, lambda: count_done(job) > before)
        for victim in list_group(started.pid):
            kill(victim)
        started.wait(_PATIENCE_SECONDS)
        assert not is_over(job)

    def work_until(self, is_done: Callable[[], bool], *words: str) -> None:
        """Let workers work undisturbed until something is done, then stop them in good order."""
        started = self.start(*words)
        self.wait(started, is_done)
        started.send_signal(signal.SIGTERM)
        assert started.wait(_PATIENCE_SECONDS) == 0, self.read_log()
        assert list_group(started.pid) == []

    def wait(self, started: "subprocess.Popen[bytes]", is_true: Callable[[], bool]) -> None:
        """Wait until something is true, or the command came to its good end."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not is_true():
            assert time.monotonic() < end, self.read_log()
            if started.poll() is not None:
                assert started.returncode == 0, self.read_log()
                return
            time.sleep(_LOOK_SECONDS)


def count_done(job: str) -> int:
    return _count(Chunk.job == job, Chunk.state == "done")


def list_hosts(job: str) -> list[str]:
    """Give the hosts whose workers did a job."""
    db.session.rollback()
    names = db.session.scalars(select(Chunk.leased_by).where(Chunk.job == job)).all()
    db.session.rollback()
    return sorted({str(name).split(":")[0] for name in names})


def is_anybody_at(job: str) -> bool:
    return _count(Chunk.job == job, Chunk.state == "doing", Chunk.leased_until > clock.now()) > 0


def is_over(job: str) -> bool:
    """Tell whether nothing of a job waits any more; before it is asked for, it is not."""
    return _count(Chunk.job == job) > 0 and _count(Chunk.job == job, Chunk.state.in_(OPEN)) == 0


def _count(*conditions: ColumnElement[bool]) -> int:
    db.session.rollback()
    found = db.session.scalar(select(func.count(Chunk.id)).where(*conditions))
    db.session.rollback()
    return found or 0


def count_lines() -> int:
    return db.session.scalar(select(func.count(RunLine.id)).where(RunLine.run_id == RUN)) or 0


def list_group(leader: int) -> list[int]:
    """Give the processes of a group that still run, those that are only waited for left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[2]) == leader and words[0] != "Z":
            found.append(int(entry.name))
    return sorted(found)


def kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
