"""A PDF in millimetres from the top left corner, and text that fits where it must."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reportlab import rl_config
from reportlab.lib.rl_accel import fp_str
from reportlab.pdfgen.canvas import Canvas

from voucher.printouts.drawing.canvas import LeanCanvas
from voucher.printouts.drawing.fonts import (
    REGULAR_FONT,
    Encoder,
    Weight,
    load_fonts,
    measure,
)
from voucher.printouts.drawing.masks import set_masks
from voucher.rasters import Raster
from voucher.refusals import N_, Refusal

A4_UPRIGHT = (210.0, 297.0)
A4_ACROSS = (297.0, 210.0)
LINE_HEIGHT = 1.2
mm = 72 / 25.4  # Points; reportlab draws in them.
ASCENT = 0.88
_SHRINK_STEP = 0.5
# How much of the room that a line leaves is before it.
_ALIGNED = {"left": 0.0, "centre": 0.5, "right": 1.0}
# Whole stay a number with its unit, a Latin word, and punctuation with what it opens or closes.
_UNBREAKABLE = re.compile(
    r"(?s)[(\[{（《〈「『【〔“‘]*(?:[!-~]*[!-')-Z\\-z|-~](?: ?[元次张号])?|.)"
    r"[、，。；：！？）》〉」』】〕”’·]*"
)

# Binary streams instead of ASCII: a fifth smaller, and every reader takes them.
rl_config.useA85 = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in mm from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, other: "Box") -> bool:
        """Say whether the other lies within."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def meets(self, other: "Box") -> bool:
        """Say whether the two share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a text goes and how small it may become, in mm and points.

    A text too wide is tried half a point smaller, down to `floor`, wrapped into as many lines as
    the height holds; without a height that is one.
    """

    x: float
    y: float
    width: float
    size: float
    floor: float
    height: float = 0
    weight: Weight = Weight.REGULAR
    align: str = "left"

    @property
    def box(self) -> Box:
        """The room of the text: without a height that is one line of the largest size."""
        height = self.height or self.size * LINE_HEIGHT / mm
        return Box(self.x, self.y, self.width, height)


