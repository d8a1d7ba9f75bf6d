"""Commands of printouts."""

import time
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.codes import parse_serial
from voucher.config import Home
from voucher.console import command, track
from voucher.db import db, transaction
from voucher.periods import parse_day
from voucher.printouts import policy
from voucher.printouts.forms import LANGUAGES, choose_speakers
from voucher.printouts.operations.letters import draw_letter_file, plan_letters, record_letters
from voucher.printouts.operations.printing import (
    draw_files,
    draw_sheet_file,
    plan_files,
    plan_voucher_file,
    record_files,
    record_voucher_file,
)
from voucher.printouts.queries.letters import describe_sender
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
        layout=layout,
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


@command("letters", action=policy.WRITE_LETTERS)
@click.option("--on", "on_day", required=True, help="YYYY-MM-DD")
@click.option("--community", default="", help="CODE")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--language", type=click.Choice(LANGUAGES), default="zh")
def write_letters(
    *, actor: Actor, on_day: str, community: str, out: Path | None, language: str
) -> dict[str, Any]:
    """印制某日确认的等级的告知书 · Write the letters for the levels confirmed on a day."""
    home: Home = current_app.config["HOME"]
    sender = describe_sender(home=home, deadlines=home.deadlines)
    planned = plan_letters(
        actor=actor,
        on=parse_day(on_day),
        sender=sender,
        speakers=choose_speakers(language),
        community=community,
    )
    files, letters, total = [], 0, 0
    for file in planned:
        path, pages = draw_letter_file(file=file, folder=(out or home.printouts).resolve())
        with transaction():
            record_letters(actor=actor, file=file, now=clock.now())
        files.append(str(path))
        letters, total = letters + len(file.about), total + pages
    return {"letters": letters, "files": files, "pages": total}


@command("paper", action=policy.PRINT_VOUCHER)
@click.argument("serial")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
def print_voucher(*, actor: Actor, serial: str, out: Path | None) -> dict[str, Any]:
    """打印一张券，如补印或换发之后 · Print one voucher, as after a reprint or a replacement."""
    home: Home = current_app.config["HOME"]
    number = parse_serial(serial)
    file = plan_voucher_file(
        actor=actor,
        serial=number,
        office=describe_office(home),
        keyring=load_ring(home),
        mark=MARKS[home.kind],
        folder=(out or home.printouts).resolve(),
    )
    db.session.rollback()
    drawn = draw_sheet_file(file)
    with transaction():
        record_voucher_file(actor=actor, serial=number, drawn=drawn, now=clock.now())
    return {"serial": number, "file": str(drawn.path), "pages": drawn.pages}


commands = [print_run, print_voucher, write_letters]
