"""Commands of printouts."""

import time
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.console import command
from voucher.db import transaction
from voucher.periods import parse_day
from voucher.printouts import policy
from voucher.printouts.forms import LANGUAGES, choose_speakers
from voucher.printouts.operations.letters import draw_letter_file, plan_letters, record_letters
from voucher.printouts.queries.letters import describe_sender
from voucher.printouts.rules import LAYOUTS
from voucher.printouts.tasks import print_run


@command("print", action=policy.PRINT_RUN, fails_when=lambda answer: bool(answer["refused"]))
@click.argument("run_id", type=int)
@click.option("--layout", type=click.Choice(LAYOUTS), default=LAYOUTS[0], show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
def print_vouchers(
    *, actor: Actor, run_id: int, layout: str, out: Path | None, jobs: int
) -> dict[str, Any]:
    """打印批次的券和发放签收表 · Print a run's vouchers and handover lists."""
    started = time.perf_counter()
    home: Home = current_app.config["HOME"]
    folder = (out or home.printouts).resolve()
    outcome = print_run(actor=actor, run_id=run_id, layout=layout, folder=folder, jobs=jobs)
    if not outcome.drawn and outcome.left_out:
        raise next(iter(outcome.left_out.values()))
    printed = [file for file in outcome.drawn if file.vouchers]
    return {
        "run": run_id,
        "files": [str(file.path) for file in printed],
        "handover_lists": [str(file.path) for file in outcome.drawn if not file.vouchers],
        "vouchers": sum(file.vouchers for file in printed),
        "pages": sum(file.pages for file in printed),
        "seconds": round(time.perf_counter() - started, 3),
        "refused": [
            {"community": code, **refusal.as_json()} for code, refusal in outcome.left_out.items()
        ],
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


commands = [print_vouchers, write_letters]
