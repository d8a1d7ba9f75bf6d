"""Writing the files of a run and keeping their manifest."""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from voucher.printouts.drawing.fonts import check_glyphs
from voucher.printouts.drawing.handover import HandoverLine, HandoverList, draw_handover_list
from voucher.printouts.drawing.sheet import draw_sheets
from voucher.printouts.models import PrintFile
from voucher.printouts.queries.sheets import (
    Office,
    get_street,
    list_handover_lines,
    list_sheet_files,
)
from voucher.printouts.rules import name_sheets, read_community
from voucher.schemes.queries import get_programme_version
from voucher.signing import KeyRing
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.custody import mark_printed
from voucher.vouchers.rounds import write_batch


@dataclass(frozen=True, slots=True)
class SheetFile:
    """One file of sheets to draw."""

    path: Path
    title: str
    vouchers: tuple[SheetVoucher, ...]
    mark: Mark | None
    layout: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file that was written."""

    path: Path
    sha256: str
    pages: int
    vouchers: int
    size_bytes: int


def draw_community(
    *,
    run: IssueRun,
    community: Division,
    office: Office,
    keyring: KeyRing,
    mark: Mark | None,
    folder: Path,
    layout: str,
) -> Iterator[Drawn]:
    """
    Draw the sheets of one community, file by file, then its handover list; nothing if none is live.

    Between two files nothing is being read: the caller may end the reading.

    :raises Refusal: glyph or text_too_long; that file is not written.
    """
    stem, lines, pages = f"run-{run.id:06d}-{community.code}", list[HandoverLine](), 0
    files = list_sheet_files(run_id=run.id, community=community, office=office, keyring=keyring)
    for part, rows in enumerate(files, start=1):
        # Signing and drawing take their time: no read transaction stays open meanwhile.
        db.session.rollback()
        vouchers = rows.write_down()
        name = name_sheets(stem=stem, part=part, layout=layout)
        lines += _list_lines(vouchers)
        file = SheetFile(folder / f"{name}.pdf", name, vouchers, mark, layout)
        drawn = draw_sheet_file(file)
        pages += drawn.pages
        yield drawn
    if lines:
        content = _describe_list(run, community, office, mark, lines, pages)
        db.session.rollback()
        yield _draw_list(folder / f"{stem}-handover.pdf", content)


def _list_lines(vouchers: Sequence[SheetVoucher]) -> list[HandoverLine]:
    """Give the lines of the handover list, whose names must be printable before any sheet is."""
    lines = list(list_handover_lines(vouchers))
    check_glyphs(text for line in lines for text in (line.name, line.address))
    return lines


def _describe_list(
    run: IssueRun,
    community: Division,
    office: Office,
    mark: Mark | None,
    lines: Sequence[HandoverLine],
    pages: int,
) -> HandoverList:
    return HandoverList(
        programme=get_programme_version(run.scheme_version_id).paper_name.zh,
        street=get_street(community=community).name,
        community=community.name,
        run=str(run.id),
        batch=write_batch(run_id=run.id, community=community.code),
        phone=office.desk_phone,
        sheets=pages,
        valid_from=run.period_from,
        last_date=last_day(run.period_to),
        mark=mark,
        lines=tuple(lines),
    )


def draw_sheet_file(file: SheetFile) -> Drawn:
    """Draw one file of sheets."""
    with _appear(file.path) as unfinished:
        pages = draw_sheets(
            path=unfinished,
            vouchers=file.vouchers,
            title=file.title,
            mark=file.mark,
            layout=file.layout,
        )
    return _measure(file.path, pages, len(file.vouchers))


def _draw_list(path: Path, content: HandoverList) -> Drawn:
    with _appear(path) as unfinished:
        pages = draw_handover_list(path=unfinished, handover=content)
    return _measure(path, pages, 0)


@contextmanager
def _appear(path: Path) -> Iterator[Path]:
    """
    Have a file drawn elsewhere and then appear, whole and on the disk, even if the power fails.

    Whoever was killed while drawing leaves a piece behind, which the next to draw it clears away.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in path.parent.glob(f"{path.name}.*"):
        if not Path(f"/proc/{left.name.split('.')[2]}").exists():
            left.unlink(missing_ok=True)
    unfinished = path.with_name(f"{path.name}.{threading.get_native_id()}")
    yield unfinished
    unfinished.chmod(0o600)
    _settle(unfinished)
    unfinished.replace(path)
    _settle(path.parent)


def _settle(path: Path) -> None:
    """Have the disk keep what was written to a file or a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _measure(path: Path, pages: int, vouchers: int) -> Drawn:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Drawn(path, digest, pages, vouchers, path.stat().st_size)


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
    rows = [describe_file(file, run_id, event_id, actor, now) for file in files]
    db.session.execute(insert(PrintFile), rows)
    codes = {read_community(file.path.name) for file in files}
    mark_printed(run_id=run_id, now=now, codes=codes)


def describe_file(
    file: Drawn, run_id: int | None, event_id: int, actor: Actor, now: datetime
) -> dict[str, object]:
    """Give the row of the manifest for a file that was drawn."""
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
