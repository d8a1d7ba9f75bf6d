"""Background work of vouchers: writing an approved run, chunk by chunk."""

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.db import transaction
from voucher.jobs import claim_chunk
from voucher.signing import load_ring
from voucher.vouchers.operations.issuing import issue_chunk
from voucher.vouchers.operations.runs import ISSUE_JOB


def write_run(*, actor: Actor, run_id: int) -> None:
    """Work through the chunks of an approved run until none is left."""
    home: Home = current_app.config["HOME"]
    ring = load_ring(home)
    while True:
        with transaction():
            claimed = claim_chunk(job=ISSUE_JOB, subject_id=run_id, now=clock.now())
        if claimed is None:
            return
        with transaction():
            issue_chunk(
                actor=actor,
                run_id=run_id,
                chunk_id=claimed[0],
                community_id=claimed[1],
                kid=ring.signing_kid,
                now=clock.now(),
            )
