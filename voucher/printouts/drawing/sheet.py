"""
Sheets of vouchers as a layout has them, to be cut along the dashed lines.

Near the edge nothing is printed. A module of the QR code is whole dots of a printer of 300 and of
600 dpi, so that no module is wider than another.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from voucher.printouts.drawing.covers import COVER_FIELDS, group_by_resident, list_covers
from voucher.printouts.drawing.fields import FIELDS, Mark, Say, SheetVoucher
from voucher.printouts.drawing.fonts import check_glyphs, load_fonts
from voucher.printouts.drawing.layouts import Face, Layout, load_layout
from voucher.printouts.drawing.paper import Paper, fit_text, mm, open_paper
from voucher.printouts.drawing.stamps import (
    Stamp,
    Wording,
    list_wordings,
    make_stamp,
    needs_no_glyph_check,
)
from voucher.printouts.rules import LAYOUTS, MAX_VOUCHERS_A_FILE

_CUTS = "cuts"


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
    if not 0 < len(vouchers) <= MAX_VOUCHERS_A_FILE:
        raise ValueError(f"{len(vouchers)} vouchers are not one file")
    chosen = load_layout(layout)
    wordings = _list_wordings(chosen, vouchers, say)
    _check_glyphs(wordings)
    pages = list(list_pages(vouchers=vouchers, layout=chosen))
    with open_paper(path=path, size=(chosen.width, chosen.height), title=title) as paper:
        stamps = [
            _make_stamp(paper, name, face, its_wordings, mark=mark, say=say)
            for name, face, its_wordings in wordings
        ]
        _make_cuts(paper, chosen)
        covers = iter(list_covers(vouchers))
        for page in pages:
            if page:
                _draw_vouchers(paper, chosen, stamps[0], page)
            else:
                stamps[1].draw(next(covers), left=0, bottom=0)
            paper.next_page()
    return len(pages)


def list_pages(
    *, vouchers: Sequence[SheetVoucher], layout: Layout
) -> Iterator[tuple[SheetVoucher, ...]]:
    """Give the vouchers of each page, in the order of `Layout.locate`; none are on a letter."""
    for group in group_by_resident(vouchers) if layout.letter else [vouchers]:
        if layout.letter:
            yield ()
        for start in range(0, len(group), layout.vouchers_a_page):
            yield tuple(group[start : start + layout.vouchers_a_page])


def check_fits(vouchers: Iterable[SheetVoucher], *, layout: str = LAYOUTS[0]) -> None:
    """
    Make sure that each text of some vouchers has room in a layout; draws nothing.

    :raises Refusal: text_too_long.
    """
    load_fonts()
    for _, face, wordings in _list_wordings(load_layout(layout), tuple(vouchers), str):
        for wording in wordings:
            for text in set(wording.texts.values()):
                fit_text(text, face.places[wording.field.name])


def _list_wordings(
    layout: Layout, vouchers: Sequence[SheetVoucher], say: Say
) -> list[tuple[str, Face, tuple[Wording, ...]]]:
    """Give the faces of a layout, the voucher first, with what their fields say."""
    faces = [("v", layout.voucher, list_wordings(fields=FIELDS, pieces=vouchers, say=say))]
    if layout.letter:
        covers = list(list_covers(vouchers))
        words = list_wordings(fields=COVER_FIELDS, pieces=covers, say=say)
        faces.append(("l", layout.letter, words))
    return faces


def _check_glyphs(faces: Iterable[tuple[str, Face, tuple[Wording, ...]]]) -> None:
    wordings = chain.from_iterable(wordings for _, _, wordings in faces)
    texts = chain.from_iterable(wording.texts.values() for wording in wordings)
    check_glyphs(text for text in texts if not needs_no_glyph_check(text))


def _make_stamp(
    paper: Paper,
    name: str,
    face: Face,
    wordings: Sequence[Wording],
    *,
    mark: Mark | None,
    say: Say,
) -> Stamp:
    own = replace(paper, height=face.height)
    return make_stamp(paper=own, name=name, face=face, wordings=wordings, mark=mark, say=say)


def _make_cuts(paper: Paper, layout: Layout) -> None:
    margin, width, height = layout.margin, layout.width, layout.height
    paper.canvas.beginForm(_CUTS, 0, 0, width * mm, height * mm)
    for y in layout.across:
        paper.draw_line(margin, y, width - margin, y, dashed=True)
    for x in layout.down:
        paper.draw_line(x, margin, x, height - margin, dashed=True)
    paper.canvas.endForm()


def _draw_vouchers(
    paper: Paper, layout: Layout, stamp: Stamp, page: Sequence[SheetVoucher]
) -> None:
    for number, voucher in enumerate(page):
        x, y = layout.locate(number)
        stamp.draw(voucher, left=x, bottom=layout.height - y - layout.voucher.height)
    paper.canvas.doForm(_CUTS)
