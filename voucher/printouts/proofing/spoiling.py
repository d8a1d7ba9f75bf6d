"""Copies of a code as life makes them: coarse, blurred, turned, folded, stained."""

import math
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFilter

from voucher.refusals import N_

COPIES: dict[str, str] = {
    "coarse": N_("150 dpi 灰度扫描"),
    "blurred": N_("模糊"),
    "turned": N_("斜放 15 度"),
    "folded": N_("有折痕"),
    "stained": N_("有一处污渍"),
}
_COARSE_DPI = 150
_TURN_DEGREES = 15
_BLUR_MODULES = 0.35
_FOLD_MM = 0.5
_STAIN_SHARE = 0.08
_PAPER, _INK = 255, 0


def list_spoilt(
    cut: Image.Image, *, side: int, module: float, dpi: int
) -> Iterator[tuple[str, Image.Image]]:
    """
    Give each spoilt copy of a code by name.

    `cut` holds the code in its middle with paper around, `side` and `module` are in its pixels.
    """
    yield "coarse", _make_coarse(cut, dpi)
    yield "blurred", cut.filter(ImageFilter.GaussianBlur(_BLUR_MODULES * module))
    yield (
        "turned",
        cut.rotate(_TURN_DEGREES, Image.Resampling.BICUBIC, expand=True, fillcolor=_PAPER),
    )
    yield "folded", _fold(cut, side, dpi)
    yield "stained", _stain(cut, side)


def _make_coarse(cut: Image.Image, dpi: int) -> Image.Image:
    size = (cut.width * _COARSE_DPI // dpi, cut.height * _COARSE_DPI // dpi)
    return cut.resize(size, Image.Resampling.BOX)


def _fold(cut: Image.Image, side: int, dpi: int) -> Image.Image:
    """Wear the toner off along a line across the code, a little below its middle."""
    copy, width = cut.copy(), max(1, round(_FOLD_MM / 25.4 * dpi))
    y = cut.height // 2 + side // 10
    ImageDraw.Draw(copy).line((0, y, cut.width, y + side // 20), fill=_PAPER, width=width)
    return copy


def _stain(cut: Image.Image, side: int) -> Image.Image:
    """Blot out a share of the code's area, right of its middle and away from the three corners."""
    copy, radius = cut.copy(), side * math.sqrt(_STAIN_SHARE / math.pi)
    x, y = cut.width / 2 + side / 8, cut.height / 2 + side / 10
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(copy).ellipse(box, fill=_INK)
    return copy
