"""
How fast an approved run becomes paper: from rows in the database to PDF files safe on the disk.

`make bench-issuing` compares with four other ways to draw the same sheets, medians of rounds that
take turns; `--vouchers N` issues one run of N vouchers and tells time, memory and bytes. A figure
counts only when its pages pass the gate: codes read back, names found, sound to qpdf.
"""

import json
import multiprocessing
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click
import flask_migrate
import pypdfium2
import zxingcpp
from flask import current_app

from tests.benchmarks.district import add_communities, add_people_of_85
from tests.conftest import make_home
from tests.laws.stage import open_app
from tests.vouchers.factories import Town, approve, draft, fund, make_town
from voucher import clock
from voucher.access import Actor
from voucher.db import db
from voucher.printouts.drawing.fields import FIELDS, SheetVoucher
from voucher.printouts.drawing.fonts import FOLDER, Weight, measure
from voucher.printouts.drawing.layouts import Layout, load_layout
from voucher.printouts.drawing.paper import ASCENT, LINE_HEIGHT, Place, fit_text, mm
from voucher.printouts.queries.sheets import describe_office, list_sheet_vouchers
from voucher.printouts.rules import LAYOUTS
from voucher.printouts.tasks.preflighting import read_back
from voucher.printouts.tasks.printing import print_run
from voucher.signing import load_ring
from voucher.upkeep.checks import run_checks
from voucher.vouchers.queries.runs import list_communities_of_run
from voucher.vouchers.tasks import write_run

ROUNDS, OURS, THEIRS, JOBS, FEW = 5, 100_000, 160, 2, 6
# A district of 140,000 people over 60 has some 140 communities, and a million vouchers a month.
VOUCHERS_EACH, IN_A_COMMUNITY = 3, 7_000
PEERS = ("obvious", "fpdf2_segno", "weasyprint_segno", "typst_segno")
TITLES = {
    "obvious": "reportlab + qrcode",
    "fpdf2_segno": "fpdf2 + segno",
    "weasyprint_segno": "WeasyPrint + segno",
    "typst_segno": "typst + segno",
}
FOLDER_OF_PEERS = Path(__file__).parent / "peers"
PAGES_READ = 20
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Issued:
    """One run from approval to files: seconds of both halves, and what the files weigh."""

    vouchers: int
    writing: float
    printing: float
    size_bytes: int
    files: tuple[Path, ...]

    @property
    def rate(self) -> float:
        """Give how many vouchers a second went all the way."""
        return self.vouchers / (self.writing + self.printing)


