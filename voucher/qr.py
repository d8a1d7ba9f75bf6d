"""
QR rasters: a text becomes packed rows of modules, one bit each, dark is 1.

With version, level, mask, mode and length fixed, every module is a sum over GF(2) of bits of the
text. So a voucher's raster is that of its beginning, which all of a run share, and two entries a
pair of characters from tables, added up by exclusive or, for a thousand vouchers at once. The
tables are worked out from `qrcode` itself, once a process and length; any other text goes through
`qrcode` as it is.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache, reduce
from operator import xor

import numpy
from numpy.typing import NDArray
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import ALPHA_NUM, MODE_ALPHA_NUM, BitBuffer, QRData, create_bytes

from voucher.rasters import Raster, pack_modules, surround_raster

QUIET_ZONE = 4
# Texts of this many characters, all of the alphanumeric alphabet, are version 7 at level M and no
# other: 154 are the most of version 6, 178 the most of version 7 (ISO/IEC 18004, table 7).
_VOUCHER_LENGTHS = range(155, 179)
_VOUCHER_VERSION = 7
# One mask for every voucher: tokens are as good as random, so no mask is better, and choosing
# among eight costs nine times the work.
_VOUCHER_MASK = 2
_LETTERS = ALPHA_NUM.decode()
_ALPHANUMERIC = frozenset(_LETTERS)

# What differs between the vouchers of a run is the token: the last 142 or 143 characters.
_TAIL = 142
# Before the text stand four bits of its mode and nine of its length.
_HEAD_BITS, _PAIR_BITS, _LOW_BITS = 13, 11, 6
_Bits = NDArray[numpy.uint64]


def make_raster(text: str, *, quiet_zone: int = QUIET_ZONE) -> Raster:
    """
    Give the QR code of a text at level M, with a quiet zone of so many modules around it.

    A voucher's text is version 7 with mask 2; any other text gets the smallest version and the
    best mask. The same text always gives the same raster.
    """
    raster = next(make_rasters([text]))
    return surround_raster(raster, modules=quiet_zone) if quiet_zone else raster


def make_rasters(texts: Sequence[str]) -> Iterator[Raster]:
    """
    Give the QR code of each text as `make_raster` does, without a quiet zone.

    A thousand or two at once are fastest: their sums stay in a fast memory.
    """
    lengths = set(map(len, texts))
    if len(lengths) == 1 and lengths.pop() in _VOUCHER_LENGTHS:
        with suppress(_NotTabled):
            return _add_up(texts)
    return map(_draw_alone, texts)


def _draw_alone(text: str) -> Raster:
    if len(text) in _VOUCHER_LENGTHS:
        with suppress(_NotTabled):
            return next(_add_up([text]))
    return pack_modules(_plain_code(text).modules)


def _voucher_code(text: str) -> QRCode:
    code = QRCode(
        version=_VOUCHER_VERSION, error_correction=ERROR_CORRECT_M, mask_pattern=_VOUCHER_MASK
    )
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM, check_data=False))
    code.make(fit=False)
    return code


def _plain_code(text: str) -> QRCode:
    code = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return code


_SIDE = 4 * _VOUCHER_VERSION + 17
_BYTES = _SIDE * ((_SIDE + 7) // 8)
_WORDS = (_BYTES + 7) // 8
# What each character counts in a pair, by its code; so much for those that have no place in one.
_UNKNOWN = 255
_NUMBERS = numpy.array([_LETTERS.find(chr(code)) % 256 for code in range(256)], numpy.uint16)


class _NotTabled(Exception):
    """The text is not a voucher's: it is not of the alphanumeric alphabet alone."""


def _add_up(texts: Sequence[str]) -> Iterator[Raster]:
    """Draw vouchers whose texts are of one length."""
    length = len(texts[0])
    # An even number of characters goes before, so that pairs of the tail are pairs of the text.
    cut = length - _TAIL - length % 2
    starts = b"".join([_draw_start(text[:cut], length) for text in texts])
    sums = _as_words(starts).reshape(len(texts), -1).copy()
    _turn(sums, "".join([text[cut:] for text in texts]), _make_tables(length))
    drawn, step = sums.tobytes(), 8 * _WORDS
    return (Raster(_SIDE, drawn[start : start + _BYTES]) for start in range(0, len(drawn), step))


@lru_cache(maxsize=64)
def _draw_start(head: str, length: int) -> bytes:
    """Give what stands on every raster that begins so: `qrcode`'s own, less one tail of it."""
    if not _ALPHANUMERIC.issuperset(head):
        raise _NotTabled
    # Not zeros: qrcode 8.2 cannot encode a block of nothing else.
    tail = "A" * (length - len(head))
    modules = _as_words(_pad(_as_number(_voucher_code(head + tail)))).reshape(1, -1).copy()
    _turn(modules, tail, _make_tables(length))
    return modules.tobytes()


def _turn(sums: _Bits, tails: str, tables: _Bits) -> None:
    """Turn over what tails of one length say, a row each; twice the same turns it back."""
    found = numpy.empty_like(sums)
    for table, key in zip(tables, _list_keys(tails, len(sums)), strict=True):
        numpy.bitwise_xor(sums, numpy.take(table, key, axis=0, out=found, mode="clip"), out=sums)


