"""
Whoever does background work: chunk by chunk, woken by huey, for as long as the process runs.

The leased table of `jobs` is the truth, the queue only wakes: a message is the number of a chunk,
and one that is lost or comes twice does no harm.
"""

import json
import logging
import os
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from typing import Any, cast

from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey
from huey.consumer import BaseProcess, Consumer, Worker
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import URL, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from werkzeug.local import LocalProxy

from voucher import clock
from voucher.config import Home
from voucher.db import db, has_safe_wal, transaction
from voucher.jobs import (
    LEASE,
    give_back_chunk,
    note_fault,
    renew_lease,
    stop_deadly_chunks,
)
from voucher.refusals import Refusal

BEAT_SECONDS = LEASE.total_seconds() / 4
ROUND_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.2
QUEUE_FILE = "queue.db"
# Any number that nobody else locks by.
QUEUE_LOCK = 20_261_205
LOG = logging.getLogger("voucher.workers")


def wait_for_others() -> None:
    """Wait a little before looking again whether somebody else's chunk is done."""
    # Not time.sleep, which fails where somebody sets this process another time.
    wait([], LOOK_AGAIN_SECONDS)


@contextmanager
def hold_chunk(*, chunk_id: int) -> Iterator[None]:
    """
    Keep a claimed chunk's lease while its work goes on.

    A fault is counted and goes on up; whoever is told to stop gives the chunk back at once.
    """
    app = cast(LocalProxy[Flask], current_app)._get_current_object()
    stop = threading.Event()
    beat = threading.Thread(target=_renew_until, args=(app, chunk_id, stop), daemon=True)
    beat.start()
    try:
        yield
    except Exception as fault:
        word = fault.word if isinstance(fault, Refusal) else "internal"
        with transaction():
            note_fault(chunk_id=chunk_id, word=word, now=clock.now())
        raise
    except BaseException:
        with transaction():
            give_back_chunk(chunk_id=chunk_id)
        raise
    finally:
        stop.set()
        beat.join()


def _renew_until(app: Flask, chunk_id: int, stop: threading.Event) -> None:
    with app.app_context():
        while not stop.wait(BEAT_SECONDS):
            try:
                with transaction():
                    is_mine = renew_lease(chunk_id=chunk_id, now=clock.now())
            except DBAPIError as fault:
                log_fault("a beat", fault)  # The next one tries again, long before the end.
                continue
            if not is_mine:
                return


def log_fault(what: str, fault: BaseException) -> None:
    """Log where something failed; what it says may name the values a database refused."""
    where = "".join(traceback.format_tb(fault.__traceback__))
    LOG.error("%s failed: %s\n%s", what, type(fault).__name__, where)


class PlainSerializer(Serializer):
    """Messages as JSON: whoever can write to the queue must not run code by it."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


def open_queue(home: Home) -> Huey:
    """Give the queue that wakes: beside the embedded database, or in PostgreSQL for all hosts."""
    url = make_url(home.database_url)
    plain: dict[str, Any] = {"name": "voucher", "results": False, "serializer": PlainSerializer()}
    if url.get_backend_name() == "postgresql":
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with _alone_in(url):
            return PostgresHuey(dsn=dsn, **plain)
    mode = "wal" if has_safe_wal(sqlite3.sqlite_version_info) else "delete"
    return SqliteHuey(filename=str(home.path / QUEUE_FILE), journal_mode=mode, **plain)


@contextmanager
def _alone_in(url: URL) -> Iterator[None]:
    """Let one host after the other see whether the queue's tables are there, and make them."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": QUEUE_LOCK})
        yield


def run_workers(
    *,
    home: Home,
    hands: int,
    find_work: Callable[[], Iterable[int]],
    do_chunk: Callable[[int], object],
    make_round: Callable[[], object],
) -> None:
    """
    Work in so many processes until told to stop; one more makes the rounds and wakes the others.

    `find_work` gives the chunks that wait, `do_chunk` does one, `make_round` does what is to be
    done every second.

    SIGTERM lets everybody finish the chunk in hand; SIGINT has it given back.
    """
    queue = open_queue(home)

    def wake(chunk_id: int) -> None:
        do_chunk(chunk_id)
        db.session.remove()

    task = queue.task(name="do_chunk")(wake)
    # Each process opens connections of its own: a forked one must not be shared.
    db.session.remove()
    db.engine.dispose()
    rounds = (partial(_wake_hands, queue, find_work, task), make_round)
    Crew(queue, hands=hands, rounds=rounds).run()


def _wake_hands(
    queue: Huey, find_work: Callable[[], Iterable[int]], wake: Callable[[int], object]
) -> None:
    with transaction():
        stop_deadly_chunks(now=clock.now())
    # What is still in the queue from the last round needs no second message.
    if queue.pending_count() == 0:
        for chunk_id in find_work():
            wake(chunk_id)


class Crew(Consumer):
    """The processes of one `voucher worker`."""

    def __init__(self, queue: Huey, *, hands: int, rounds: Iterable[Callable[[], object]]) -> None:
        self.rounds, self.boss = rounds, os.getpid()
        super().__init__(
            queue,
            workers=hands,
            worker_type="process",
            max_delay=1.0,
            health_check_interval=1,
            graceful_signal="TERM",
        )

    def _create_worker(self) -> "Hand":
        hand = Hand(self.huey, self.stop_flag, self.default_delay, self.max_delay, self.backoff)
        hand.boss = self.boss
        return hand

    def _create_scheduler(self) -> "Foreman":
        return Foreman(self)


class Hand(Worker):
    """One process that does chunks."""

    boss: int

    def loop(self, now: Any = None) -> None:
        """Do the next chunk there is."""
        _stay_with(self.boss)
        super().loop(now)


class Foreman(BaseProcess):
    """The one process that makes the rounds, and wakes the hands for what is new or overdue."""

    process_name = "Foreman"

    def __init__(self, crew: Crew) -> None:
        super().__init__(crew.huey, crew.stop_flag)
        self.crew = crew

    def loop(self, now: Any = None) -> None:
        """Go round once."""
        _stay_with(self.crew.boss)
        for step in self.crew.rounds:
            try:
                step()
            except Exception as fault:  # noqa: BLE001 - one round must not end all of them
                log_fault("a round", fault)
        db.session.remove()
        self.stop_flag.wait(ROUND_SECONDS)


def _stay_with(boss: int) -> None:
    """Leave when the process that started this one is gone: nobody else would stop it."""
    if os.getppid() != boss:
        raise KeyboardInterrupt
