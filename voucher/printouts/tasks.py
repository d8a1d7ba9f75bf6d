"""Background work of printouts: drawing and reading back, community by community."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.config import Home
from voucher.console import track
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.jobs import claim_chunk, finish_chunk, get_asker, list_unfinished
from voucher.printouts.operations.asking import give_up_printing
from voucher.printouts.operations.judging import Judged, judge_preflight, refuse_findings
from voucher.printouts.operations.preflighting import Planned, plan_preflights, read_tasks
from voucher.printouts.operations.printing import Drawn, draw_files, plan_community, record_files
from voucher.printouts.operations.releasing import (
    add_preflight_of_print,
    record_preflight,
    release_paper,
)
from voucher.printouts.queries.preflights import list_standings
from voucher.printouts.queries.sheets import MARKS, describe_office
from voucher.printouts.rules import PREFLIGHT_JOB, PRINT_JOB
from voucher.refusals import Refusal
from voucher.signing import load_ring
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.queries.runs import get_run


def print_waiting() -> int:
    """Draw every community somebody asked for; give how many. A killed worker loses nothing."""
    printed = 0
    for run_id in list_unfinished(job=PRINT_JOB):
        while (claimed := _claim(PRINT_JOB, run_id)) is not None:
            _print_chunk(run_id, *claimed)
            printed += 1
    return printed


def _claim(job: str, run_id: int) -> tuple[int, int, Actor] | None:
    with transaction():
        claimed = claim_chunk(job=job, subject_id=run_id, now=clock.now())
        if claimed is None:
            return None
        asker = db.session.get_one(Account, get_asker(chunk_id=claimed[0]))
        return *claimed, describe_actor(asker, channel="worker")


def _print_chunk(run_id: int, chunk_id: int, community_id: int, actor: Actor) -> None:
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
            folder = current_app.config["HOME"].printouts
            add_preflight_of_print(actor=actor, run_id=run_id, place=community_id, folder=folder)
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


def preflight_waiting() -> int:
    """Read back every community that waits for it; give how many."""
    home: Home = current_app.config["HOME"]
    read = 0
    for run_id in list_unfinished(job=PREFLIGHT_JOB):
        while (claimed := _claim(PREFLIGHT_JOB, run_id)) is not None:
            chunk_id, community_id, actor = claimed
            read_back(
                actor=actor,
                home=home,
                run_id=run_id,
                folder=home.printouts,
                jobs=1,
                community_ids=[community_id],
            )
            # Killed before this, it is read once more: another reading harms nobody.
            with transaction():
                finish_chunk(chunk_id=chunk_id)
            read += 1
    return read


def read_back(
    *,
    actor: Actor,
    home: Home,
    run_id: int,
    folder: Path,
    jobs: int,
    community_ids: Collection[int] | None = None,
) -> list[Judged]:
    """
    Read a run's newest files back in the actor's area, and keep what was found, by community.

    :raises NotFound: run_unknown. :raises Refusal: nothing_printed.
    """
    planned = plan_preflights(
        actor=actor, run_id=run_id, folder=folder, community_ids=community_ids
    )
    db.session.rollback()  # Reading takes its time: no read transaction stays open meanwhile.
    judging = _judge_and_keep(actor, home, planned, jobs)
    return list(track(judging, total=len(planned), title="检查 · preflight"))


def _judge_and_keep(
    actor: Actor, home: Home, planned: list[Planned], jobs: int
) -> Iterator[Judged]:
    office, keyring = describe_office(home), load_ring(home)
    read = read_tasks(tasks=[task for one in planned for task in one.tasks], jobs=jobs)
    for one in planned:
        started = time.perf_counter()
        pages = [page for _ in one.tasks for page in next(read)]
        judged = judge_preflight(
            actor=actor, planned=one, pages=pages, office=office, keyring=keyring
        )
        took_ms = round(1000 * (time.perf_counter() - started))
        with transaction():
            record_preflight(actor=actor, judged=judged, took_ms=took_ms, now=clock.now())
        yield judged


def preflight_and_release(
    *, actor: Actor, home: Home, run_id: int, folder: Path, jobs: int
) -> list[Judged]:
    """
    Read a run's newest files back in the actor's area and sign for them, for commands.

    :raises NotFound: run_unknown. :raises Refusal: nothing_printed, or preflight_failed, which
        names the first fault; then nothing is signed for.
    """
    judged = read_back(actor=actor, home=home, run_id=run_id, folder=folder, jobs=jobs)
    findings = [finding for one in judged for finding in one.findings]
    if findings:
        raise refuse_findings(findings)
    standings = list_standings(actor=actor, run_id=run_id, folder=folder)
    if any(standing.state == "passed" for standing in standings):
        with transaction():
            release_paper(actor=actor, run_id=run_id, folder=folder, now=clock.now())
    return judged