def found_district(vouchers: int) -> tuple[Town, int, int]:
    """Make a town and approve two runs: of its first few people, and of so many vouchers."""
    town = make_town()
    communities = add_communities(count=max(2, vouchers // IN_A_COMMUNITY))
    people = -(-vouchers // VOUCHERS_EACH)
    fund(town, amount_fen=(FEW + people) * 100_000)
    runs = []
    for numbers in (range(1, FEW + 1), range(FEW + 1, FEW + people + 1)):
        add_people_of_85(communities=communities, numbers=numbers, now=clock.now())
        runs.append(draft(town))
        approve(town, runs[-1])
    return town, runs[0], runs[1]


def issue(town: Town, run_id: int, folder: Path, *, jobs: int = JOBS) -> Issued:
    """Write and print an approved run."""
    start = perf_counter()
    write_run(actor=town.approver, run_id=run_id)
    written = perf_counter()
    outcome = print_run(
        actor=town.worker, run_id=run_id, layout=LAYOUTS[0], folder=folder, jobs=jobs
    )
    done = perf_counter()
    return Issued(
        vouchers=sum(file.vouchers for file in outcome.drawn),
        writing=written - start,
        printing=done - written,
        size_bytes=sum(file.size_bytes for file in outcome.drawn),
        files=tuple(file.path for file in outcome.drawn if file.vouchers),
    )


def run_once(vouchers: int, act: Callable[[Town, int, Path], Any]) -> Any:
    """
    Do something with an approved run in a home of its own.

    The district is made by another process: what that takes of memory is no worker's. Then this one
    issues a few vouchers: it is like a worker that stays.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_app(make_home(folder / "home"), f"sqlite:///{folder / 'voucher.db'}"):
            flask_migrate.upgrade()
            db.session.remove()
            db.engine.dispose()
            with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
                town, first_run, run = pool.submit(found_district, vouchers).result()
            issue(town, first_run, folder / "printouts", jobs=1)
            return act(town, run, folder / "printouts")


class Memory(threading.Thread):
    """Looks again and again at the processes this one started: the most one had, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.whole = self.own = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self.over.wait(LOOK_SECONDS):
            for child in multiprocessing.active_children():
                with suppress(OSError):
                    self._look(Path(f"/proc/{child.pid}/smaps_rollup").read_text())

    def _look(self, facts: str) -> None:
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in facts.splitlines()[1:]}
        own = sizes["Private_Clean"] + sizes["Private_Dirty"]
        self.whole = max(self.whole, sizes["Rss"] // 1024)
        self.own = max(self.own, own // 1024)


def issue_and_look(town: Town, run_id: int, folder: Path) -> Issued:
    """Write and print a run, read its paper back, and recompute every law of the books."""
    memory = Memory()
    memory.start()
    issued = issue(town, run_id, folder)
    memory.over.set()
    _print_issued(issued, memory)
    start = perf_counter()
    home = current_app.config["HOME"]
    judged = read_back(actor=town.worker, home=home, run_id=run_id, folder=folder, jobs=JOBS)
    read = perf_counter()
    checked = sum(sum(one.checked.values()) for one in judged)
    found = [finding for one in judged for finding in one.findings]
    click.echo(f"preflight read {checked:,} codes back in {read - start:.1f} s, found {found[:5]}")
    breaches = run_checks()["breaches"]
    click.echo(f"verify took {perf_counter() - read:.1f} s and found {breaches}")
    return issued


def describe_sheets(vouchers: Sequence[SheetVoucher]) -> dict[str, Any]:
    """Give what the sheets say and where, for whoever draws them."""
    layout = load_layout(LAYOUTS[0])
    fonts = {weight: str(FOLDER / f"NotoSansSC-{weight.title()}.ttf") for weight in Weight}
    return {
        "page": [layout.width, layout.height],
        "fonts": fonts,
        "cuts": [
            *([layout.margin, y, layout.width - layout.margin, y] for y in layout.across),
            *([x, layout.margin, x, layout.height - layout.margin] for x in layout.down),
        ],
        "vouchers": [
            _describe_voucher(voucher, layout, layout.locate(number % layout.vouchers_a_page))
            for number, voucher in enumerate(vouchers)
        ],
    }


def _describe_voucher(
    voucher: SheetVoucher, layout: Layout, corner: tuple[float, float]
) -> dict[str, Any]:
    left, top = corner
    code = layout.voucher.code
    assert code is not None
    texts = [
        line
        for field in FIELDS
        for line in _describe_text(field.show(voucher, say=str), layout.voucher.places[field.name])
    ]
    return {
        "texts": [[text, left + x, top + y, size, weight] for text, x, y, size, weight in texts],
        "code": [voucher.qr_text, left + code.x, top + code.y, code.box.width],
    }


def _describe_text(text: str, place: Place) -> list[tuple[str, float, float, float, str]]:
    fitted = fit_text(text, place)
    lines = []
    for number, line in enumerate(fitted.lines):
        room = place.width - measure(line, size=fitted.size, weight=place.weight) / mm
        shift = {"left": 0.0, "centre": room / 2, "right": room}[place.align]
        base = (number * LINE_HEIGHT + ASCENT) * fitted.size / mm
        lines.append((line, place.x + shift, place.y + base, fitted.size, place.weight.value))
    return lines


def take_vouchers(actor: Actor, run_id: int, count: int) -> list[SheetVoucher]:
    """Give the first vouchers of a run as sheets show them."""
    home = current_app.config["HOME"]
    community = list_communities_of_run(actor=actor, run_id=run_id)[0]
    found = list_sheet_vouchers(
        run_id=run_id, community=community, office=describe_office(home), keyring=load_ring(home)
    )
    return list(islice(found, count))


def draw_by_peer(peer: str, python: Path, sheets: Path, folder: Path) -> float:
    """Have a peer draw the sheets in as many processes as we use; give vouchers a second."""

    def draw(number: int) -> float:
        out = folder / f"{peer}-{number}.pdf"
        command = [python, FOLDER_OF_PEERS / f"{peer}.py", sheets, out]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return float(done.stdout)

    with ThreadPoolExecutor(JOBS) as pool:
        slowest = max(pool.map(draw, range(JOBS)))
    return THEIRS * JOBS / slowest


def check_pages(file: Path, wanted: Sequence[SheetVoucher]) -> None:
    """
    Make sure that a file is sound and that its pages say these vouchers.

    Their codes, and no others, are read back at 200 dpi, or at 300 where one is missing: each is
    what is signed anew. Names and serials are found as text.
    """
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)
    document = pypdfium2.PdfDocument(file)
    pages = [document[number] for number in range(min(PAGES_READ, len(document)))]
    shown = wanted[: PAGES_READ * 8]
    codes = {voucher.qr_text for voucher in shown}
    read = _read_codes(pages, dpi=200)
    if read < codes:
        read |= _read_codes(pages, dpi=300)
    assert read == codes, f"{file} cannot be read back"
    words = "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)
    unsaid = [one for one in shown if one.masked_name not in words or one.serial not in words]
    assert unsaid == [], f"{file} does not say names or serials"


def _read_codes(pages: Sequence[pypdfium2.PdfPage], *, dpi: int) -> set[str]:
    pictures = (page.render(scale=dpi / 72, grayscale=True).to_pil() for page in pages)
    return {code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)}


def compare(python: Path) -> dict[str, list[float]]:
    """Let everybody draw in turn; give the vouchers a second of each round."""
    rates: dict[str, list[float]] = {name: [] for name in ("ours", *PEERS)}
    for _ in range(ROUNDS):
        run_once(OURS, partial(_take_turns, python, rates))
    return rates


def _take_turns(
    python: Path, rates: dict[str, list[float]], town: Town, run_id: int, folder: Path
) -> None:
    issued = issue(town, run_id, folder)
    rates["ours"].append(issued.rate)
    vouchers = take_vouchers(town.worker, run_id, IN_A_COMMUNITY)
    check_pages(issued.files[0], vouchers)
    sheets = folder / "sheets.json"
    sheets.write_text(json.dumps(describe_sheets(vouchers[:THEIRS])))
    for peer in PEERS:
        rates[peer].append(draw_by_peer(peer, python, sheets, folder))
        check_pages(folder / f"{peer}-0.pdf", vouchers[:THEIRS])


def _print_comparison(rates: dict[str, list[float]]) -> None:
    ours = median(rates["ours"])
    click.echo(f"{'':<22}{'vouchers/s':>11}{'lowest':>9}{'highest':>9}{'ratio':>7}")
    for name, found in rates.items():
        middle = median(found)
        click.echo(
            f"{TITLES.get(name, 'this project'):<22}{middle:>11,.0f}{min(found):>9,.0f}"
            f"{max(found):>9,.0f}{ours / middle:>7.0f}"
        )


def _print_issued(issued: Issued, memory: Memory) -> None:
    click.echo(
        f"{issued.vouchers:,} vouchers in {issued.writing:.2f} + {issued.printing:.2f} s:"
        f" {issued.rate:,.0f} a second; {issued.size_bytes / issued.vouchers:.0f} bytes each;"
        f" a worker has at most {memory.whole} MB, {memory.own} MB of it its own"
    )


@click.command()
@click.option("--vouchers", type=int, help="one run of so many, instead of the comparison")
@click.option("--peers", type=click.Path(path_type=Path), help="the Python of the other ways")
def main(vouchers: int | None, peers: Path | None) -> None:
    """Print what was measured."""
    click.echo(
        f"{os.cpu_count()} cores · Python {platform.python_version()}"
        f" · SQLite {sqlite3.sqlite_version}"
    )
    if vouchers:
        run_once(vouchers, issue_and_look)
    else:
        _print_comparison(compare(peers or Path(sys.executable)))


if __name__ == "__main__":
    main()
