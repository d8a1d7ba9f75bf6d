"""Rasters: squares of modules, packed in rows, and the two forms in which pages show them."""

import struct
import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raster:
    """A square of `side` modules; each row is padded with 0 to whole bytes."""

    side: int
    rows: bytes


def pack_modules(modules: list[list[bool | None]]) -> Raster:
    """Give what a drawing of true and false modules looks like."""
    side = len(modules)
    row_bytes = (side + 7) // 8
    rows = b""
    for row in modules:
        bits = 0
        for module in row:
            bits = bits << 1 | bool(module)
        rows += (bits << 8 * row_bytes - side).to_bytes(row_bytes, "big")
    return Raster(side=side, rows=rows)


def surround_raster(raster: Raster, *, modules: int) -> Raster:
    """Give a raster with so many light modules around it."""
    side = raster.side + 2 * modules
    bare_bytes, row_bytes = (raster.side + 7) // 8, (side + 7) // 8
    rows = bytes(modules * row_bytes)
    for start in range(0, len(raster.rows), bare_bytes):
        row = int.from_bytes(raster.rows[start : start + bare_bytes], "big")
        row = row << 8 * (row_bytes - bare_bytes) >> modules
        rows += row.to_bytes(row_bytes, "big")
    return Raster(side=side, rows=rows + bytes(modules * row_bytes))


def trace_raster(raster: Raster) -> str:
    """Give the dark modules as the path of an SVG drawing, one unit a module."""
    row_bytes = (raster.side + 7) // 8
    return "".join(
        f"M{x} {y}h1v1h-1z"
        for y in range(raster.side)
        for x in range(raster.side)
        if raster.rows[y * row_bytes + x // 8] >> (7 - x % 8) & 1
    )


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
