"""Commands of printouts."""

import time
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.console import command, track
from voucher.db import db, transaction
from voucher.printouts import policy
from voucher.printouts.operations.printing import draw_files, plan_files, record_files
from voucher.printouts.queries.sheets import MARKS, describe_office
from voucher.printouts.rules import LAYOUTS
from voucher.signing import load_ring


@command("print", action=policy.PRINT_RUN)
@click.argument("run_id", type=int)
@click.option("--layout", type=click.Choice(LAYOUTS), default=LAYOUTS[0], show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
def print_run(
    *, actor: Actor, run_id: int, layout: str, out: Path | None, jobs: int
) -> dict[str, Any]:
    """打印批次的券和发放签收表 · Print a run's vouchers and handover lists."""
    started = time.perf_counter()
    home: Home = current_app.config["HOME"]
    sheets, lists = plan_files(
        actor=actor,
        run_id=run_id,
        office=describe_office(home),
        keyring=load_ring(home),
        mark=MARKS[home.kind],
        folder=(out or home.printouts).resolve(),
    )
    db.session.rollback()  # Drawing takes its time: no read transaction stays open meanwhile.
    drawing = draw_files(sheets=sheets, lists=lists, jobs=jobs)
    total = len(sheets) + len(lists)
    drawn = list(track(drawing, total=total, title="打印 · printing"))
    with transaction():
        record_files(actor=actor, run_id=run_id, drawn=drawn, now=clock.now())
    printed = [file for file in drawn if file.vouchers]
    return {
        "run": run_id,
        "files": [str(file.path) for file in printed],
        "handover_lists": [str(file.path) for file in drawn if not file.vouchers],
        "vouchers": sum(file.vouchers for file in printed),
        "pages": sum(file.pages for file in printed),
        "seconds": round(time.perf_counter() - started, 3),
    }


commands = [print_run]
