"""Drawing what somebody asked for, community by community, in as many processes as wanted."""

import gc
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.console import track
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.jobs import LeaseLost, claim_chunk, finish_chunk, get_asker
from voucher.printouts.drawing.fonts import load_fonts
from voucher.printouts.operations.asking import begin_print, find_fault, give_up_printing
from voucher.printouts.operations.printing import Drawn, draw_community, record_files
from voucher.printouts.operations.releasing import add_preflight_of_print
from voucher.printouts.queries.files import find_last_file, list_files_after, list_given_up
from voucher.printouts.queries.sheets import MARKS, describe_office
from voucher.printouts.rules import LAYOUTS, PRINT_JOB, name_print_job
from voucher.progress import Progress, find_progress
from voucher.qr import load_tables
from voucher.refusals import N_, Refusal
from voucher.schemes.queries import get_programme_version
from voucher.signing import load_ring
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.queries.runs import get_run, list_communities_of_run
from voucher.vouchers.tasks import describe_asker
from voucher.workers import LOOK_AGAIN_SECONDS, hold_chunk, wait_for_others


@dataclass(frozen=True, slots=True)
class Printing:
    """What is printed and where to. `job` names its chunks, one a community."""

    run_id: int
    layout: str
    folder: Path
    job: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was drawn, in order of name, and why not by the code of each community left out."""

    drawn: tuple[Drawn, ...]
    left_out: dict[str, Refusal]


def print_chunk(*, run_id: int, chunk_id: int, community_id: int) -> None:
    """Draw a community that this worker holds, in the name of who asked for it on the site."""
    home: Home = current_app.config["HOME"]
    printing = Printing(run_id, LAYOUTS[0], home.printouts, PRINT_JOB)
    _print_chunk(printing, chunk_id, community_id, describe_asker(chunk_id=chunk_id))


def print_run(*, actor: Actor, run_id: int, layout: str, folder: Path, jobs: int) -> Outcome:
    """
    Draw the actor's part of a run in `jobs` processes, and keep the manifest of what is drawn.

    A community that cannot be drawn is left out and told. Killed at any point, the same call later
    draws the same files.

    :raises NotFound: run_unknown.
    :raises Refusal: run_state, nothing_to_print, print_failed.
    """
    job = name_print_job(layout=layout, folder=str(folder))
    printing = Printing(run_id, layout, folder, job)
    with transaction():
        parts = begin_print(actor=actor, run_id=run_id, job=job, now=clock.now())
        before = find_last_file(run_id=run_id)
    if min(jobs, len(parts)) == 1:
        work = _print_all(printing, parts, actor)
    else:
        work = _print_in_processes(printing, parts, actor, min(jobs, len(parts)))
    for _ in track(work, total=len(parts), title="打印 · printing"):
        pass
    files = list_files_after(actor=actor, run_id=run_id, layout=layout, after=before)
    return Outcome(
        drawn=tuple(
            Drawn(folder / file.name, file.sha256, file.pages, file.vouchers, file.size_bytes)
            for file in files
        ),
        left_out=dict(_explain_left_out(actor, run_id)),
    )


def _explain_left_out(actor: Actor, run_id: int) -> Iterator[tuple[str, Refusal]]:
    office = describe_office(current_app.config["HOME"])
    given_up = list_given_up(actor=actor, run_id=run_id)
    for place in list_communities_of_run(actor=actor, run_id=run_id):
        if place.code in given_up:
            local = replace(actor, community_ids=frozenset({place.id}))
            found = find_fault(actor=local, run_id=run_id, office=office)
            yield place.code, found or Refusal(given_up[place.code], N_("请重新打印"))


def _print_all(printing: Printing, parts: Sequence[int], actor: Actor) -> Iterator[None]:
    """Print chunk after chunk until nobody has any of these parts left to do."""
    while True:
        while _print_next(printing, actor=actor):
            yield
        if _find_progress(printing, parts).is_over:
            return
        wait_for_others()


def _find_progress(printing: Printing, parts: Sequence[int]) -> Progress:
    progress = find_progress(
        job=printing.job,
        subject_id=printing.run_id,
        last_sign_at=None,
        now=clock.now(),
        parts=parts,
    )
    db.session.rollback()
    return progress


def _print_in_processes(
    printing: Printing, parts: Sequence[int], actor: Actor, jobs: int
) -> Iterator[None]:
    """
    Start processes that print all parts, and give what gives a sign for each that is done.

    They begin as copies of this one, with everything loaded, and open the database themselves:
    nothing of it is open while they are made.
    """
    load_fonts()
    load_tables()
    get_programme_version(get_run(actor=actor, run_id=printing.run_id).scheme_version_id)
    db.session.remove()
    db.engine.dispose()
    gc.freeze()  # What is loaded stays: nobody need look through it again and again.
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_work, args=(printing, actor)) for _ in range(jobs)]
    for worker in workers:
        worker.start()
    gc.unfreeze()
    return _watch(workers, printing, parts, actor)


def _work(printing: Printing, actor: Actor) -> None:
    """Print until nothing is free, or whoever started this process is gone or stops."""
    boss = os.getppid()
    # What a file needs lives until it is drawn: looking through it meanwhile finds nothing.
    gc.disable()
    with suppress(KeyboardInterrupt):
        while os.getppid() == boss and _print_next(printing, actor=actor):
            pass


def _watch(
    workers: Sequence[BaseProcess], printing: Printing, parts: Sequence[int], actor: Actor
) -> Iterator[None]:
    done = 0
    while alive := [worker.sentinel for worker in workers if worker.is_alive()]:
        wait(alive, timeout=LOOK_AGAIN_SECONDS)
        progress = _find_progress(printing, parts)
        for _ in range(progress.done - done):
            yield
        done = progress.done
    # Below 0 stands the signal of who was killed: that is no fault of the work.
    if any((worker.exitcode or 0) > 0 for worker in workers):
        raise Refusal(
            "print_failed",
            N_("批次 %(run)s 没有打印完：打印进程出错，请查看日志后再打印"),
            run=printing.run_id,
        )
    # What killed workers left behind, and what others still have in hand.
    yield from _print_all(printing, parts, actor)


def _print_next(printing: Printing, *, actor: Actor) -> bool:
    """Claim a chunk and print it, in the name of who asked for it; False when none is free."""
    with transaction():
        claimed = claim_chunk(job=printing.job, subject_id=printing.run_id, now=clock.now())
        if claimed is None:
            return False
        if actor.account_id != get_asker(chunk_id=claimed.chunk_id):
            actor = describe_asker(chunk_id=claimed.chunk_id)
    with suppress(LeaseLost), hold_chunk(chunk_id=claimed.chunk_id):
        _print_chunk(printing, claimed.chunk_id, claimed.part, actor)
    return True


def _print_chunk(printing: Printing, chunk_id: int, community_id: int, actor: Actor) -> None:
    gc.collect()  # What the last one left.
    code = db.session.get_one(Division, community_id).code
    try:
        drawn = list(_draw(printing, community_id, actor))
    except Refusal as refusal:
        with transaction():
            give_up_printing(
                actor=actor,
                run_id=printing.run_id,
                chunk_id=chunk_id,
                community=code,
                word=refusal.word,
                now=clock.now(),
            )
        return
    with transaction():
        if drawn:
            record_files(
                actor=actor,
                run_id=printing.run_id,
                drawn=drawn,
                now=clock.now(),
                community=code,
            )
        if drawn and printing.job == PRINT_JOB:
            add_preflight_of_print(
                actor=actor,
                run_id=printing.run_id,
                place=community_id,
                folder=printing.folder,
                now=clock.now(),
            )
        finish_chunk(chunk_id=chunk_id)


def _draw(printing: Printing, community_id: int, actor: Actor) -> Iterator[Drawn]:
    home: Home = current_app.config["HOME"]
    run = get_run(actor=actor, run_id=printing.run_id)
    check_printable(run=run)
    return draw_community(
        run=run,
        community=db.session.get_one(Division, community_id),
        office=describe_office(home),
        keyring=load_ring(home),
        mark=MARKS[home.kind],
        folder=printing.folder,
        layout=printing.layout,
    )
