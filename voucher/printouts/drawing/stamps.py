"""
Stamps: a face drawn for thousands of pieces at the price of a few.

The background is one form of the document; what all pieces of a file say (heads, programme, dates)
goes into another, for a whole sheet; a text that several share is fitted and encoded once.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from voucher.printouts.drawing.fields import Field, Mark, Say
from voucher.printouts.drawing.fonts import get_plain_font, is_plain
from voucher.printouts.drawing.layouts import Code, Face
from voucher.printouts.drawing.paper import (
    LINE_HEIGHT,
    Paper,
    Place,
    fit_text,
    mm,
    move_to,
    sizes_down,
)
from voucher.printouts.drawing.pattern import draw_pattern
from voucher.qr import make_rasters
from voucher.refusals import N_

_PLAIN_SAMPLE = "0"
_CODES_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Wording:
    """
    What one field says on the pieces of a file.

    `keys` has for each piece what its text is made of, `texts` each different text by its key.
    """

    field: Field
    keys: Sequence[Hashable]
    texts: dict[Hashable, str]


def list_wordings(
    *, fields: Sequence[Field], pieces: Sequence[Any], say: Say
) -> tuple[Wording, ...]:
    """Give what each field says on these pieces."""
    return tuple(_word(field, pieces, say) for field in fields)


def _word(field: Field, pieces: Sequence[Any], say: Say) -> Wording:
    read = attrgetter(*field.sources) if field.sources else _have_nothing
    keys = list(map(read, pieces))
    examples = dict(zip(keys, pieces, strict=True))
    return Wording(
        field, keys, {key: field.show(piece, say=say) for key, piece in examples.items()}
    )


def _have_nothing(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A face ready to be drawn into one document: what is the same on every piece, and the rest."""

    paper: Paper
    ground: str
    face: Face
    lasting: str
    # Of each piece the operators of each text that is not on all.
    changing: tuple[tuple[str, ...], ...]

    def draw_lasting(self, *, left: float, bottom: float) -> None:
        """Draw what no piece changes; `left` and `bottom` in mm from the page's lower left."""
        self.paper.canvas.addLiteral(move_to(left, bottom))
        self.paper.canvas.doForm(self.ground)
        self.paper.canvas.addLiteral(f"{self.lasting} Q")

    def list_changing(self, pieces: Sequence[Any]) -> Iterator[str]:
        """Give of each piece the operators that draw what is its own, over what lasts."""
        if not self.face.code:
            return map("\n".join, self.changing)
        codes = list_codes(self.paper, self.face.code, [piece.qr_text for piece in pieces])
        return (
            f"{' '.join(texts)}\n{code}" for texts, code in zip(self.changing, codes, strict=True)
        )


def list_codes(paper: Paper, code: Code, texts: Sequence[str]) -> Iterator[str]:
    """Give what draws the QR code of each text; the quiet zone around it stays bare paper."""
    x, y = code.x + code.quiet_zone, code.y + code.quiet_zone
    for start in range(0, len(texts), _CODES_AT_ONCE):
        rasters = make_rasters(texts[start : start + _CODES_AT_ONCE])
        yield from paper.set_rasters(rasters, x=x, y=y, side=code.side)


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
    pieces = len(wordings[0].keys)
    for wording in wordings:
        texts = _set_texts(paper, face.places[wording.field.name], wording.texts)
        if len(texts) > 1:
            changing.append(map(texts.__getitem__, wording.keys))
        else:
            lasting += texts.values()
    rows = zip(*changing, strict=True) if changing else [()] * pieces
    return Stamp(paper, ground, face, " ".join(lasting), tuple(rows))


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


def _set_texts(paper: Paper, place: Place, texts: dict[Hashable, str]) -> dict[Hashable, str]:
    if len(texts) > 1 and place.align == "left" and is_plain("".join(texts.values())):
        templates = _make_templates(paper, place)
        set_all = [_set_plain(paper, text, place, templates) for text in texts.values()]
    else:
        set_all = [paper.set_fitted(fit_text(text, place), place) for text in texts.values()]
    return dict(zip(texts, set_all, strict=True))


def _set_plain(paper: Paper, text: str, place: Place, templates: dict[float, str]) -> str:
    """Put a plain text into the template of the largest size that has room."""
    widest = place.width * mm / get_plain_font(place.weight).stringWidth(text, 1)
    for size, template in templates.items():
        if size <= widest:
            return template % text
    return paper.set_fitted(fit_text(text, place), place)


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
