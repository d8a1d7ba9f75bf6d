"""Background work of printouts: drawing what somebody asked for, community by community."""

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.config import Home
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.jobs import Claim, claim_chunk, finish_chunk, get_asker, list_unfinished
from voucher.printouts.operations.asking import give_up_printing
from voucher.printouts.operations.printing import Drawn, draw_files, plan_community, record_files
from voucher.printouts.queries.sheets import MARKS, describe_office
from voucher.printouts.rules import PRINT_JOB
from voucher.refusals import Refusal
from voucher.signing import load_ring
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.queries.runs import get_run
from voucher.workers import hold_chunk


def print_waiting() -> int:
    """Draw every community somebody asked for; give how many. A killed worker loses nothing."""
    printed = 0
    for run_id in list_unfinished(job=PRINT_JOB):
        while (claimed := _claim(run_id)) is not None:
            with hold_chunk(chunk_id=claimed.chunk_id):
                print_chunk(run_id=run_id, chunk_id=claimed.chunk_id, community_id=claimed.part)
            printed += 1
    return printed


def _claim(run_id: int) -> Claim | None:
    with transaction():
        return claim_chunk(job=PRINT_JOB, subject_id=run_id, now=clock.now())


def print_chunk(*, run_id: int, chunk_id: int, community_id: int) -> None:
    """Draw a community that this worker holds, in the name of who asked for it."""
    asker = db.session.get_one(Account, get_asker(chunk_id=chunk_id))
    actor = describe_actor(asker, channel="worker")
    code = db.session.get_one(Division, community_id).code
    try:
        drawn = _draw(actor, run_id, community_id)
    except Refusal as refusal:
        with transaction():
            give_up_printing(
                actor=actor,
                run_id=run_id,
                chunk_id=chunk_id,
                community=code,
                word=refusal.word,
                now=clock.now(),
            )
        return
    with transaction():
        if drawn:
            record_files(actor=actor, run_id=run_id, drawn=drawn, now=clock.now(), community=code)
        finish_chunk(chunk_id=chunk_id)


def _draw(actor: Actor, run_id: int, community_id: int) -> list[Drawn]:
    home: Home = current_app.config["HOME"]
    run = get_run(actor=actor, run_id=run_id)
    check_printable(run=run)
    sheets, lists = plan_community(
        run=run,
        community=db.session.get_one(Division, community_id),
        office=describe_office(home),
        keyring=load_ring(home),
        mark=MARKS[home.kind],
        folder=home.printouts,
    )
    db.session.rollback()  # Drawing takes its time: no read transaction stays open meanwhile.
    return list(draw_files(sheets=sheets, lists=lists, jobs=1))