def _list_keys(tails: str, count: int) -> NDArray[numpy.intp]:
    """Give for each table which of its entries so many tails take."""
    codes = numpy.frombuffer(tails.encode("latin-1", "replace"), numpy.uint8)
    signs = _NUMBERS[codes.reshape(count, -1).T.copy()]
    if (signs == _UNKNOWN).any():
        raise _NotTabled
    # Of an odd number the last stands alone.
    pairs = numpy.vstack([signs[:_TAIL:2] * len(_LETTERS) + signs[1:_TAIL:2], signs[_TAIL:]])
    keys = numpy.stack([pairs >> _LOW_BITS, pairs & (1 << _LOW_BITS) - 1], axis=1)
    return keys.reshape(-1, count).astype(numpy.intp)


@lru_cache(maxsize=8)
def _make_tables(length: int) -> _Bits:
    """
    Give two tables a pair of the tail: the modules that its upper and its lower bits turn over.

    A table a whole pair would do with half the additions, but is too large for a fast memory.
    """
    begin = _HEAD_BITS + _PAIR_BITS * ((length - _TAIL) // 2)
    end = _HEAD_BITS + _PAIR_BITS * (length // 2)
    tables = []
    for start in range(begin, end, _PAIR_BITS):
        middle = start + _PAIR_BITS - _LOW_BITS
        tables += [_sum_up(start, middle), _sum_up(middle, start + _PAIR_BITS)]
    if length % 2:
        # One character alone has no upper bits.
        tables += [_sum_up(end, end), _sum_up(end, end + _LOW_BITS)]
    return numpy.stack(tables)


def _sum_up(start: int, end: int) -> _Bits:
    """Give the modules turned over by each value that these data bits can have."""
    sums = numpy.zeros((1 << _LOW_BITS, _WORDS), numpy.uint64)
    for place, modules in enumerate(reversed(_weigh_bits()[start:end])):
        half = 1 << place
        sums[half : 2 * half] = sums[:half] ^ _as_words(_pad(modules))
    return sums


def _pad(modules: int) -> bytes:
    return modules.to_bytes(_BYTES, "big").ljust(8 * _WORDS, b"\0")


def _as_words(modules: bytes) -> _Bits:
    return numpy.frombuffer(modules, numpy.uint64)


def load_tables() -> None:
    """Work out once a process what every length needs, for the copies of it to share."""
    _weigh_bits()


@cache
def _weigh_bits() -> tuple[int, ...]:
    """Give for each data bit, in order, the modules it turns over: its own and those of checks."""
    places, blocks = _find_places(), rs_blocks(_VOUCHER_VERSION, ERROR_CORRECT_M)
    encoded = list(_encode_bits())
    return tuple(
        reduce(xor, (places[8 * (len(blocks) * byte + block) + bit] for byte, bit in turned))
        for block in range(len(blocks))
        for turned in encoded
    )


def _encode_bits() -> Iterator[list[tuple[int, int]]]:
    """Give for each data bit of a block the bits it sets there, as (byte, bit): all are alike."""
    blocks = rs_blocks(_VOUCHER_VERSION, ERROR_CORRECT_M)
    size = blocks[0].data_count
    for bit in range(0, 8 * size, len(blocks)):
        # A bit to each block at once. None is all zero, which qrcode 8.2 cannot encode.
        buffer = BitBuffer()
        buffer.buffer = [0] * (size * len(blocks))
        for block in range(len(blocks)):
            byte, shift = divmod(bit + block, 8)
            buffer.buffer[size * block + byte] = 0x80 >> shift
        codewords = create_bytes(buffer, blocks)
        for block in range(len(blocks)):
            yield list(_list_set_bits(codewords[block :: len(blocks)]))


def _list_set_bits(codewords: list[int]) -> Iterator[tuple[int, int]]:
    for byte, word in enumerate(codewords):
        for bit in range(8):
            if word & 0x80 >> bit:
                yield byte, bit


def _find_places() -> list[int]:
    """Give the module of each bit of the codewords, found from drawings of their numbers."""
    total = sum(block.total_count for block in rs_blocks(_VOUCHER_VERSION, ERROR_CORRECT_M))
    empty = _draw_codewords([0] * total)
    numbers = [0] * (8 * _BYTES)
    for digit in range((8 * total).bit_length()):
        words = [_take_digit(8 * byte, digit) for byte in range(total)]
        turned = _draw_codewords(words) ^ empty
        for module in range(8 * _BYTES):
            numbers[module] |= (turned >> module & 1) << digit
    # Bits are counted from 1, so that a module no bit turns has a number of its own.
    where = {number: module for module, number in enumerate(numbers) if number}
    return [1 << where[number] for number in range(1, 8 * total + 1)]


def _take_digit(start: int, digit: int) -> int:
    """Give a codeword whose bits are this binary digit of their numbers."""
    word = 0
    for number in range(start + 1, start + 9):
        word = word << 1 | number >> digit & 1
    return word


def _draw_codewords(codewords: list[int]) -> int:
    code = QRCode(version=_VOUCHER_VERSION, error_correction=ERROR_CORRECT_M)
    code.data_cache = codewords
    code.makeImpl(False, _VOUCHER_MASK)
    return _as_number(code)


def _as_number(code: QRCode) -> int:
    return int.from_bytes(pack_modules(code.modules).rows, "big")
