"""What the worker does, again and again: each step may be repeated without harm."""

from typing import Any

from flask import current_app
from sqlalchemy import select

from voucher import clock
from voucher.access import Actor
from voucher.assessments.operations.drafting import delete_old_drafts
from voucher.audit.operations import seal_events
from voucher.db import db, transaction
from voucher.printouts.tasks import preflight_waiting, print_waiting
from voucher.uploads import drop_old_uploads
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.ending import lapse_vouchers
from voucher.vouchers.rules import RunState
from voucher.vouchers.tasks import write_run


def work_once(*, actor: Actor) -> dict[str, Any]:
    """Finish what was asked for, post what lapsed, drop old uploads and drafts, seal events."""
    approved = select(IssueRun.id).where(IssueRun.state == RunState.APPROVED)
    waiting = list(db.session.scalars(approved))
    for run_id in waiting:
        write_run(actor=actor, run_id=run_id)
    printed = print_waiting()
    preflighted = preflight_waiting()
    with transaction():
        lapsed = lapse_vouchers(actor=actor, now=clock.now())
    folder = current_app.config["HOME"].path / "uploads"
    with transaction():
        dropped = drop_old_uploads(folder=folder, now=clock.now())
    with transaction():
        drafts = delete_old_drafts(actor=actor, now=clock.now())
    with transaction():
        sealed = seal_events(now=clock.now())
    return {
        "runs": len(waiting),
        "printed": printed,
        "preflighted": preflighted,
        "lapsed": lapsed,
        "dropped": dropped,
        "drafts": drafts,
        "sealed": sealed,
    }
