"""Background work of vouchers: writing an approved run, chunk by chunk."""

from collections.abc import Iterator

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.console import track
from voucher.db import transaction
from voucher.jobs import claim_chunk, count_unfinished
from voucher.signing import load_ring
from voucher.vouchers.operations.issuing import issue_chunk
from voucher.vouchers.operations.runs import ISSUE_JOB


def write_run(*, actor: Actor, run_id: int) -> None:
    """Work through the chunks of an approved run until none is left to claim."""
    total = count_unfinished(job=ISSUE_JOB, subject_id=run_id)
    for _ in track(_write_chunks(actor, run_id), total=total, title="写券 · writing vouchers"):
        pass


def _write_chunks(actor: Actor, run_id: int) -> Iterator[int]:
    """Write chunk after chunk, each in a transaction of its own, and give how many vouchers."""
    kid = load_ring(current_app.config["HOME"]).signing_kid
    while True:
        with transaction():
            claimed = claim_chunk(job=ISSUE_JOB, subject_id=run_id, now=clock.now())
        if claimed is None:
            return
        chunk_id, community_id = claimed
        with transaction():
            written = issue_chunk(
                actor=actor,
                run_id=run_id,
                chunk_id=chunk_id,
                community_id=community_id,
                kid=kid,
                now=clock.now(),
            )
        yield written
