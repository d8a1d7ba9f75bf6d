"""What the worker does, again and again: each step may be repeated without harm."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.assessments.operations.drafting import delete_old_drafts
from voucher.audit.operations import seal_events
from voucher.db import db, transaction
from voucher.jobs import LeaseLost, get_chunk, lease_chunk, list_free_chunks
from voucher.printouts.rules import PREFLIGHT_JOB, PRINT_JOB
from voucher.printouts.tasks.preflighting import preflight_chunk
from voucher.printouts.tasks.printing import print_chunk
from voucher.uploads import drop_old_uploads
from voucher.vouchers.operations.ending import lapse_vouchers
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.vouchers.tasks import write_chunk
from voucher.workers import hold_chunk, log_fault

_DEEDS: dict[str, Callable[..., None]] = {
    ISSUE_JOB: write_chunk,
    PRINT_JOB: print_chunk,
    PREFLIGHT_JOB: preflight_chunk,
}


def work_once(*, actor: Actor) -> dict[str, Any]:
    """Do every chunk that waits, and what comes of it, one after the other, then one round."""
    done: Counter[str | None] = Counter()
    while waiting := find_work():
        done.update(map(do_chunk, waiting))
    return {
        "written": done[ISSUE_JOB],
        "printed": done[PRINT_JOB],
        "preflighted": done[PREFLIGHT_JOB],
        **make_round(actor=actor),
    }


def find_work() -> list[int]:
    """Give the chunks that wait for a worker; other jobs are done by whoever asked."""
    db.session.rollback()
    return list_free_chunks(jobs=tuple(_DEEDS), now=clock.now())


def do_chunk(chunk_id: int) -> str | None:
    """
    Do one chunk, if nobody else has it; give the job it was of, None when nothing was done.

    What fails is counted with the chunk and logged; it stops nobody.
    """
    with transaction():
        if not lease_chunk(chunk_id=chunk_id, now=clock.now()):
            return None
        chunk = get_chunk(chunk_id=chunk_id)
        job, run_id, community_id = chunk.job, chunk.subject_id, chunk.part
    try:
        with hold_chunk(chunk_id=chunk_id):
            _DEEDS[job](run_id=run_id, chunk_id=chunk_id, community_id=community_id)
    except LeaseLost:
        return None
    except Exception as fault:  # noqa: BLE001 - whatever it was, the next chunk may be well
        log_fault(f"chunk {chunk_id}", fault)
        return None
    return job


def make_round(*, actor: Actor) -> dict[str, int]:
    """Post what lapsed, drop old uploads and drafts, seal events; give how many of each."""
    with transaction():
        lapsed = lapse_vouchers(actor=actor, now=clock.now())
    folder = current_app.config["HOME"].path / "uploads"
    with transaction():
        dropped = drop_old_uploads(folder=folder, now=clock.now())
    with transaction():
        drafts = delete_old_drafts(actor=actor, now=clock.now())
    with transaction():
        sealed = seal_events(now=clock.now())
    return {"lapsed": lapsed, "dropped": dropped, "drafts": drafts, "sealed": sealed}
