"""
Sheets of vouchers: A4, two by four, 105 x 74.25 mm each, to be cut along the dashed lines.

Within 5 mm of the edge nothing is printed. The QR code is 31.4 mm with its quiet zone: seven dots
a module on a printer of 300 dpi, fourteen at 600, so that no module is wider than another.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from voucher.printouts.drawing.fields import FIELDS, Mark, Say, SheetVoucher
from voucher.printouts.drawing.fonts import Weight, check_glyphs, load_fonts
from voucher.printouts.drawing.paper import A4_UPRIGHT, Paper, Place, fit_text, open_paper
from voucher.printouts.rules import LAYOUTS, MAX_VOUCHERS_A_FILE
from voucher.qr import make_raster
from voucher.refusals import N_

COLUMNS, ROWS = 2, 4
CELL_WIDTH, CELL_HEIGHT = A4_UPRIGHT[0] / COLUMNS, A4_UPRIGHT[1] / ROWS
MARGIN = 5.0
MODULE = 7 * 25.4 / 300
QR_X, QR_Y = 68.0, 25.6

PLACES = {
    "programme": Place(x=5.5, y=5.5, width=63, height=5.1, size=12, floor=6, weight=Weight.BOLD),
    "value": Place(x=5.5, y=10.4, width=94, size=23, floor=20, weight=Weight.BOLD),
    "validity": Place(x=5.5, y=20.0, width=94, size=15, floor=14),
    "covers": Place(x=5.5, y=27.0, width=62, height=11.2, size=13, floor=7),
    "person": Place(x=5.5, y=38.8, width=62, height=7, size=16, floor=8, weight=Weight.BOLD),
    "community": Place(x=5.5, y=46.0, width=62, size=11, floor=7),
    "serial": Place(x=5.5, y=51.4, width=62, size=11, floor=8),
    "phone": Place(x=5.5, y=57.6, width=44, size=12.5, floor=9, weight=Weight.BOLD),
    "typed_code": Place(
        x=50, y=57.6, width=49.5, size=12.5, floor=7.5, weight=Weight.BOLD, align="right"
    ),
    "warning": Place(x=5.5, y=63.6, width=94, height=5.4, size=9.5, floor=6.5),
}
_MARK = Place(x=70.5, y=5.5, width=29, size=11, floor=8, weight=Weight.BOLD, align="centre")


def draw_sheets(
    *,
    path: Path,
    vouchers: Sequence[SheetVoucher],
    title: str,
    mark: Mark | None,
    layout: str = LAYOUTS[0],
    say: Say = str,
) -> int:
    """
    Write the sheets of some vouchers in the order given, and give the number of pages.

    `say` translates a fixed text. The same arguments give the same bytes.

    :raises Refusal: glyph or text_too_long; then there is no file.
    """
    assert layout in LAYOUTS
    if not 0 < len(vouchers) <= MAX_VOUCHERS_A_FILE:
        raise ValueError(f"{len(vouchers)} vouchers are not one file")
    check_glyphs(text for voucher in vouchers for text in _texts_of(voucher, say).values())
    starts = range(0, len(vouchers), COLUMNS * ROWS)
    with open_paper(path=path, size=A4_UPRIGHT, title=title) as paper:
        for start in starts:
            _draw_sheet(paper, vouchers[start : start + COLUMNS * ROWS], mark=mark, say=say)
    return len(starts)


def check_fits(vouchers: Iterable[SheetVoucher]) -> None:
    """
    Make sure that each text of some vouchers has room on its sheet; draws nothing.

    :raises Refusal: text_too_long.
    """
    load_fonts()
    for voucher in set(vouchers):
        for name, text in _texts_of(voucher, str).items():
            fit_text(text, PLACES[name])


def _draw_sheet(
    paper: Paper, sheet: Sequence[SheetVoucher], *, mark: Mark | None, say: Say
) -> None:
    for number, voucher in enumerate(sheet):
        row, column = divmod(number, COLUMNS)
        x, y = column * CELL_WIDTH, row * CELL_HEIGHT
        _draw_voucher(paper, voucher, x=x, y=y, say=say)
        if mark:
            _draw_mark(paper, mark, x=x, y=y, say=say)
    _draw_cuts(paper)
    paper.next_page()


def _draw_voucher(paper: Paper, voucher: SheetVoucher, *, x: float, y: float, say: Say) -> None:
    for name, text in _texts_of(voucher, say).items():
        paper.write(text, PLACES[name], x=x, y=y)
    raster = make_raster(voucher.qr_text)
    paper.draw_raster(raster, x=x + QR_X, y=y + QR_Y, side=raster.side * MODULE)


def _draw_mark(paper: Paper, mark: Mark, *, x: float, y: float, say: Say) -> None:
    paper.fill_box(x + _MARK.x, y + 5.3, _MARK.width, 5)
    text = say(N_("%(mark)s券 不能使用")) % {"mark": say(mark)}
    paper.write_white(text, _MARK, x=x, y=y)


def _draw_cuts(paper: Paper) -> None:
    width, height = A4_UPRIGHT
    for row in range(1, ROWS):
        cut = row * CELL_HEIGHT
        paper.draw_line(MARGIN, cut, width - MARGIN, cut, dashed=True)
    paper.draw_line(CELL_WIDTH, MARGIN, CELL_WIDTH, height - MARGIN, dashed=True)


def _texts_of(voucher: SheetVoucher, say: Say) -> dict[str, str]:
    return {field.name: field.read(voucher, say) for field in FIELDS}