class FittedText(NamedTuple):
    """Lines of a text and the size in points at which they fit."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        """The height of all lines in mm."""
        return len(self.lines) * self.size * LINE_HEIGHT / mm


@dataclass(frozen=True, slots=True)
class Paper:
    """A document being drawn; x and y are mm from the top left corner of the page."""

    canvas: Canvas
    height: float
    encoders: dict[Weight, Encoder]

    def write(self, text: str, place: Place, *, x: float = 0, y: float = 0) -> None:
        """
        Write a text into its place, shifted by x and y.

        :raises Refusal: text_too_long.
        """
        self.write_fitted(fit_text(text, place), place, x=x, y=y)

    def write_fitted(self, fitted: FittedText, place: Place, *, x: float = 0, y: float = 0) -> None:
        """Write lines that were fitted before into a place, shifted by x and y."""
        self.canvas.addLiteral(self.set_fitted(fitted, place, x=x, y=y))

    def set_fitted(self, fitted: FittedText, place: Place, *, x: float = 0, y: float = 0) -> str:
        """Give the operators that write such lines, to be drawn in this document at any time."""
        return self.end_lines(self.start_lines(fitted, place, x=x, y=y), fitted, place)

    def start_lines(
        self, fitted: FittedText, place: Place, *, x: float = 0, y: float = 0
    ) -> Iterator[str]:
        """Give the operators that begin each line where it stands."""
        for number, line in enumerate(fitted.lines):
            top = y + place.y + number * fitted.size * LINE_HEIGHT / mm
            shift = _ALIGNED[place.align]
            if shift:
                room = place.width * mm - measure(line, size=fitted.size, weight=place.weight)
                shift *= room
            left = (x + place.x) * mm + shift
            yield f"BT {fp_str(left, self._flip(top) - fitted.size * ASCENT)} Td "

    def end_lines(self, starts: Iterable[str], fitted: FittedText, place: Place) -> str:
        """Give the operators that write lines begun where `start_lines` says."""
        encode = self.encoders[place.weight].encode
        return " ".join(
            [
                f"{start}{encode(line, size=fitted.size)} ET"
                for start, line in zip(starts, fitted.lines, strict=True)
            ]
        )

    def write_white(self, text: str, place: Place, *, x: float = 0, y: float = 0) -> None:
        """Write a text in white, as on a black box."""
        self.canvas.setFillGray(1)
        self.write(text, place, x=x, y=y)
        self.canvas.setFillGray(0)

    def draw_line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        width: float = 0.4,
        dashed: bool = False,
    ) -> None:
        """Draw a thin line, `width` in points."""
        self.canvas.setLineWidth(width)
        self.canvas.setDash(*((1, 3) if dashed else ()))
        self.canvas.line(x1 * mm, self._flip(y1), x2 * mm, self._flip(y2))

    def draw_curve(self, points: Sequence[tuple[float, float, float]], *, width: float) -> None:
        """Draw a smooth line through points of x, y and slope, `width` in points."""
        self.canvas.setLineWidth(width)
        path = self.canvas.beginPath()
        x1, y1, slope1 = points[0]
        path.moveTo(x1 * mm, self._flip(y1))
        for x2, y2, slope2 in points[1:]:
            third = (x2 - x1) / 3
            path.curveTo(
                (x1 + third) * mm,
                self._flip(y1 + third * slope1),
                (x2 - third) * mm,
                self._flip(y2 - third * slope2),
                x2 * mm,
                self._flip(y2),
            )
            x1, y1, slope1 = x2, y2, slope2
        self.canvas.drawPath(path)

    def fill_box(self, box: Box) -> None:
        """Fill a box, black unless another ink is set."""
        bottom = self._flip(box.y + box.height)
        self.canvas.rect(box.x * mm, bottom, box.width * mm, box.height * mm, stroke=0, fill=1)

    def clear_box(self, box: Box) -> None:
        """Cover what was drawn in a box with the white of the paper."""
        self.canvas.setFillGray(1)
        self.fill_box(box)
        self.canvas.setFillGray(0)

    def draw_raster(self, raster: Raster, *, x: float, y: float, side: float) -> None:
        """Draw a QR raster of a side in mm."""
        for drawn in self.set_rasters([raster], x=x, y=y, side=side):
            self.canvas.addLiteral(drawn)

    def set_rasters(
        self, rasters: Iterable[Raster], *, x: float, y: float, side: float
    ) -> Iterator[str]:
        """Give the operators of `draw_raster` for each of some, to be drawn at any time."""
        return set_masks(rasters, x=x * mm, bottom=self._flip(y + side), side=side * mm)

    def next_page(self) -> None:
        """End this page."""
        self.canvas.showPage()

    def _flip(self, y: float) -> float:
        return (self.height - y) * mm


def move_to(left: float, bottom: float) -> str:
    """Give the operators that make this point, in mm, the lower left, until Q."""
    return f"q 1 0 0 1 {left * mm:.4f} {bottom * mm:.4f} cm"


@contextmanager
def open_paper(*, path: Path, size: tuple[float, float], title: str) -> Iterator[Paper]:
    """
    Draw a file: it appears at `path` when the block ends well, and not at all otherwise.

    Without time stamps, so that the same drawing gives the same bytes.
    """
    load_fonts()
    unfinished = path.with_name(path.name + ".part")
    canvas = LeanCanvas(
        str(unfinished),
        pagesize=(size[0] * mm, size[1] * mm),
        pageCompression=1,
        invariant=1,
        initialFontName=REGULAR_FONT,
        lang="zh-CN",
    )
    canvas.setTitle(title)
    encoders = {weight: Encoder(canvas._doc, weight) for weight in Weight}
    yield Paper(canvas=canvas, height=size[1], encoders=encoders)
    canvas.save()
    Path(unfinished).replace(path)


def fit_text(text: str, place: Place) -> FittedText:
    """
    Give a text as the largest lines that fit a place.

    :raises Refusal: text_too_long, when even the smallest size needs more lines than there are.
    """
    for size in sizes_down(place.size, place.floor):
        lines = wrap_text(text, width=place.width, size=size, weight=place.weight)
        if len(lines) <= max(1, int(place.height * mm / (size * LINE_HEIGHT))):
            return FittedText(lines=lines, size=size)
    raise Refusal("text_too_long", N_("“%(text)s”太长，纸面放不下，请缩短"), text=text)


def sizes_down(size: float, floor: float) -> Iterator[float]:
    """Give the type sizes to try, from the largest to the floor, half a point apart."""
    while size >= floor:
        yield size
        size -= _SHRINK_STEP


def wrap_text(text: str, *, width: float, size: float, weight: Weight) -> tuple[str, ...]:
    """Break a text into lines at most `width` mm wide; numbers and Latin words stay whole."""
    whole = text.rstrip()
    if measure(whole, size=size, weight=weight) <= width * mm:
        return (whole,)
    lines, line = [], ""
    for part in _split_to_width(text, width=width, size=size, weight=weight):
        if line and measure((line + part).rstrip(), size=size, weight=weight) > width * mm:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return (*lines, line.rstrip())


def _split_to_width(text: str, *, width: float, size: float, weight: Weight) -> Iterator[str]:
    for part in _UNBREAKABLE.findall(text):
        if measure(part, size=size, weight=weight) > width * mm:
            yield from part
        else:
            yield part
