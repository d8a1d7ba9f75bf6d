"""
Sheets of vouchers as a layout has them, to be cut along the dashed lines.

Near the edge nothing is printed. A module of the QR code is whole dots of a printer of 300 and of
600 dpi, so that no module is wider than another.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from voucher.printouts.drawing.covers import COVER_FIELDS, group_by_resident, list_covers
from voucher.printouts.drawing.fields import FIELDS, Mark, Say, SheetVoucher
from voucher.printouts.drawing.fonts import check_glyphs, is_plain, load_fonts
from voucher.printouts.drawing.layouts import Face, Layout, load_layout
from voucher.printouts.drawing.paper import Paper, fit_text, mm, move_to, open_paper
from voucher.printouts.drawing.stamps import (
    Stamp,
    Wording,
    list_wordings,
    make_stamp,
)
from voucher.printouts.rules import LAYOUTS, MAX_VOUCHERS_A_FILE


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
    faces = _list_faces(chosen, vouchers, say)
    _check_glyphs(faces)
    pages = list(list_pages(vouchers=vouchers, layout=chosen))
    with open_paper(path=path, size=(chosen.width, chosen.height), title=title) as paper:
        stamps = [_make_stamp(paper, face, mark=mark, say=say) for face in faces]
        _make_forms(paper, chosen, stamps, {len(page) for page in pages})
        _draw_pages(paper, chosen, [len(page) for page in pages], stamps, faces)
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
    for face in _list_faces(load_layout(layout), tuple(vouchers), str):
        for wording in face.wordings:
            for text in set(wording.texts.values()):
                fit_text(text, face.shape.places[wording.field.name])


@dataclass(frozen=True, slots=True)
class _Face:
    """A face of the layout with the pieces of this file and what they say."""

    name: str
    shape: Face
    pieces: Sequence[Any]
    wordings: tuple[Wording, ...]


def _list_faces(layout: Layout, vouchers: Sequence[SheetVoucher], say: Say) -> list[_Face]:
    words = list_wordings(fields=FIELDS, pieces=vouchers, say=say)
    faces = [_Face("voucher", layout.voucher, vouchers, words)]
    if layout.letter:
        covers = list(list_covers(vouchers))
        words = list_wordings(fields=COVER_FIELDS, pieces=covers, say=say)
        faces.append(_Face("letter", layout.letter, covers, words))
    return faces


def _check_glyphs(faces: Iterable[_Face]) -> None:
    texts = (text for face in faces for wording in face.wordings for text in wording.texts.values())
    check_glyphs(text for text in texts if not is_plain(text))


def _make_stamp(paper: Paper, face: _Face, *, mark: Mark | None, say: Say) -> Stamp:
    return make_stamp(
        paper=replace(paper, height=face.shape.height),
        ground=face.name,
        face=face.shape,
        wordings=face.wordings,
        mark=mark,
        say=say,
    )


def _make_forms(
    paper: Paper, layout: Layout, stamps: Sequence[Stamp], counts: Iterable[int]
) -> None:
    """Draw once what lasts on a page of so many vouchers; on one of none is the letter."""
    for count in sorted(counts):
        paper.canvas.beginForm(f"sheet{count}", 0, 0, layout.width * mm, layout.height * mm)
        if count:
            for number in range(count):
                left, bottom = _locate(layout, number)
                stamps[0].draw_lasting(left=left, bottom=bottom)
            _draw_cuts(paper, layout)
        else:
            stamps[1].draw_lasting(left=0, bottom=0)
        paper.canvas.endForm()


def _draw_cuts(paper: Paper, layout: Layout) -> None:
    margin, width, height = layout.margin, layout.width, layout.height
    for y in layout.across:
        paper.draw_line(margin, y, width - margin, y, dashed=True)
    for x in layout.down:
        paper.draw_line(x, margin, x, height - margin, dashed=True)


def _draw_pages(
    paper: Paper,
    layout: Layout,
    counts: Iterable[int],
    stamps: Sequence[Stamp],
    faces: Sequence[_Face],
) -> None:
    """Draw the pages of so many vouchers, one after another; one of none is a letter."""
    vouchers, *letters = (
        stamp.list_changing(face.pieces) for stamp, face in zip(stamps, faces, strict=True)
    )
    corners = [move_to(*_locate(layout, number)) for number in range(layout.vouchers_a_page)]
    for count in counts:
        paper.canvas.doForm(f"sheet{count}")
        if count:
            for corner, drawn in zip(corners, islice(vouchers, count), strict=False):
                paper.canvas.addLiteral(f"{corner}\n{drawn} Q")
        else:
            paper.canvas.addLiteral(next(letters[0]))
        paper.next_page()


def _locate(layout: Layout, number: int) -> tuple[float, float]:
    x, y = layout.locate(number)
    return x, layout.height - y - layout.voucher.height
