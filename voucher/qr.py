"""QR rasters: a text becomes packed rows of modules, one bit each, dark is 1."""

import struct
import zlib
from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

QUIET_ZONE = 4
# Texts of this many characters, all of the alphanumeric alphabet, are version 7 at level M and no
# other: 154 are the most of version 6, 178 the most of version 7 (ISO/IEC 18004, table 7).
_VOUCHER_LENGTHS = range(155, 179)
_VOUCHER_VERSION = 7
# One mask for every voucher: tokens are as good as random, so no mask is better, and choosing
# among eight costs nine times the work.
_VOUCHER_MASK = 2
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@dataclass(frozen=True, slots=True)
class Raster:
    """A square of `side` modules; each row is padded with 0 to whole bytes."""

    side: int
    rows: bytes


def make_raster(text: str, *, quiet_zone: int = QUIET_ZONE) -> Raster:
    """
    Give the QR code of a text at level M, with a quiet zone of so many modules around it.

    A voucher's text is version 7 with mask 2; any other text gets the smallest version and the
    best mask. The same text always gives the same raster.
    """
    code = _voucher_code(text) if _is_voucher_text(text) else _plain_code(text)
    return _pack(code.modules, quiet_zone=quiet_zone)


def trace_raster(raster: Raster) -> str:
    """Give the dark modules as the path of an SVG drawing, one unit a module."""
    row_bytes = (raster.side + 7) // 8
    return "".join(
        f"M{x} {y}h1v1h-1z"
        for y in range(raster.side)
        for x in range(raster.side)
        if raster.rows[y * row_bytes + x // 8] >> (7 - x % 8) & 1
    )


def _is_voucher_text(text: str) -> bool:
    return len(text) in _VOUCHER_LENGTHS and set(text) <= _ALPHANUMERIC


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


def _pack(modules: list[list[bool | None]], *, quiet_zone: int) -> Raster:
    side = len(modules) + 2 * quiet_zone
    row_bytes = (side + 7) // 8
    rows = bytearray(quiet_zone * row_bytes)
    for row in modules:
        bits = 0
        for module in row:
            bits = bits << 1 | bool(module)
        rows += (bits << 8 * row_bytes - quiet_zone - len(row)).to_bytes(row_bytes, "big")
    rows += bytes(quiet_zone * row_bytes)
    return Raster(side=side, rows=bytes(rows))


def write_png(raster: Raster) -> bytes:
    """Give a raster as a PNG file of one pixel a module; the page draws it as large as it wants."""
    row_bytes = (raster.side + 7) // 8
    # In a PNG of one bit a pixel 1 is white; each row begins with the byte that says "unfiltered".
    rows = b"".join(
        b"\0" + bytes(~byte & 0xFF for byte in raster.rows[start : start + row_bytes])
        for start in range(0, len(raster.rows), row_bytes)
    )
    head = struct.pack(">2I5B", raster.side, raster.side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_write_chunk(*chunk) for chunk in chunks)


def _write_chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
