"""Reading back what was printed, community by community, and signing for it in a command."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.console import track
from voucher.db import db, transaction
from voucher.jobs import finish_chunk
from voucher.printouts.operations.judging import Judged, judge_preflight, refuse_findings
from voucher.printouts.operations.preflighting import Planned, plan_preflights, read_tasks
from voucher.printouts.operations.releasing import record_preflight, release_paper
from voucher.printouts.queries.preflights import list_standings
from voucher.printouts.queries.sheets import describe_office
from voucher.signing import load_ring
from voucher.vouchers.tasks import describe_asker


def preflight_chunk(*, run_id: int, chunk_id: int, community_id: int) -> None:
    """Read back a community that this worker holds, in the name of who asked for it."""
    home: Home = current_app.config["HOME"]
    read_back(
        actor=describe_asker(chunk_id=chunk_id),
        home=home,
        run_id=run_id,
        folder=home.printouts,
        jobs=1,
        community_ids=[community_id],
    )
    # Killed before this, it is read once more: another reading harms nobody.
    with transaction():
        finish_chunk(chunk_id=chunk_id)


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
