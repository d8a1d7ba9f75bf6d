"""Commands of residents. Departures are imported by `vouchers`, which holds what the dead have."""

import gc
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from voucher import clock
from voucher.access import Actor
from voucher.console import Answer, command, group
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.pages import say_in_both
from voucher.periods import local_date, parse_day
from voucher.refusals import Refusal
from voucher.residents import policy
from voucher.residents.operations.comparing import (
    Comparison,
    RosterFile,
    compare_roster,
    judge_roster_file,
)
from voucher.residents.operations.importing import import_roster
from voucher.residents.rules.roster import ROSTER_LAYOUT
from voucher.workbooks.archive import load_file
from voucher.workbooks.faults import Fault
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.returning import list_returned_rows
from voucher.workbooks.tables import open_table
from voucher.workbooks.writing import write_workbook

_SHOWN = 20
_TEXT_FIELDS = ("phone", "name", "birth")


def show_import(answer: Answer) -> Iterator[str]:
    """Tell people what an import did: the counts, and the first rows that were sent back."""
    yield (
        f"{answer['rows']} 行 · rows：新增 · added {answer['added']}，"
        f"更新 · updated {answer['updated']}，不变 · unchanged {answer['unchanged']}，"
        f"退回 · rejected {answer['rejected']}，名单中没有 · absent {answer['absent']}"
    )
    for notice in answer.get("notices", ()):
        yield f"  {notice['word']}: {notice['count']}"
    for rejection in answer["rejections"][:_SHOWN]:
        yield f"  第{rejection['row']}行 · row {rejection['row']}: {rejection['reason']}"
    if answer["rejected"] > _SHOWN:
        yield f"  … {answer['rejected'] - _SHOWN}"


@command("import", action=policy.IMPORT_ROSTER, show=show_import)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on_day", help="基准日 · reference date YYYY-MM-DD")
@click.option("--dry-run", is_flag=True, help="只检查 · judge and compare only")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="退回的行 · XLSX")
def import_residents(
    *, actor: Actor, file: Path, on_day: str | None, dry_run: bool, errors: Path | None
) -> Answer:
    """导入老人名册（xlsx） · Import a roster."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    content = load_file(path=file)
    # A district's rows are kept to the end: looking for garbage among them, again and again,
    # would take a fifth of the time.
    gc.disable()
    try:
        judged = judge_roster_file(actor=actor, content=content, on=on)
        if dry_run:
            compared = compare_roster(actor=actor, file=judged)
        else:
            with transaction():
                compared = import_roster(actor=actor, file=judged, now=now)
    finally:
        gc.enable()
    if errors:
        errors.write_bytes(_write_errors(content, compared))
    return _describe(judged, compared)


def _describe(file: RosterFile, compared: Comparison) -> Answer:
    accepted = len(compared.added) + len(compared.changed)
    return {
        "rows": compared.rows,
        "accepted": accepted,
        "added": len(compared.added),
        "updated": len(compared.changed),
        "unchanged": compared.unchanged,
        "rejected": len(compared.rejected),
        "absent": len(compared.absent),
        "rejections": [{"row": row.row, "reason": row.faults[0].word} for row in compared.rejected],
        "warnings": [{"row": note.row, "reason": note.word} for note in compared.warnings],
        "moved": len(compared.moved),
        "notices": [asdict(notice) for notice in file.notices],
    }


def say_fault(fault: Fault) -> str:
    """Put a fault into words, in both languages."""
    return say_in_both(Refusal(fault.word, fault.sentence, **fault.facts))


def _write_errors(content: bytes, compared: Comparison) -> bytes:
    table = open_table(sheet=read_first_sheet(content=content), layout=ROSTER_LAYOUT)
    returned = list_returned_rows(
        table=table, rejected=compared.rejected, text_fields=_TEXT_FIELDS, say=say_fault
    )
    places = {place.id: (place.street, place.name) for place in list_communities()}
    codes = {place.code: (place.street, place.name) for place in list_communities()}
    moved = (
        (
            one.row.name,
            *places.get(one.known.community_id, ("", "")),
            *codes[one.row.community_code],
        )
        for one in compared.moved
    )
    absent = (
        (one.name, one.born_date, *places.get(one.community_id, ("", "")), one.address)
        for one in compared.absent
    )
    return write_workbook(
        sheets=[
            returned,
            ("社区变动", ("姓名", "原街道", "原社区", "现街道", "现社区"), moved),
            ("名单中没有", ("姓名", "出生日期", "街道", "社区", "住址"), absent),
        ]
    )


commands = [group("residents", [import_residents], help="老人名册 · Residents")]
