"""
Background work: a leased table is the truth about what is still to do.

Whoever works claims a chunk for a while; a worker that dies loses its lease and another takes the
chunk again, so the work itself must be repeatable.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, count_changed, db, one_of

LEASE = timedelta(minutes=5)
# A worker that runs takes up new work within a second or two.
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many chunks of a job are done; stalled when nobody seems to be working at all."""

    done: int
    total: int
    is_stalled: bool

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing left to do."""
        return self.done == self.total


class Chunk(Model):
    """One piece of a job: part `part` of what `subject_id` needs."""

    __tablename__ = "chunks"
    __table_args__ = (
        UniqueConstraint("job", "subject_id", "part"),
        one_of("state", ("new", "doing", "done")),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigKey)
    part: Mapped[int]
    state: Mapped[str] = mapped_column(String(5), default="new")
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


def add_chunks(*, job: str, subject_id: int, parts: list[int], asked_by: int | None = None) -> None:
    """Write down what is to be done, and which account asked, in the transaction that decides."""
    db.session.add_all(
        Chunk(job=job, subject_id=subject_id, part=part, asked_by=asked_by) for part in parts
    )
    db.session.flush()


def claim_chunk(*, job: str, subject_id: int, now: datetime) -> tuple[int, int] | None:
    """Lease one chunk that is new or whose worker is overdue; give its id and part, or None."""
    free = or_(Chunk.state == "new", (Chunk.state == "doing") & (Chunk.leased_until < now))
    wanted = (Chunk.job == job, Chunk.subject_id == subject_id, free)
    for chunk_id, part in db.session.execute(
        select(Chunk.id, Chunk.part).where(*wanted).order_by(Chunk.part).limit(20)
    ).all():
        claim = (
            update(Chunk)
            .where(Chunk.id == chunk_id, free)
            .values(state="doing", leased_until=now + LEASE, tries=Chunk.tries + 1)
        )
        if count_changed(claim) == 1:
            return chunk_id, part
    return None


def finish_chunk(*, chunk_id: int) -> None:
    """Mark a chunk done, in the transaction of its work."""
    db.session.execute(
        update(Chunk).where(Chunk.id == chunk_id).values(state="done", leased_until=None)
    )


def count_unfinished(*, job: str, subject_id: int) -> int:
    """Tell how many chunks of a job are not done."""
    unfinished = select(func.count()).where(
        Chunk.job == job, Chunk.subject_id == subject_id, Chunk.state != "done"
    )
    return db.session.scalar(unfinished) or 0


def renew_chunks(*, job: str, subject_id: int, parts: list[int], asked_by: int) -> None:
    """Have parts done, or done again; what is being done already goes on."""
    known = set(
        db.session.scalars(
            select(Chunk.part).where(
                Chunk.job == job, Chunk.subject_id == subject_id, Chunk.part.in_(parts)
            )
        )
    )
    db.session.execute(
        update(Chunk)
        .where(
            Chunk.job == job,
            Chunk.subject_id == subject_id,
            Chunk.part.in_(parts),
            Chunk.state == "done",
        )
        .values(state="new", tries=0, asked_by=asked_by)
    )
    fresh = [part for part in parts if part not in known]
    add_chunks(job=job, subject_id=subject_id, parts=fresh, asked_by=asked_by)


def list_unfinished(*, job: str) -> list[int]:
    """Give what still has chunks of a job to be done, in order."""
    unfinished = select(Chunk.subject_id).where(Chunk.job == job, Chunk.state != "done")
    return list(db.session.scalars(unfinished.distinct().order_by(Chunk.subject_id)))


def get_asker(*, chunk_id: int) -> int | None:
    """Give the account that asked for a chunk."""
    return db.session.scalar(select(Chunk.asked_by).where(Chunk.id == chunk_id))


def find_progress(
    *,
    job: str,
    subject_id: int,
    last_sign_at: datetime | None,
    now: datetime,
    parts: Collection[int] | None = None,
) -> Progress:
    """
    Tell how far a job is, or some parts of it.

    `last_sign_at` is when anything was last asked or done of it. Whoever works holds a lease; when
    nobody holds one a while after that, no worker is running.
    """
    wanted = [Chunk.job == job, Chunk.subject_id == subject_id]
    if parts is not None:
        wanted.append(Chunk.part.in_(parts))
    done = func.coalesce(func.sum(case((Chunk.state == "done", 1), else_=0)), 0)
    row = db.session.execute(select(done, func.count()).where(*wanted)).one()
    is_quiet = last_sign_at is None or last_sign_at < now - PATIENCE
    is_stalled = row[0] < row[1] and is_quiet and not _is_anybody_working(now)
    return Progress(int(row[0]), int(row[1]), is_stalled)


def _is_anybody_working(now: datetime) -> bool:
    leased = exists().where(Chunk.state == "doing", Chunk.leased_until > now)
    return bool(db.session.scalar(select(leased)))
