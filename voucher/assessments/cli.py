"""Commands of assessments."""

from dataclasses import asdict
from pathlib import Path

import click

from voucher import clock
from voucher.access import Actor
from voucher.assessments import policy
from voucher.assessments.operations.importing import (
    Comparison,
    JudgedFile,
    compare_assessments,
    judge_assessment_file,
)
from voucher.assessments.operations.importing import import_assessments as write_assessments
from voucher.console import Answer, command, group
from voucher.db import transaction
from voucher.periods import local_date, parse_day
from voucher.residents.cli import say_fault, show_import
from voucher.schemes.queries import GBT, get_instrument
from voucher.workbooks.archive import load_file
from voucher.workbooks.returning import list_returned_rows
from voucher.workbooks.writing import write_workbook

_TEXT_FIELDS = ("name", "assessor_1", "assessor_2")


@command("import", action=policy.IMPORT_ASSESSMENTS, show=show_import)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--instrument", default=GBT, show_default=True, help="量表 · instrument")
@click.option("--on", "on_day", help="基准日 · reference date YYYY-MM-DD")
@click.option("--dry-run", is_flag=True, help="只检查 · judge and compare only")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="退回的行 · XLSX")
def import_assessments(
    *,
    actor: Actor,
    file: Path,
    instrument: str,
    on_day: str | None,
    dry_run: bool,
    errors: Path | None,
) -> Answer:
    """导入评估（xlsx） · Import assessments, a column for each item of the instrument."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    judged = judge_assessment_file(
        actor=actor, content=load_file(path=file), instrument=get_instrument(instrument, on), on=on
    )
    if dry_run:
        compared = compare_assessments(actor=actor, file=judged)
    else:
        with transaction():
            compared = write_assessments(actor=actor, file=judged, now=now)
    if errors:
        errors.write_bytes(_write_errors(judged, compared))
    return _describe(judged, compared)


def _describe(file: JudgedFile, compared: Comparison) -> Answer:
    return {
        "rows": compared.rows,
        "accepted": len(compared.added) + len(compared.changed),
        "added": len(compared.added),
        "updated": len(compared.changed),
        "unchanged": compared.unchanged,
        "rejected": len(compared.rejected),
        # Who is not in the file has simply not been assessed: nothing to list.
        "absent": 0,
        "rejections": [{"row": row.row, "reason": row.faults[0].word} for row in compared.rejected],
        "warnings": [],
        "notices": [asdict(notice) for notice in file.table.list_notices()],
    }


def _write_errors(file: JudgedFile, compared: Comparison) -> bytes:
    returned = list_returned_rows(
        table=file.table, rejected=compared.rejected, text_fields=_TEXT_FIELDS, say=say_fault
    )
    return write_workbook(sheets=[returned])


commands = [group("assessments", [import_assessments], help="能力评估 · Assessments")]
