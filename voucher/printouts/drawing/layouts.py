"""
Layouts: where everything stands on a page, read from `voucher/printouts/layouts/` and checked.

A layout that breaks a law of the paper is not loaded at all.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from voucher.printouts.drawing.covers import COVER_FIELDS
from voucher.printouts.drawing.fields import FIELDS, Field
from voucher.printouts.drawing.fonts import Weight
from voucher.printouts.drawing.paper import Box, Place
from voucher.qr import QUIET_ZONE

FOLDER = Path(__file__).parents[1] / "layouts"
# Of version 7, which a voucher's text has; another is drawn as large.
CODE_MODULES = 45

_MARGIN = 5.0
_LEAST_CODE = 28.0
_LEAST_SIZES = {"value": (20, 14), "expiry": (20, 14), "phone": (12, 12)}
_DOT = 25.4 / 300
_FOLD = 1.0


@dataclass(frozen=True, slots=True)
class Code:
    """Where the QR code stands with its quiet zone; a module is so many dots of 300 dpi."""

    x: float
    y: float
    dots: int

    @property
    def module(self) -> float:
        """The side of a module in mm."""
        return self.dots * _DOT

    @property
    def side(self) -> float:
        """The side of the code without its quiet zone in mm."""
        return CODE_MODULES * self.module

    @property
    def quiet_zone(self) -> float:
        """How wide the bare paper around the code is, in mm."""
        return QUIET_ZONE * self.module

    @property
    def box(self) -> Box:
        """The code with its quiet zone."""
        side = self.side + 2 * self.quiet_zone
        return Box(self.x, self.y, side, side)


@dataclass(frozen=True, slots=True)
class Window:
    """What an envelope shows of a letter: `shown` always, `seen` if the letter slips."""

    shown: Box
    seen: Box


@dataclass(frozen=True, slots=True)
class Face:
    """What is drawn many times, a voucher or a letter: mm from its own top left corner."""

    width: float
    height: float
    places: Mapping[str, Place]
    mark: Place
    lines: tuple[tuple[float, float, float, float], ...]
    code: Code | None
    pattern: Box | None
    window: Window | None


@dataclass(frozen=True, slots=True)
class Layout:
    """How vouchers stand on pages; with a `letter` each resident's begin on a page of their own."""

    name: str
    width: float
    height: float
    margin: float
    columns: int
    rows: int
    across: tuple[float, ...]
    down: tuple[float, ...]
    voucher: Face
    letter: Face | None

    @property
    def vouchers_a_page(self) -> int:
        """How many a full page has."""
        return self.columns * self.rows

    def locate(self, number: int) -> tuple[float, float]:
        """Give the corner of the voucher of this number on its page, counted from 0."""
        row, column = divmod(number, self.columns)
        return column * self.voucher.width, row * self.voucher.height


@cache
def load_layout(name: str) -> Layout:
    """
    Give a layout of `voucher/printouts/layouts/`.

    :raises ValueError: it breaks a law of the paper.
    """
    return parse_layout(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse_layout(name: str, text: str) -> Layout:
    """
    Read the text of a layout.

    :raises ValueError: it breaks a law of the paper.
    """
    table = tomllib.loads(text)
    layout = Layout(
        name=name,
        **table["page"],
        **table["grid"],
        across=tuple(table["cuts"]["across"]),
        down=tuple(table["cuts"]["down"]),
        voucher=_read_face(**table["voucher"]),
        letter=_read_face(**table["letter"]) if "letter" in table else None,
    )
    faults = list(_find_faults(layout))
    if faults:
        raise ValueError(f"layout {name}: {'; '.join(faults)}")
    return layout


def _read_face(
    *,
    places: dict[str, Any],
    mark: dict[str, Any],
    lines: list[list[float]],
    code: dict[str, Any] | None = None,
    pattern: list[float] | None = None,
    window: dict[str, list[float]] | None = None,
    **size: float,
) -> Face:
    return Face(
        **size,
        places={name: _read_place(**place) for name, place in places.items()},
        mark=_read_place(**mark),
        lines=tuple((x1, y1, x2, y2) for x1, y1, x2, y2 in lines),
        code=Code(**code) if code else None,
        pattern=Box(*pattern) if pattern else None,
        window=Window(**{name: Box(*box) for name, box in window.items()}) if window else None,
    )


def _read_place(*, weight: str = Weight.REGULAR, **values: Any) -> Place:
    return Place(weight=Weight(weight), **values)


def _find_faults(layout: Layout) -> Iterator[str]:
    if layout.margin < _MARGIN:
        yield f"the margin is below {_MARGIN} mm"
    if not _page(layout).holds(_grid(layout)):
        yield "the vouchers are larger than the page"
    yield from _find_faults_of_face(layout, layout.voucher, FIELDS)
    yield from _find_faults_of_voucher(layout.voucher)
    if layout.letter:
        yield from _find_faults_of_face(layout, layout.letter, COVER_FIELDS)
        yield from _find_faults_of_letter(layout, layout.letter)


def _page(layout: Layout) -> Box:
    return Box(0, 0, layout.width, layout.height)


def _grid(layout: Layout) -> Box:
    face = layout.voucher
    return Box(0, 0, layout.columns * face.width, layout.rows * face.height)


def _find_faults_of_face(layout: Layout, face: Face, fields: tuple[Field, ...]) -> Iterator[str]:
    if set(face.places) != {field.name for field in fields}:
        yield f"not exactly the fields of the catalogue: {', '.join(face.places)}"
    # Any voucher may stand at an edge of the page, so each keeps its margin on all sides.
    margin = layout.margin
    inner = Box(margin, margin, face.width - 2 * margin, face.height - 2 * margin)
    boxes = dict(_list_boxes(face))
    drawn = {**boxes, "pattern": face.pattern or inner}
    yield from (f"{name} is in the margin" for name, box in drawn.items() if not inner.holds(box))
    for one, other in combinations(boxes, 2):
        if boxes[one].meets(boxes[other]):
            yield f"{one} overlaps {other}"


def _list_boxes(face: Face) -> Iterator[tuple[str, Box]]:
    """Give the room of every text, of the mark and of the code with its quiet zone, by name."""
    for name, place in {**face.places, "mark": face.mark}.items():
        yield name, place.box
    if face.code:
        yield "code", face.code.box


def _find_faults_of_voucher(face: Face) -> Iterator[str]:
    if face.code is None or face.code.box.width < _LEAST_CODE:
        yield f"the code is below {_LEAST_CODE} mm"
    for name, (size, floor) in _LEAST_SIZES.items():
        place = face.places.get(name)
        if place and (place.size < size or place.floor < floor):
            yield f"{name} is smaller than {size}, at least {floor} pt"


def _find_faults_of_letter(layout: Layout, face: Face) -> Iterator[str]:
    for name, place in face.places.items():
        for fold in layout.across:
            if place.box.meets(Box(0, fold - _FOLD, layout.width, 2 * _FOLD)):
                yield f"{name} lies on a fold"
        if face.window and name in ("name", "address"):
            if not face.window.shown.holds(place.box):
                yield f"{name} may slip out of the window"
        elif face.window and face.window.seen.meets(place.box):
            yield f"{name} may be read through the window"
