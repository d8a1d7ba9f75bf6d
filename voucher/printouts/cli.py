"""Commands of printouts."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.codes import parse_serial, show_serial
from voucher.config import Home
from voucher.console import command, track
from voucher.db import transaction
from voucher.periods import parse_day
from voucher.printouts import policy
from voucher.printouts.forms import LANGUAGES, choose_speakers
from voucher.printouts.operations.fitting import approve_printable_run
from voucher.printouts.operations.judging import read_files
from voucher.printouts.operations.letters import draw_letter_file, plan_letters, record_letters
from voucher.printouts.proofing.judging import Reading
from voucher.printouts.queries.files import Printed, digest_printed, list_printed
from voucher.printouts.queries.letters import describe_sender
from voucher.printouts.queries.sheets import describe_office
from voucher.printouts.rules import LAYOUTS, tell_finding
from voucher.printouts.tasks.papers import make_paper
from voucher.printouts.tasks.preflighting import preflight_and_release
from voucher.printouts.tasks.printing import print_run
from voucher.schemes.queries import get_programme_version
from voucher.signing import load_ring
from voucher.vouchers.cli.runs import describe_run, runs_group
from voucher.vouchers.policy import APPROVE_RUN
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.tasks import finish_run


@command("print", action=policy.PRINT_RUN, fails_when=lambda answer: bool(answer["refused"]))
@click.argument("run_id", type=int)
@click.option("--layout", type=click.Choice(LAYOUTS), default=LAYOUTS[0], show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
def print_vouchers(
    *, actor: Actor, run_id: int, layout: str, out: Path | None, jobs: int
) -> dict[str, Any]:
    """打印批次的券和签收表，检查并放行 · Print a run's vouchers, preflight and release them."""
    started = time.perf_counter()
    home: Home = current_app.config["HOME"]
    folder = (out or home.printouts).resolve()
    outcome = print_run(actor=actor, run_id=run_id, layout=layout, folder=folder, jobs=jobs)
    if not outcome.drawn and outcome.left_out:
        raise next(iter(outcome.left_out.values()))
    printed = [file for file in outcome.drawn if file.vouchers]
    drawn_at = time.perf_counter()
    judged = preflight_and_release(actor=actor, home=home, run_id=run_id, folder=folder, jobs=jobs)
    return {
        "run": run_id,
        "files": [str(file.path) for file in printed],
        "handover_lists": [str(file.path) for file in outcome.drawn if not file.vouchers],
        "vouchers": sum(file.vouchers for file in printed),
        "pages": sum(file.pages for file in printed),
        "checked": sum(sum(one.checked.values()) for one in judged),
        "seconds": round(drawn_at - started, 3),
        "preflight_seconds": round(time.perf_counter() - drawn_at, 3),
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


def _tell_findings(answer: dict[str, Any]) -> bool:
    found = sum(len(file["findings"]) for file in answer["files"])
    if found:
        click.echo(f"检查发现 {found} 个问题 · {found} findings [preflight_failed]", err=True)
    return found > 0


def _show_preflight(answer: dict[str, Any]) -> Iterator[str]:
    for file in answer["files"]:
        yield f"{file['file']}  {file['pages']}  {file['codes']}  {file['verified']}"
        for finding in file["findings"]:
            serial = show_serial(finding["serial"]) if finding["serial"] else "—"
            yield f"  {finding['page']}  {serial}  {finding['said']}"


@command("preflight", action=policy.PREFLIGHT, show=_show_preflight, fails_when=_tell_findings)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
def preflight(*, actor: Actor, files: tuple[Path, ...], jobs: int) -> dict[str, Any]:
    """检查任意 PDF 里的券码 · Read back the vouchers of any PDF files."""
    started = time.perf_counter()
    home: Home = current_app.config["HOME"]
    read = read_files(
        actor=actor, paths=files, office=describe_office(home), keyring=load_ring(home), jobs=jobs
    )
    shown = [_show_reading(*one) for one in track(read, total=len(files), title="检查 · preflight")]
    return {"files": shown, "seconds": round(time.perf_counter() - started, 3)}


def _show_reading(path: Path, pages: int, reading: Reading) -> dict[str, Any]:
    findings = [
        {
            "page": finding.page,
            "serial": finding.serial,
            "reason": finding.word,
            "said": "。".join(tell_finding(finding.word, finding.facts)),
        }
        for finding in reading.findings
    ]
    return {
        "file": str(path),
        "pages": pages,
        "codes": reading.codes,
        "verified": reading.verified,
        "findings": findings,
    }


def _show_manifest(answer: dict[str, Any]) -> Iterator[str]:
    for file in answer["files"]:
        yield "  ".join(
            str(file[name]) for name in ("sha256", "file", "pages", "vouchers", "bytes", "state")
        )
    yield f"{answer['manifest']}  run {answer['run']}"


@command("manifest", action=policy.SEE_FILES, show=_show_manifest)
@click.argument("run_id", type=int)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
def show_manifest(*, actor: Actor, run_id: int, out: Path | None) -> dict[str, Any]:
    """列出批次的打印清单和校验值 · List a run's files: hashes, who printed, released, took them."""
    home: Home = current_app.config["HOME"]
    get_run(actor=actor, run_id=run_id)
    files = list_printed(actor=actor, run_id=run_id, folder=(out or home.printouts).resolve())
    return {
        "run": run_id,
        "manifest": digest_printed(files),
        "files": [_show_file(file) for file in files],
    }


def _show_file(file: Printed) -> dict[str, Any]:
    kept = file.preflight
    return {
        "file": file.name,
        "pages": file.pages,
        "vouchers": file.vouchers,
        "bytes": file.size_bytes,
        "sha256": file.sha256,
        "printed_by": file.made_by,
        "printed_at": file.made_at.isoformat(),
        "state": file.state,
        "preflighted_by": kept.made_by if kept else None,
        "preflighted_at": kept.made_at.isoformat() if kept else None,
        "released_by": kept.released_by if kept else None,
        "released_at": kept.released_at.isoformat() if kept and kept.released_at else None,
        "downloaded_by": list(file.taken_by),
    }


@command("paper", action=policy.PRINT_VOUCHER)
@click.argument("serials", metavar="SERIAL...", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
def print_voucher(*, actor: Actor, serials: tuple[str, ...], out: Path | None) -> dict[str, Any]:
    """打印几张券，如补印或换发之后 · Print some vouchers as one file, as after a reprint."""
    home: Home = current_app.config["HOME"]
    numbers = [parse_serial(serial) for serial in serials]
    folder = (out or home.printouts).resolve()
    drawn = make_paper(actor=actor, serials=numbers, home=home, folder=folder)
    return {
        "serial": numbers[0],
        "serials": numbers,
        "file": str(drawn.path),
        "pages": drawn.pages,
    }


@command("approve", action=APPROVE_RUN, grave=True)
@click.argument("run_id", type=int)
def approve(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """批准批次并写出全部券 · Approve a run and wait until its vouchers are written."""
    with transaction():
        run = get_run(actor=actor, run_id=run_id)
        approve_printable_run(
            actor=actor,
            run_id=run_id,
            programme=get_programme_version(run.scheme_version_id),
            office=describe_office(current_app.config["HOME"]),
            now=clock.now(),
        )
    finish_run(actor=actor, run_id=run_id)
    return describe_run(get_run(actor=actor, run_id=run_id))


runs_group.add_command(approve)
commands = [print_vouchers, preflight, show_manifest, print_voucher, write_letters]
