"""
Stamps: a face drawn for thousands of pieces at the price of a few.

The background is one form of the document; what all pieces of a file say (heads, programme, dates)
goes into another, for a whole sheet; a text that several share is fitted and encoded once.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter
from typing import Any

from voucher.printouts.drawing.fields import Field, Mark, Say
from voucher.printouts.drawing.fonts import get_plain_font, is_plain
from voucher.printouts.drawing.layouts import Code, Face
from voucher.printouts.drawing.paper import LINE_HEIGHT, Paper, Place, fit_text, mm, sizes_down
from voucher.printouts.drawing.pattern import draw_pattern
from voucher.qr import make_raster
from voucher.refusals import N_

_PLAIN_SAMPLE = "0"

Key = Callable[[Any], Hashable]


@dataclass(frozen=True, slots=True)
class Wording:
    """What one field says on the pieces of a file: each different text, by what it is made of."""

    field: Field
    key: Key
    texts: dict[Hashable, str]


def list_wordings(
    *, fields: Sequence[Field], pieces: Sequence[Any], say: Say
) -> tuple[Wording, ...]:
    """Give what each field says on these pieces."""
    return tuple(_word(field, pieces, say) for field in fields)


def _word(field: Field, pieces: Sequence[Any], say: Say) -> Wording:
    key: Key = attrgetter(*field.sources) if field.sources else _have_nothing
    examples = {key(piece): piece for piece in pieces}
    return Wording(field, key, {of: field.show(piece, say=say) for of, piece in examples.items()})


def _have_nothing(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A face ready to be drawn into one document: what is the same on every piece, and the rest."""

    paper: Paper
    ground: str
    face: Face
    lasting: str
    changing: tuple[tuple[Key, dict[Hashable, str]], ...]

    def draw_lasting(self, *, left: float, bottom: float) -> None:
        """Draw what no piece changes; `left` and `bottom` in mm from the page's lower left."""
        self.paper.canvas.addLiteral(_move(left, bottom))
        self.paper.canvas.doForm(self.ground)
        self.paper.canvas.addLiteral(f"{self.lasting} Q")

    def draw_changing(self, piece: Any, *, left: float, bottom: float) -> None:
        """Draw what is of this piece, over what lasts."""
        self.paper.canvas.addLiteral(_move(left, bottom))
        self.paper.canvas.addLiteral(" ".join([texts[key(piece)] for key, texts in self.changing]))
        if self.face.code:
            draw_code(self.paper, self.face.code, piece.qr_text)
        self.paper.canvas.addLiteral("Q")


@cache
def _move(left: float, bottom: float) -> str:
    return f"q 1 0 0 1 {left * mm:.4f} {bottom * mm:.4f} cm"


def draw_code(paper: Paper, code: Code, text: str) -> None:
    """Draw the QR code of a text on its place; the quiet zone around it stays bare paper."""
    raster, away = make_raster(text, quiet_zone=0), code.quiet_zone
    paper.draw_raster(raster, x=code.x + away, y=code.y + away, side=code.side)


def make_stamp(
    *,
    paper: Paper,
    ground: str,
    face: Face,
    wordings: Sequence[Wording],
    mark: Mark | None,
    say: Say,
) -> Stamp:
    """
    Make a face ready to be drawn into a document: `ground` names the form of its background.

    `paper` is as high as the face.

    :raises Refusal: text_too_long.
    """
    paper.canvas.beginForm(ground, 0, 0, face.width * mm, face.height * mm)
    draw_ground(paper, face, mark=mark, say=say)
    paper.canvas.endForm()
    lasting: list[str] = []
    changing = []
    for wording in wordings:
        texts = dict(_set_texts(paper, face.places[wording.field.name], wording.texts))
        if len(texts) > 1:
            changing.append((wording.key, texts))
        else:
            lasting += texts.values()
    return Stamp(paper, ground, face, " ".join(lasting), tuple(changing))


def draw_ground(paper: Paper, face: Face, *, mark: Mark | None, say: Say) -> None:
    """Draw what stands on every piece of any file: fine background, lines, mark."""
    if face.pattern:
        draw_pattern(paper, face.pattern)
    if face.code:
        # The quiet zone is bare paper.
        paper.clear_box(face.code.box)
    for line in face.lines:
        paper.draw_line(*line)
    if mark:
        place = face.mark
        paper.fill_box(place.box)
        text = say(N_("%(mark)s券 不能使用")) % {"mark": say(mark)}
        paper.write_white(text, place, y=(LINE_HEIGHT - 1) / 2 * place.size / mm)


def _set_texts(
    paper: Paper, place: Place, texts: dict[Hashable, str]
) -> Iterator[tuple[Hashable, str]]:
    templates = _make_templates(paper, place) if len(texts) > 1 and place.align == "left" else {}
    for key, text in texts.items():
        plain = _set_plain(text, place, templates) if is_plain(text) else None
        yield key, plain or paper.set_fitted(fit_text(text, place), place)


def _set_plain(text: str, place: Place, templates: dict[float, str]) -> str | None:
    """Put a plain text into the template of the largest size that has room, if one has."""
    font = get_plain_font(place.weight)
    widest = place.width * mm / font.stringWidth(text, 1)
    for size, template in templates.items():
        if size <= widest:
            return template % text
    return None


def _make_templates(paper: Paper, place: Place) -> dict[float, str]:
    """Give for each size, the largest first, the operators that write any plain text."""
    return {
        size: _make_template(paper, replace(place, size=size))
        for size in sizes_down(place.size, place.floor)
    }


def _make_template(paper: Paper, place: Place) -> str:
    sample = paper.set_fitted(fit_text(_PLAIN_SAMPLE, place), place)
    before, after = sample.split(f"({_PLAIN_SAMPLE})")
    return f"{before}(%s){after}"
