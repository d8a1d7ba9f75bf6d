"""Background work of vouchers: writing an approved run, chunk by chunk."""

from collections.abc import Iterator
from contextlib import suppress

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.console import track
from voucher.db import db, transaction
from voucher.jobs import LeaseLost, claim_chunk, count_open, count_unfinished, get_asker
from voucher.refusals import N_, Refusal
from voucher.signing import load_ring
from voucher.vouchers.operations.issuing import issue_chunk
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.workers import hold_chunk, wait_for_others

TITLE = "写券 · writing vouchers"


def finish_run(*, actor: Actor, run_id: int) -> None:
    """
    Write what is left of a run and wait for what other workers have in hand.

    :raises Refusal: job_failed, when it cannot be finished.
    """
    total = count_unfinished(job=ISSUE_JOB, subject_id=run_id)
    for _ in track(_finish_chunks(actor, run_id, total), total=total, title=TITLE):
        pass
    if count_unfinished(job=ISSUE_JOB, subject_id=run_id):
        raise Refusal("job_failed", N_("批次 %(run)s 没有写完，请看批次页面"), run=run_id)


def _finish_chunks(actor: Actor, run_id: int, total: int) -> Iterator[int]:
    shown = 0
    while True:
        has_worked = _write_next(actor, run_id)
        db.session.rollback()
        done = total - count_unfinished(job=ISSUE_JOB, subject_id=run_id)
        yield from range(shown, done)
        shown = done
        if not has_worked:
            if count_open(job=ISSUE_JOB, subject_id=run_id) == 0:
                return
            wait_for_others()


def write_run(*, actor: Actor, run_id: int) -> None:
    """Work through the chunks of an approved run until none is left to claim."""
    while _write_next(actor, run_id):
        pass


def _write_next(actor: Actor, run_id: int) -> bool:
    with transaction():
        claimed = claim_chunk(job=ISSUE_JOB, subject_id=run_id, now=clock.now())
    if claimed is None:
        return False
    with suppress(LeaseLost), hold_chunk(chunk_id=claimed.chunk_id):
        _write(actor, run_id, claimed.chunk_id, claimed.part)
    return True


def write_chunk(*, run_id: int, chunk_id: int, community_id: int) -> None:
    """Write a chunk that this worker holds, in the name of who asked for it."""
    _write(describe_asker(chunk_id=chunk_id), run_id, chunk_id, community_id)


def describe_asker(*, chunk_id: int) -> Actor:
    """Give who asked for a chunk, as the one in whose name the worker does it."""
    asker = db.session.get_one(Account, get_asker(chunk_id=chunk_id))
    return describe_actor(asker, channel="worker")


def _write(actor: Actor, run_id: int, chunk_id: int, community_id: int) -> None:
    kid = load_ring(current_app.config["HOME"]).signing_kid
    with transaction():
        issue_chunk(
            actor=actor,
            run_id=run_id,
            chunk_id=chunk_id,
            community_id=community_id,
            kid=kid,
            now=clock.now(),
        )
