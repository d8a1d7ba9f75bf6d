"""Reading the manifest: which files were printed, and whether they are still there."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.models import Preflight, PreflightFile, PrintDownload, PrintFile
from voucher.printouts.rules import digest_manifest, is_handover_list, read_community, read_layout
from voucher.refusals import N_, Refusal
from voucher.vouchers.models import Voucher
from voucher.vouchers.queries.runs import list_communities_of_run, list_run_events


@dataclass(frozen=True, slots=True)
class Kept:
    """A preflight that was kept: how much of how much it read, what it found, who signed."""

    id: int
    made_at: datetime
    made_by: str
    vouchers: int
    checked: int
    degraded: int
    findings: int
    released_at: datetime | None
    released_by: str | None
    event_id: int

    @property
    def state(self) -> str:
        """Give where the files it read stand: failed, passed or released."""
        if self.findings:
            return "failed"
        return "released" if self.released_at else "passed"


@dataclass(frozen=True, slots=True)
class Printed:
    """
    A file of the manifest, whose it is, and whether it still lies where it was written.

    `preflight` is the last one that read these very bytes; `taken_by` names who downloaded them.
    """

    id: int
    event_id: int
    name: str
    street_code: str
    street: str
    community_id: int
    community: str
    sha256: str
    pages: int
    vouchers: int
    size_bytes: int
    made_at: datetime
    made_by: str
    path: Path
    is_there: bool
    preflight: Kept | None
    taken_by: tuple[str, ...]

    @property
    def state(self) -> str:
        """Give where the file stands: unread, failed, passed or released."""
        return self.preflight.state if self.preflight else "unread"


def list_printed(*, actor: Actor, run_id: int, folder: Path) -> list[Printed]:
    """Give a run's files within the actor's area, each as it was printed last."""
    places = _find_places(actor, run_id)
    latest = (
        select(func.max(PrintFile.id)).where(PrintFile.run_id == run_id).group_by(PrintFile.name)
    )
    files = db.session.execute(
        select(PrintFile, Account.name)
        .join(Account, Account.id == PrintFile.made_by)
        .where(PrintFile.id.in_(latest))
        .order_by(PrintFile.name)
    )
    read, takers = _find_preflights(run_id), _find_takers(run_id)
    return [
        _as_printed(file, made_by, places[read_community(file.name)], folder, read, takers)
        for file, made_by in files
        if read_community(file.name) in places
    ]


def _find_places(actor: Actor, run_id: int) -> dict[str, Any]:
    street = aliased(Division)
    is_due = exists().where(Voucher.run_id == run_id, Voucher.community_id == Division.id)
    here = (
        select(Division.code, Division.id, Division.name, street.code, street.name)
        .join(street, street.id == Division.parent_id)
        .where(is_due, within_area(Division.id, actor))
    )
    return {row[0]: row for row in db.session.execute(here)}


def _find_preflights(run_id: int) -> dict[str, list[tuple[str, Kept]]]:
    """Give, by name of a file, every hash it was read with and in which preflight, in order."""
    maker, releaser = aliased(Account), aliased(Account)
    rows: Any = db.session.execute(
        select(
            *(Preflight.id, Preflight.made_at, maker.name, Preflight.vouchers, Preflight.checked),
            *(Preflight.degraded, Preflight.findings, Preflight.released_at, releaser.name),
            Preflight.event_id,
        )
        .join(maker, maker.id == Preflight.made_by)
        .outerjoin(releaser, releaser.id == Preflight.released_by)
        .where(Preflight.run_id == run_id)
    )
    kept = {row[0]: Kept(*row) for row in rows}
    of_run = select(Preflight.id).where(Preflight.run_id == run_id)
    read = db.session.execute(
        select(PreflightFile.name, PreflightFile.sha256, PreflightFile.preflight_id)
        .where(PreflightFile.preflight_id.in_(of_run))
        .order_by(PreflightFile.preflight_id)
    )
    found: dict[str, list[tuple[str, Kept]]] = {}
    for name, sha256, preflight_id in read:
        found.setdefault(name, []).append((sha256, kept[preflight_id]))
    return found


def _choose_preflight(file: PrintFile, read: Sequence[tuple[str, Kept]]) -> Kept | None:
    """Give the preflight that counts for a file: of its very bytes, or one that found others."""
    chosen: Kept | None = None
    for sha256, kept in read:
        found_others = kept.findings and kept.event_id > file.event_id
        if sha256 != file.sha256 and not found_others:
            continue
        # What was signed for stays signed for, unless a later look finds a fault.
        if chosen is None or chosen.released_at is None or kept.findings:
            chosen = kept
    return chosen


def _find_takers(run_id: int) -> dict[tuple[str, str], list[str]]:
    rows = db.session.execute(
        select(PrintFile.name, PrintFile.sha256, Account.name)
        .join(PrintDownload, PrintDownload.file_id == PrintFile.id)
        .join(Account, Account.id == PrintDownload.taken_by)
        .where(PrintFile.run_id == run_id)
        .order_by(PrintDownload.id)
    )
    takers: dict[tuple[str, str], list[str]] = {}
    for name, sha256, taker in rows:
        names = takers.setdefault((name, sha256), [])
        if taker not in names:
            names.append(taker)
    return takers


def _as_printed(
    file: PrintFile,
    made_by: str,
    place: Any,
    folder: Path,
    read: Mapping[str, Sequence[tuple[str, Kept]]],
    takers: Mapping[tuple[str, str], Sequence[str]],
) -> Printed:
    path = folder / Path(file.name).name
    return Printed(
        id=file.id,
        event_id=file.event_id,
        name=file.name,
        street_code=place[3],
        street=place[4],
        community_id=place[1],
        community=place[2],
        sha256=file.sha256,
        pages=file.pages,
        vouchers=file.vouchers,
        size_bytes=file.size_bytes,
        made_at=file.made_at,
        made_by=made_by,
        path=path,
        is_there=path.is_file(),
        preflight=_choose_preflight(file, read.get(file.name, ())),
        taken_by=tuple(takers.get((file.name, file.sha256), ())),
    )


def check_whole(*, files: Sequence[Printed]) -> None:
    """
    Make sure that the files lie on the disk as the manifest says, byte for byte.

    :raises Refusal: files_gone, files_differ.
    """
    if gone := [file.name for file in files if not file.path.is_file()]:
        raise Refusal(
            "files_gone",
            N_("文件 %(name)s 已不在服务器上（批次完结 7 天后删除）。需要时请重新打印"),
            name=gone[0],
        )
    for file in files:
        if hash_file(file.path) != file.sha256:
            raise Refusal(
                "files_differ",
                N_("文件 %(name)s 与打印清单的校验值不符，不能使用，请重新打印"),
                name=file.name,
            )


def check_files_released(*, files: Sequence[Printed]) -> None:
    """
    Make sure that somebody has signed for what is taken away.

    :raises Refusal: not_released.
    """
    if waiting := [file.name for file in files if file.state != "released"]:
        raise Refusal(
            "not_released",
            N_("文件 %(name)s 还没有放行：请先在本页查看检查结果并放行，再下载"),
            name=waiting[0],
        )


def digest_printed(files: Sequence[Printed]) -> str:
    """Give the digest of a manifest: what a release is signed over."""
    return digest_manifest(
        (file.name, file.sha256, file.pages, file.vouchers, file.size_bytes) for file in files
    )


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file as it lies on the disk."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def list_given_up(*, actor: Actor, run_id: int) -> dict[str, str]:
    """
    Give the communities that could not be drawn since printing was asked for: code and word why.
    """
    events = list_run_events(run_id=run_id, actions=("printouts.ask_print", "printouts.give_up"))
    given_up: dict[str, str] = {}
    for event in events:
        if event.action == "printouts.ask_print":
            given_up.clear()
        else:
            given_up[event.facts["community"]] = event.facts["word"]
    places = list_communities_of_run(actor=actor, run_id=run_id)
    return {place.code: given_up[place.code] for place in places if place.code in given_up}


def find_last_file(*, run_id: int) -> int:
    """Give the number of the last file of a run that the manifest has, 0 without any."""
    last = select(func.max(PrintFile.id)).where(PrintFile.run_id == run_id)
    return db.session.scalar(last) or 0


def list_files_after(*, actor: Actor, run_id: int, layout: str, after: int) -> list[PrintFile]:
    """Give what the manifest got after a file, of the actor's area and a layout, by name."""
    codes = {place.code for place in list_communities_of_run(actor=actor, run_id=run_id)}
    files = db.session.scalars(
        select(PrintFile)
        .where(PrintFile.run_id == run_id, PrintFile.id > after)
        .order_by(PrintFile.name, PrintFile.id)
    )
    latest = {file.name: file for file in files if read_community(file.name) in codes}
    return [
        file
        for file in latest.values()
        if is_handover_list(file.name) or read_layout(file.name) == layout
    ]
