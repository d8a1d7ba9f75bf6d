"""Writing the files of a run and keeping their manifest."""

import hashlib
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import db
from voucher.divisions.models import Division
from voucher.periods import last_day
from voucher.printouts.drawing.fields import Mark, SheetVoucher
from voucher.printouts.drawing.handover import HandoverList, draw_handover_list
from voucher.printouts.drawing.sheet import COLUMNS, ROWS, draw_sheets
from voucher.printouts.models import PrintFile
from voucher.printouts.queries.sheets import (
    Office,
    get_sheet_voucher,
    get_street,
    list_handover_lines,
    list_sheet_vouchers,
)
from voucher.printouts.rules import LAYOUTS, MAX_VOUCHERS_A_FILE, read_community
from voucher.refusals import N_, Refusal
from voucher.schemes.queries import get_programme_version
from voucher.signing import KeyRing
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.custody import check_printable, mark_printed
from voucher.vouchers.queries.runs import get_run, list_communities_of_run
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rounds import write_batch
from voucher.vouchers.rules import OPEN_STATES, refuse_voucher_state


@dataclass(frozen=True, slots=True)
class SheetFile:
    """One file of sheets to draw: everything drawing needs, so that it can run elsewhere."""

    path: Path
    title: str
    vouchers: tuple[SheetVoucher, ...]
    mark: Mark | None
    layout: str


