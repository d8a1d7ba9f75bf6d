"""Preflight: a run's files read back from the disk, compared with the rows, and kept."""

import multiprocessing
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from voucher.access import Actor
from voucher.printouts.drawing.layouts import load_layout
from voucher.printouts.proofing.judging import (
    Finding,
)
from voucher.printouts.proofing.pages import Cell, ReadPage, Task, count_pages, read_pages
from voucher.printouts.proofing.sampling import WHOLE_RUN, choose_pages, choose_spoilt
from voucher.printouts.queries.files import Printed, hash_file
from voucher.printouts.queries.preflights import (
    list_standings,
)
from voucher.printouts.rules import read_community, read_layout
from voucher.refusals import N_, Refusal
from voucher.vouchers.models import IssueRun
from voucher.vouchers.queries.runs import get_run

# Pages a process reads at a time, and how many are worth starting another process for.
TASK_PAGES = 50
MANY_PAGES = 100


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file to be read back: as its bytes were found, and which of its pages are read."""

    name: str
    sha256: str
    pages: int
    vouchers: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be read back of a community; `findings` are those known before any page."""

    run_id: int
    community_id: int
    community: str
    is_whole: bool
    files: tuple[ReadFile, ...]
    findings: tuple[Finding, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Give the work of all files, in order."""
        return tuple(task for file in self.files for task in file.tasks)


def find_cells(name: str) -> tuple[Cell, ...]:
    """
    Give the place of each voucher on a page of a file, by the layout its name tells.

    None for a file that was named by somebody else: its pages are read as one place.
    """
    if not name.startswith(("run-", "voucher-")):
        return ()
    layout = load_layout(read_layout(name))
    width, height = layout.voucher.width, layout.voucher.height
    return tuple(
        Cell(*layout.locate(number), width, height) for number in range(layout.vouchers_a_page)
    )


def plan_preflights(
    *,
    actor: Actor,
    run_id: int,
    folder: Path,
    community_ids: Collection[int] | None = None,
) -> list[Planned]:
    """
    Look at the newest files of a run's communities in the area, and say which pages to read.

    :raises NotFound: run_unknown. :raises Refusal: nothing_printed.
    """
    run = get_run(actor=actor, run_id=run_id)
    standings = [
        standing
        for standing in list_standings(actor=actor, run_id=run_id, folder=folder)
        if community_ids is None or standing.community_id in community_ids
    ]
    if not standings:
        raise nothing_printed(run_id)
    return [_plan_community(run, standing.community_id, standing.files) for standing in standings]


def nothing_printed(run_id: int) -> Refusal:
    """Give the refusal for a run of which the area has no paper to read back."""
    return Refusal("nothing_printed", N_("批次 %(run)s 还没有打印，没有可检查的文件"), run=run_id)


def _plan_community(run: IssueRun, community_id: int, printed: Sequence[Printed]) -> Planned:
    files: list[ReadFile] = []
    findings: list[Finding] = []
    for file in printed:
        found = _look_at(file)
        files.append(found)
        findings += _find_early(file, found)
        if file.vouchers and found.pages:
            tasks = _plan_tasks(run, file, found.pages, find_cells(file.name))
            files[-1] = replace(found, tasks=tasks)
    is_whole = run.vouchers <= WHOLE_RUN
    code = read_community(printed[0].name)
    return Planned(run.id, community_id, code, is_whole, tuple(files), tuple(findings))


def _look_at(file: Printed) -> ReadFile:
    is_there = file.path.is_file()
    return ReadFile(
        name=file.name,
        sha256=hash_file(file.path) if is_there else "",
        pages=count_pages(file.path) if is_there else 0,
        vouchers=file.vouchers,
        tasks=(),
    )


def _find_early(file: Printed, found: ReadFile) -> Iterator[Finding]:
    if not found.sha256:
        yield Finding(file.name, 0, "", "file_gone")
        return
    if found.sha256 != file.sha256:
        yield Finding(file.name, 0, "", "file_changed")
    if not found.pages:
        yield Finding(file.name, 0, "", "not_a_pdf")
    elif found.pages != file.pages:
        yield Finding(file.name, 0, "", "pages", {"wanted": file.pages, "found": found.pages})


def _plan_tasks(
    run: IssueRun, file: Printed, pages: int, cells: tuple[Cell, ...]
) -> tuple[Task, ...]:
    chosen = choose_pages(run=run.id, file=file.name, pages=pages, run_vouchers=run.vouchers)
    return cut_tasks(file.path, chosen, cells, vouchers_a_page=-(-file.vouchers // pages))


def cut_tasks(
    path: Path, pages: tuple[int, ...], cells: tuple[Cell, ...], *, vouchers_a_page: int
) -> tuple[Task, ...]:
    """Cut the pages to read of a file into pieces of work."""
    spoilt = choose_spoilt(pages, vouchers_a_page=vouchers_a_page)
    pieces = [pages[start : start + TASK_PAGES] for start in range(0, len(pages), TASK_PAGES)]
    return tuple(Task(path, piece, cells, spoilt & frozenset(piece)) for piece in pieces)


def read_tasks(*, tasks: Sequence[Task], jobs: int) -> Iterator[list[ReadPage]]:
    """Read the pages of each task, in `jobs` processes where it pays, in order."""
    if jobs == 1 or sum(len(task.pages) for task in tasks) < MANY_PAGES:
        yield from map(read_pages, tasks)
        return
    # A fresh interpreter: a forked one would share our database connections.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(read_pages, tasks)
