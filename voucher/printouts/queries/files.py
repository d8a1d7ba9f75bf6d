"""Reading the manifest: which files were printed, and whether they are still there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.models import PrintFile
from voucher.printouts.rules import is_handover_list, read_community, read_layout
from voucher.refusals import N_, Refusal
from voucher.vouchers.models import Voucher
from voucher.vouchers.queries.runs import list_communities_of_run, list_run_events


@dataclass(frozen=True, slots=True)
class Printed:
    """A file of the manifest, whose it is, and whether it still lies where it was written."""

    id: int
    name: str
    street_code: str
    street: str
    community: str
    sha256: str
    pages: int
    vouchers: int
    size_bytes: int
    made_at: datetime
    made_by: str
    path: Path
    is_there: bool


def list_printed(*, actor: Actor, run_id: int, folder: Path) -> list[Printed]:
    """Give a run's files within the actor's area, each as it was printed last."""
    street = aliased(Division)
    here = select(Division.code, Division.name, street.code, street.name).join(
        street, street.id == Division.parent_id
    )
    of_run = select(Voucher.community_id).where(Voucher.run_id == run_id)
    places = {
        row[0]: row
        for row in db.session.execute(
            here.where(Division.id.in_(of_run), within_area(Division.id, actor))
        )
    }
    latest = (
        select(func.max(PrintFile.id)).where(PrintFile.run_id == run_id).group_by(PrintFile.name)
    )
    files = db.session.execute(
        select(PrintFile, Account.name)
        .join(Account, Account.id == PrintFile.made_by)
        .where(PrintFile.id.in_(latest))
        .order_by(PrintFile.name)
    )
    return [
        _as_printed(file, made_by, places[read_community(file.name)], folder)
        for file, made_by in files
        if read_community(file.name) in places
    ]


def _as_printed(file: PrintFile, made_by: str, place: Any, folder: Path) -> Printed:
    path = folder / Path(file.name).name
    return Printed(
        id=file.id,
        name=file.name,
        street_code=place[2],
        street=place[3],
        community=place[1],
        sha256=file.sha256,
        pages=file.pages,
        vouchers=file.vouchers,
        size_bytes=file.size_bytes,
        made_at=file.made_at,
        made_by=made_by,
        path=path,
        is_there=path.is_file() and path.stat().st_size == file.size_bytes,
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
        with file.path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
                raise Refusal(
                    "files_differ",
                    N_("文件 %(name)s 与打印清单的校验值不符，不能下载，请重新打印"),
                    name=file.name,
                )


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
