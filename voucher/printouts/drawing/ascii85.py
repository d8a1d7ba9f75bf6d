"""Rasters as text inside a page: base 85 (ISO 32000-1, 7.4.3), a sixth longer than bits packed."""

import base64
from collections.abc import Iterator, Sequence

import numpy

_WORD, _DIGITS = 4, 5


def encode_blocks(blocks: Sequence[bytes]) -> Iterator[str]:
    """Give the text of each of some blocks of one length, without the end mark."""
    length = len(blocks[0])
    width = -(-length // _WORD) * _WORD
    padded = b"".join([block.ljust(width, b"\0") for block in blocks])
    words = numpy.frombuffer(padded, ">u4").astype(numpy.uint32).reshape(len(blocks), -1)
    texts, step = _spell(words), words.shape[1] * _DIGITS
    # Of the last word as many digits as it has bytes, and one more.
    size = step - (width - length)
    for number, has_zero in enumerate((words == 0).any(axis=1)):
        if has_zero:
            # Four zero bytes have a letter of their own.
            yield base64.a85encode(blocks[number]).decode("ascii")
        else:
            yield texts[number * step : number * step + size]


def _spell(words: "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.uint32]]") -> str:
    digits = numpy.empty((*words.shape, _DIGITS), numpy.uint8)
    for place in reversed(range(_DIGITS)):
        higher = words // 85
        digits[..., place] = words - higher * 85 + ord("!")
        words = higher
    return digits.tobytes().decode("ascii")
