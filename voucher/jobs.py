"""
Background work: a leased table is the truth about what is still to do.

Whoever works claims a chunk for a while and renews its lease until the work is done; a worker that
dies loses its lease and another takes the chunk again, so the work itself must be repeatable. Every
chunk has an owner, who asked for it, a deadline, and a state that says what comes next.
"""

import os
import secrets
import socket
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, count_changed, db, one_of

# Renewed four times as often: only a worker that is gone loses it.
LEASE = timedelta(minutes=1)
# Whoever asks may expect it done by then; afterwards the page says so.
TIME_TO_FINISH = timedelta(hours=1)
# A fault may pass by itself, so the next try waits a little; the third stops the job.
REST = timedelta(seconds=10)
MAX_FAULTS = 3
# A chunk that so many workers took up and none brought to an end kills its workers.
MAX_TRIES = 10
WORKERS_LOST = "workers_lost"
STATES = ("new", "doing", "done", "failed", "cancelled")
OPEN = ("new", "doing")
_TOKEN = secrets.token_hex(4)


class LeaseLost(Exception):
    """Another worker has the chunk by now, or nobody wants it any more: what was done is undone."""


class Claim(NamedTuple):
    """A chunk that this worker may do now."""

    chunk_id: int
    part: int


class Chunk(Model):
    """One piece of a job: part `part` of what `subject_id` needs."""

    __tablename__ = "chunks"
    __table_args__ = (
        UniqueConstraint("job", "subject_id", "part"),
        one_of("state", STATES),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigKey)
    part: Mapped[int]
    state: Mapped[str] = mapped_column(String(9), default="new")
    # Of a new chunk: not before. Of one being done: whose it is until then.
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    tries: Mapped[int] = mapped_column(default=0)
    faults: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(String(40))
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    deadline_at: Mapped[datetime] = mapped_column(Instant)


def add_chunks(
    *, job: str, subject_id: int, parts: Collection[int], asked_by: int, now: datetime
) -> None:
    """Write down what is to be done, and which account asked, in the transaction that decides."""
    db.session.add_all(
        Chunk(job=job, subject_id=subject_id, part=part, **_ask_for(asked_by, now))
        for part in parts
    )
    db.session.flush()


def renew_chunks(
    *, job: str, subject_id: int, parts: Sequence[int], asked_by: int, now: datetime
) -> None:
    """Have parts done, or done again; what is being done already goes on."""
    wanted = (*_of(job, subject_id), Chunk.part.in_(parts))
    known = set(db.session.scalars(select(Chunk.part).where(*wanted)))
    _restart(and_also=(*wanted, Chunk.state.not_in(OPEN)), asked_by=asked_by, now=now)
    fresh = [part for part in parts if part not in known]
    add_chunks(job=job, subject_id=subject_id, parts=fresh, asked_by=asked_by, now=now)


def retry_chunks(*, job: str, subject_id: int, asked_by: int, now: datetime) -> int:
    """Have done again what failed; give how many chunks. What is done stays done."""
    failed = (*_of(job, subject_id), Chunk.state == "failed")
    return _restart(and_also=failed, asked_by=asked_by, now=now)


def _restart(*, and_also: Sequence[ColumnElement[bool]], asked_by: int, now: datetime) -> int:
    restart = (
        update(Chunk)
        .where(*and_also)
        .values(
            state="new",
            leased_until=None,
            tries=0,
            faults=0,
            fault=None,
            **_ask_for(asked_by, now),
        )
    )
    return count_changed(restart)


def _ask_for(asked_by: int, now: datetime) -> dict[str, Any]:
    return {"asked_by": asked_by, "asked_at": now, "deadline_at": now + TIME_TO_FINISH}


def _of(job: str, subject_id: int) -> tuple[ColumnElement[bool], ...]:
    return Chunk.job == job, Chunk.subject_id == subject_id


def _is_free(now: datetime) -> ColumnElement[bool]:
    return Chunk.state.in_(OPEN) & or_(Chunk.leased_until.is_(None), Chunk.leased_until < now)


def claim_chunk(*, job: str, subject_id: int, now: datetime) -> Claim | None:
    """Lease one chunk that is new or whose worker is overdue; None when there is none."""
    free = select(Chunk.id, Chunk.part).where(*_of(job, subject_id), _is_free(now))
    for chunk_id, part in db.session.execute(free.order_by(Chunk.part).limit(20)).all():
        if lease_chunk(chunk_id=chunk_id, now=now):
            return Claim(chunk_id, part)
    return None


