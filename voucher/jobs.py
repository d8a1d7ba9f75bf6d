"""
Background work: a leased table is the truth about what is still to do.

Whoever works claims a chunk for a while; a worker that dies loses its lease and another takes the
chunk again, so the work itself must be repeatable.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, count_changed, db, one_of

LEASE = timedelta(minutes=5)


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
