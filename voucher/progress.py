"""How far background work is, who asked for it and by when: what pages and commands show."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, exists, func, select

from voucher.accounts.models import Account
from voucher.db import db
from voucher.jobs import OPEN, WORKERS_LOST, Chunk
from voucher.refusals import N_

# A worker that runs takes up new work within a second or two.
PATIENCE = timedelta(seconds=10)
# What stopped a job, as people read it; a refusal's own word stands for itself.
FAULT_TITLES: dict[str, str] = {
    "internal": N_("程序出错，详情在服务器日志里"),
    WORKERS_LOST: N_("做这一步的后台进程接连中断"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How many chunks of a job are done, who asked for the rest, and by when it should be done.

    Over: nothing more will be done by itself. `fault` says what stopped a chunk for good, if
    anything did. Stalled: nobody seems to be working at all.
    """

    done: int
    total: int
    fault: str | None
    asker: str | None
    asked_at: datetime | None
    deadline_at: datetime | None
    is_over: bool
    is_late: bool
    is_stalled: bool


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
    row = _sum_chunks(job, subject_id, parts)
    is_quiet = last_sign_at is None or last_sign_at < now - PATIENCE
    return Progress(
        done=row.done,
        total=row.total,
        fault=row.fault and FAULT_TITLES.get(row.fault, row.fault),
        asker=row.asker,
        asked_at=row.asked_at,
        deadline_at=row.deadline_at,
        is_over=row.waiting == 0,
        is_late=row.deadline_at is not None and row.deadline_at < now,
        is_stalled=row.waiting > 0 and is_quiet and not _is_anybody_working(now),
    )


def _sum_chunks(job: str, subject_id: int, parts: Collection[int] | None) -> Any:
    wanted = [Chunk.job == job, Chunk.subject_id == subject_id]
    if parts is not None:
        wanted.append(Chunk.part.in_(parts))
    waits, left = Chunk.state.in_(OPEN), Chunk.state.in_((*OPEN, "failed"))
    sums = (
        select(
            func.count(case((Chunk.state == "done", 1))).label("done"),
            func.count().label("total"),
            func.count(case((waits, 1))).label("waiting"),
            func.max(case((Chunk.state == "failed", Chunk.fault))).label("fault"),
            func.max(case((left, Account.name))).label("asker"),
            func.max(case((left, Chunk.asked_at))).label("asked_at"),
            func.min(case((waits, Chunk.deadline_at))).label("deadline_at"),
        )
        .join(Account, Account.id == Chunk.asked_by)
        .where(*wanted)
    )
    return db.session.execute(sums).one()


def _is_anybody_working(now: datetime) -> bool:
    leased = exists().where(Chunk.state == "doing", Chunk.leased_until > now)
    return bool(db.session.scalar(select(leased)))