@dataclass(frozen=True, slots=True)
class ListFile:
    """One handover list to draw."""

    path: Path
    content: HandoverList


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file that was written."""

    path: Path
    sha256: str
    pages: int
    vouchers: int
    size_bytes: int


def plan_files(
    *,
    actor: Actor,
    run_id: int,
    office: Office,
    keyring: KeyRing,
    mark: Mark | None,
    folder: Path,
    layout: str = LAYOUTS[0],
) -> tuple[list[SheetFile], list[ListFile]]:
    """
    Gather a run's sheets, a file a community, and its handover lists; writes nothing.

    :raises NotFound: run_unknown. :raises Refusal: run_state, nothing_to_print.
    """
    run = get_run(actor=actor, run_id=run_id)
    check_printable(run=run)
    sheets: list[SheetFile] = []
    lists: list[ListFile] = []
    for community in list_communities_of_run(actor=actor, run_id=run_id):
        its_sheets, its_lists = plan_community(
            run=run,
            community=community,
            office=office,
            keyring=keyring,
            mark=mark,
            folder=folder,
            layout=layout,
        )
        sheets += its_sheets
        lists += its_lists
    if not sheets:
        raise nothing_to_print(run_id)
    return sheets, lists


def plan_community(
    *,
    run: IssueRun,
    community: Division,
    office: Office,
    keyring: KeyRing,
    mark: Mark | None,
    folder: Path,
    layout: str = LAYOUTS[0],
) -> tuple[list[SheetFile], list[ListFile]]:
    """Gather the sheets and the handover list of one community; none when nothing is live."""
    sheets = list(_plan_sheets(run, community, office, keyring, mark, folder, layout))
    return sheets, list(_plan_list(run, community, office, mark, folder, sheets))


def nothing_to_print(run_id: int) -> Refusal:
    """Give the refusal for a run of which nothing is live in the area."""
    return Refusal("nothing_to_print", N_("批次 %(run)s 没有可打印的券"), run=run_id)


def _plan_sheets(
    run: IssueRun,
    community: Division,
    office: Office,
    keyring: KeyRing,
    mark: Mark | None,
    folder: Path,
    layout: str,
) -> Iterator[SheetFile]:
    vouchers = tuple(
        list_sheet_vouchers(run_id=run.id, community=community, office=office, keyring=keyring)
    )
    for part, start in enumerate(range(0, len(vouchers), MAX_VOUCHERS_A_FILE), start=1):
        name = f"run-{run.id:06d}-{community.code}-{part:02d}"
        if layout != LAYOUTS[0]:
            name += f"-{layout}"
        some = vouchers[start : start + MAX_VOUCHERS_A_FILE]
        yield SheetFile(folder / f"{name}.pdf", name, some, mark, layout)


def _plan_list(
    run: IssueRun,
    community: Division,
    office: Office,
    mark: Mark | None,
    folder: Path,
    sheets: Sequence[SheetFile],
) -> Iterator[ListFile]:
    lines = tuple(list_handover_lines(run_id=run.id, community_id=community.id))
    if not lines:
        return
    content = HandoverList(
        programme=get_programme_version(run.scheme_version_id).paper_name.zh,
        street=get_street(community=community).name,
        community=community.name,
        run=str(run.id),
        batch=write_batch(run_id=run.id, community=community.code),
        phone=office.desk_phone,
        sheets=sum(-(-len(file.vouchers) // (COLUMNS * ROWS)) for file in sheets),
        valid_from=run.period_from,
        last_date=last_day(run.period_to),
        mark=mark,
        lines=lines,
    )
    yield ListFile(folder / f"run-{run.id:06d}-{community.code}-handover.pdf", content)


def draw_files(
    *, sheets: Sequence[SheetFile], lists: Sequence[ListFile], jobs: int
) -> Iterator[Drawn]:
    """
    Draw the files, in `jobs` processes, and give each as it is done, in order.

    :raises Refusal: glyph or text_too_long; that file is not written.
    """
    if jobs == 1:
        yield from map(draw_sheet_file, sheets)
    else:
        # A fresh interpreter: a forked one would share our database connections.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            yield from pool.map(draw_sheet_file, sheets)
    yield from map(draw_list_file, lists)


def draw_sheet_file(file: SheetFile) -> Drawn:
    """Draw one file of sheets."""
    file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pages = draw_sheets(
        path=file.path,
        vouchers=file.vouchers,
        title=file.title,
        mark=file.mark,
        layout=file.layout,
    )
    return _measure(file.path, pages, len(file.vouchers))


def draw_list_file(file: ListFile) -> Drawn:
    """Draw one handover list."""
    file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pages = draw_handover_list(path=file.path, handover=file.content)
    return _measure(file.path, pages, 0)


def _measure(path: Path, pages: int, vouchers: int) -> Drawn:
    path.chmod(0o600)
    content = path.read_bytes()
    return Drawn(path, hashlib.sha256(content).hexdigest(), pages, vouchers, len(content))


def record_files(
    *,
    actor: Actor,
    run_id: int,
    drawn: Iterable[Drawn],
    now: datetime,
    community: str | None = None,
) -> None:
    """
    Keep the manifest of what was printed, by whom; from now on it can be handed over.

    `community` is the code of the one that was printed, None for all of the actor's area.
    """
    files = list(drawn)
    event_id = record_event(
        actor=actor,
        action="printouts.print_run",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={
            "files": len(files),
            "vouchers": sum(file.vouchers for file in files),
            "community": community,
        },
    )
    rows = [_as_row(file, run_id, event_id, actor, now) for file in files]
    db.session.execute(insert(PrintFile), rows)
    codes = {read_community(file.path.name) for file in files}
    mark_printed(run_id=run_id, now=now, codes=codes)


def _as_row(
    file: Drawn, run_id: int, event_id: int, actor: Actor, now: datetime
) -> dict[str, object]:
    return {
        "run_id": run_id,
        "event_id": event_id,
        "name": file.path.name,
        "sha256": file.sha256,
        "pages": file.pages,
        "vouchers": file.vouchers,
        "size_bytes": file.size_bytes,
        "made_at": now,
        "made_by": actor.account_id,
    }


def plan_voucher_file(
    *,
    actor: Actor,
    serial: str,
    office: Office,
    keyring: KeyRing,
    mark: Mark | None,
    folder: Path,
) -> SheetFile:
    """
    Gather the paper of one voucher, as after a reprint or a replacement; writes nothing.

    :raises NotFound: voucher_unknown. :raises Refusal: voucher_state, run_state.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    if voucher.state not in OPEN_STATES:
        raise refuse_voucher_state(serial, voucher.state)
    check_printable(run=get_run(actor=actor, run_id=voucher.run_id))
    sheet = get_sheet_voucher(voucher=voucher, office=office, keyring=keyring)
    name = f"voucher-{serial}-{sheet.print_number}"
    return SheetFile(folder / f"{name}.pdf", name, (sheet,), mark, LAYOUTS[0])


def record_voucher_file(*, actor: Actor, serial: str, drawn: Drawn, now: datetime) -> None:
    """Keep the manifest of one voucher's paper. Its run is handed over as before."""
    event_id = record_event(
        actor=actor,
        action="printouts.print_voucher",
        subject_kind="voucher",
        subject_id=serial,
        now=now,
    )
    run_id = get_voucher(actor=actor, serial=serial).run_id
    db.session.execute(insert(PrintFile), [_as_row(drawn, run_id, event_id, actor, now)])
