"""A printed page read with other eyes: sound sheets pass, and each fault is found by its word."""

from dataclasses import dataclass, replace

import pytest
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from tests.printouts.factories import _RING, HOST, make_voucher
from voucher.codes import parse_typed_code, show_serial
from voucher.printouts.drawing.fields import Mark
from voucher.printouts.drawing.sheet import draw_sheets
from voucher.printouts.operations.preflighting import find_cells
from voucher.printouts.proofing.codes import FoundCode, drop_repeats
from voucher.printouts.proofing.judging import Paper, judge_pages, prove_pages
from voucher.printouts.proofing.pages import Task, count_pages, read_pages
from voucher.printouts.proofing.sampling import choose_pages, choose_spoilt
from voucher.printouts.rules import FINDINGS, tell_finding
from voucher.qr import make_raster
from voucher.signing import verify

VOUCHERS = [make_voucher(number) for number in range(1, 12)]
PAPERS = {
    parse_typed_code(one.typed_code): Paper(
        one.serial, (("持券人", one.masked_name), ("面值", one.value), ("编码", one.typed_code))
    )
    for one in VOUCHERS
}
NAME = "run-000001-510104001001-01.pdf"


def prove(text):
    return verify(text, host=HOST, keyring=_RING, test_allowed=True).print_id


def judge(path, *, cells=(), spoilt=frozenset()):
    pages = read_pages(Task(path, tuple(range(1, count_pages(path) + 1)), cells, spoilt))
    return judge_pages(pages, proofs=prove_pages(pages, prove=prove), papers=PAPERS)


def test_sheets_as_drawn_pass_every_check_spoilt_copies_too(tmp_path):
    path = tmp_path / NAME
    draw_sheets(path=path, vouchers=VOUCHERS, title="t", mark=Mark.TEST)

    reading = judge(path, cells=find_cells(NAME), spoilt=frozenset({1, 2}))

    assert reading.findings == []
    assert (reading.codes, reading.verified, reading.spoilt) == (11, 11, 2)
    assert reading.proved == {
        print_id: (NAME, 1 if place < 8 else 2) for place, print_id in enumerate(PAPERS)
    }


def test_one_code_reported_twice_is_one_and_its_copy_elsewhere_is_not():
    code = FoundCode("A", 100, 100, 31.4, 45, 90, 100, is_quiet=True)
    again, copied = replace(code, x=119, y=81), replace(code, x=100, y=500)
    other = replace(code, text="B")

    assert drop_repeats([code, again, copied, other], dpi=200) == [code, copied, other]


@dataclass(frozen=True)
class Look:
    """How a page is drawn by hand; boxes are in modules from the code's corner, with a grey."""

    side_mm: float = 31.4
    ink: float = 0
    paper: float = 1
    boxes: tuple[tuple[float, float, float, float, float], ...] = ()


def draw_by_hand(path, look):
    """Draw one voucher with other means than the product's: its serial, its texts, its code."""
    voucher, canvas = VOUCHERS[0], Canvas(str(path), pagesize=(105 * mm, 74 * mm))
    canvas.setFillGray(look.paper)
    canvas.rect(0, 0, 105 * mm, 74 * mm, stroke=0, fill=1)
    raster = make_raster(voucher.qr_text)
    module, row_bytes = look.side_mm * mm / raster.side, (raster.side + 7) // 8
    left, top = 60 * mm, 60 * mm

    def fill(x, y, width, height, grey):
        canvas.setFillGray(grey)
        box = (left + x * module, top - (y + height) * module, width * module, height * module)
        canvas.rect(*box, stroke=0, fill=1)

    for y in range(raster.side):
        for x in range(raster.side):
            if raster.rows[y * row_bytes + x // 8] >> (7 - x % 8) & 1:
                fill(x, y, 1.02, 1.02, look.ink)
    for box in look.boxes:
        fill(*box)
    canvas.setFillGray(0)
    canvas.drawString(5 * mm, 5 * mm, show_serial(voucher.serial))
    canvas.save()


LOOKS = {
    "sound": (Look(), set()),
    "20 mm": (Look(side_mm=20), {"size"}),
    "grey on grey": (Look(ink=0.4, paper=0.8), {"contrast"}),
    "ink in the quiet zone": (Look(boxes=((1, 20, 2, 3, 0),)), {"quiet_zone"}),
    "a frame where paper should be": (Look(boxes=((4, 49.5, 45, 0.6, 0.3),)), {"quiet_zone"}),
    "white over a part": (Look(boxes=((14, 36, 12, 12, 1),)), {"covered", "spoilt"}),
    "white over a corner": (Look(boxes=((0, 0, 20, 20, 1),)), {"unreadable"}),
}


@pytest.mark.parametrize("case", LOOKS)
def test_a_code_that_worse_readers_could_not_read_is_found(tmp_path, monkeypatch, case):
    look, words = LOOKS[case]
    only_serial = {print_id: replace(paper, texts=()) for print_id, paper in PAPERS.items()}
    monkeypatch.setitem(globals(), "PAPERS", only_serial)
    draw_by_hand(tmp_path / "page.pdf", look)

    reading = judge(tmp_path / "page.pdf", spoilt=frozenset({1}))

    assert {finding.word for finding in reading.findings} == words
    assert {finding.serial for finding in reading.findings} <= {VOUCHERS[0].serial}


def test_what_is_no_pdf_has_no_pages(tmp_path):
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7 and nothing more")

    assert count_pages(tmp_path / "page.pdf") == 0


def test_a_small_run_is_read_whole_and_a_large_one_by_a_sample_that_can_be_repeated():
    asked = {"run": 7, "file": "a.pdf", "pages": 1250}

    assert choose_pages(**asked, run_vouchers=10_000) == tuple(range(1, 1251))
    chosen = choose_pages(**asked, run_vouchers=1_000_000)
    assert chosen == choose_pages(**asked, run_vouchers=1_000_000)
    assert (chosen[0], chosen[-1]) == (1, 1250)
    assert 13 <= len(chosen) <= 15
    assert chosen != choose_pages(**asked | {"run": 8}, run_vouchers=1_000_000)
    assert choose_pages(run=1, file="a.pdf", pages=1, run_vouchers=10_001) == (1,)


def test_of_every_file_at_least_one_code_is_spoilt():
    assert choose_spoilt((5,), vouchers_a_page=8) == {5}
    assert len(choose_spoilt(tuple(range(1, 1251)), vouchers_a_page=8)) == 105


def test_every_finding_says_what_is_wrong_and_what_to_do():
    facts = {
        "wanted": 2,
        "found": 1,
        "other": 3,
        "field": "面值",
        "name": "王",
        "mm": 20.0,
        "code_points": "U+E000",
        "percent": 40,
        "copy": "模糊",
    }

    for word in FINDINGS:
        fault, advice = tell_finding(word, facts)
        assert (fault == "", advice == "", "%(" in fault) == (False, False, False)