def lease_chunk(*, chunk_id: int, now: datetime) -> bool:
    """Lease this chunk if it is free, and say whether this call did it."""
    claim = (
        update(Chunk)
        .where(Chunk.id == chunk_id, _is_free(now), Chunk.tries < MAX_TRIES)
        .values(
            state="doing", leased_until=now + LEASE, leased_by=_name_worker(), tries=Chunk.tries + 1
        )
    )
    return count_changed(claim) == 1


def renew_lease(*, chunk_id: int, now: datetime) -> bool:
    """Keep a chunk for another while, and say whether it was still this worker's."""
    renew = update(Chunk).where(*_is_mine(chunk_id)).values(leased_until=now + LEASE)
    return count_changed(renew) == 1


def finish_chunk(*, chunk_id: int) -> None:
    """
    Mark a chunk done, in the transaction of its work.

    :raises LeaseLost: so that the work of whoever lost the chunk is not kept.
    """
    finish = (
        update(Chunk).where(*_is_mine(chunk_id)).values(state="done", leased_until=None, fault=None)
    )
    if count_changed(finish) != 1:
        raise LeaseLost(f"chunk {chunk_id}")


def give_back_chunk(*, chunk_id: int) -> None:
    """Let another worker have a chunk at once: this one is stopping."""
    db.session.execute(
        update(Chunk).where(*_is_mine(chunk_id)).values(state="new", leased_until=None)
    )


def note_fault(*, chunk_id: int, word: str, now: datetime) -> None:
    """Count what went wrong with a chunk; after the third time nobody tries by himself again."""
    is_last = Chunk.faults + 1 >= MAX_FAULTS
    db.session.execute(
        update(Chunk)
        .where(*_is_mine(chunk_id))
        .values(
            state=case((is_last, "failed"), else_="new"),
            leased_until=now + REST,
            faults=Chunk.faults + 1,
            fault=word[:40],
        )
    )


def stop_deadly_chunks(*, now: datetime) -> int:
    """Stop what killed every worker that took it up; give how many chunks."""
    deadly = (_is_free(now), Chunk.tries >= MAX_TRIES)
    return count_changed(update(Chunk).where(*deadly).values(state="failed", fault=WORKERS_LOST))


def cancel_chunks(*, job: str, subject_id: int) -> int:
    """Let nobody do what is not done; whoever is at it will find the lease lost. Give how many."""
    left = (*_of(job, subject_id), Chunk.state != "done")
    return count_changed(update(Chunk).where(*left).values(state="cancelled", leased_until=None))


def _is_mine(chunk_id: int) -> tuple[ColumnElement[bool], ...]:
    return Chunk.id == chunk_id, Chunk.state == "doing", Chunk.leased_by == _name_worker()


def _name_worker() -> str:
    # The token tells apart processes of one number in containers of one name.
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{_TOKEN}"


def count_unfinished(*, job: str, subject_id: int) -> int:
    """Tell how many chunks of a job are not done."""
    unfinished = select(func.count()).where(*_of(job, subject_id), Chunk.state != "done")
    return db.session.scalar(unfinished) or 0


def count_open(*, job: str, subject_id: int) -> int:
    """Tell how many chunks of a job somebody does or will do by himself."""
    still = select(func.count()).where(*_of(job, subject_id), Chunk.state.in_(OPEN))
    return db.session.scalar(still) or 0


def list_free_chunks(*, jobs: Collection[str], now: datetime) -> list[int]:
    """Give every chunk of some jobs that a worker could take up now, the oldest first."""
    free = select(Chunk.id).where(Chunk.job.in_(jobs), _is_free(now), Chunk.tries < MAX_TRIES)
    return list(db.session.scalars(free.order_by(Chunk.asked_at, Chunk.id)))


def get_chunk(*, chunk_id: int) -> Chunk:
    """Give a chunk as it is now."""
    return db.session.get_one(Chunk, chunk_id, populate_existing=True)


def get_asker(*, chunk_id: int) -> int | None:
    """Give the account that asked for a chunk."""
    return db.session.scalar(select(Chunk.asked_by).where(Chunk.id == chunk_id))
