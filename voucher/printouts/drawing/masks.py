"""
Rasters inside a page, as image masks: dark modules are ink, light ones stay paper.

Their bits are in base 85 (ISO 32000-1, 7.4.3), a fourth longer than packed; hex would double them.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter

import numpy
from numpy.typing import NDArray

from voucher.rasters import Raster

_WORD, _DIGITS = 4, 5


def set_masks(rasters: Iterable[Raster], *, x: float, bottom: float, side: float) -> Iterator[str]:
    """Give the operators that draw each of some rasters on one place, in points."""
    for modules, alike in groupby(rasters, key=attrgetter("side")):
        frame = _frame(modules, x, bottom, side)
        yield from map(frame.__mod__, encode_blocks([raster.rows for raster in alike]))


@cache
def _frame(modules: int, x: float, bottom: float, side: float) -> str:
    return (
        f"q 0 g {side:.4f} 0 0 {side:.4f} {x:.4f} {bottom:.4f} cm "
        f"BI /W {modules} /H {modules} /BPC 1 /IM true /D [1 0] /F /A85 ID %s~> EI Q"
    )


def encode_blocks(blocks: Sequence[bytes]) -> Iterator[str]:
    """
    Give the text of each of some blocks of one length, without the end mark.

    It never has "EI" in it, at which some readers take an image for ended: a space, which no reader
    counts, stands between.
    """
    length = len(blocks[0])
    width = -(-length // _WORD) * _WORD
    padded = b"".join([block.ljust(width, b"\0") for block in blocks])
    words = numpy.frombuffer(padded, ">u4").astype(numpy.uint32).reshape(len(blocks), -1)
    texts, step = _spell(words), words.shape[1] * _DIGITS
    # Of the last word as many digits as it has bytes, and one more.
    size = step - (width - length)
    for number, has_zero in enumerate((words == 0).any(axis=1)):
        text = texts[number * step : number * step + size]
        if has_zero:
            # Four zero bytes have a letter of their own.
            text = base64.a85encode(blocks[number]).decode("ascii")
        yield text.replace("EI", "E I")


def _spell(words: NDArray[numpy.uint32]) -> str:
    digits = numpy.empty((*words.shape, _DIGITS), numpy.uint8)
    for place in reversed(range(_DIGITS)):
        higher = words // 85
        digits[..., place] = words - higher * 85 + ord("!")
        words = higher
    return digits.tobytes().decode("ascii")
