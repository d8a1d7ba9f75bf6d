"""Reading QR codes from a rendered page, and measuring how well a poorer reader will read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import zxingcpp
from PIL import Image

from voucher.printouts.proofing.spoiling import list_spoilt

QUIET_ZONE = 4
# The darkest of paper: a quiet zone may be tinted by less than a fifth of the way to ink.
_PAPER_SHARE = 0.8
# Edges of a rendered code are a mixture of both sides, half a pixel wide or so.
_EDGE = 2
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_OTHER_KINDS = 21  # Modules a side of the smallest QR code, where a reader does not say.


@dataclass(frozen=True, slots=True)
class FoundCode:
    """
    A code as it was read: its middle in pixels, its side with the quiet zone and without.

    `contrast` is between paper and ink, `intact` what is left of the error correction, both in
    percent; `failed` names the spoilt copies that could not be read, None when none were made.
    """

    text: str = field(repr=False)
    x: int
    y: int
    side_mm: float
    modules: int
    contrast: int
    intact: int
    is_quiet: bool
    failed: tuple[str, ...] | None = None


Box = tuple[int, int, int, int]


def read_codes(image: Image.Image, *, dpi: int, is_thorough: bool) -> list[FoundCode]:
    """
    Give every QR code of a grey page with its measures, from the top down.

    As drawn a code stands upright and dark on light: a thorough look costs thrice as much.
    """
    found = _read(image, is_thorough=is_thorough)
    ordered = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return drop_repeats([_measure(image, code, dpi) for code in ordered], dpi=dpi)


def drop_repeats(codes: Sequence[FoundCode], *, dpi: int) -> list[FoundCode]:
    """Leave out codes seen before at the same place: a reader may report one code twice."""
    near = dpi / 10
    kept: list[FoundCode] = []
    for code in codes:
        if not any(
            one.text == code.text and abs(one.x - code.x) < near and abs(one.y - code.y) < near
            for one in kept
        ):
            kept.append(code)
    return kept


def find_failed_copies(cut: Image.Image, *, code: FoundCode, dpi: int) -> tuple[str, ...]:
    """
    Spoil a code and give by name the copies that no longer read as it does.

    `cut` is what stands around it, with the code in its middle.
    """
    module = code.side_mm / (code.modules + 2 * QUIET_ZONE) / 25.4 * dpi
    copies = list_spoilt(cut, side=round(code.modules * module), module=module, dpi=dpi)
    return tuple(name for name, copy in copies if not _reads(copy, code.text))


def _read(image: Image.Image, *, is_thorough: bool) -> list[zxingcpp.Barcode]:
    # The picture itself would be copied twice on its way.
    pixels = memoryview(image.tobytes()).cast("B", (image.height, image.width))
    return zxingcpp.read_barcodes(
        pixels,
        formats=_QR,
        try_rotate=is_thorough,
        try_downscale=is_thorough,
        try_invert=is_thorough,
    )


def _reads(copy: Image.Image, text: str) -> bool:
    return any(code.text == text for code in _read(copy, is_thorough=True))


def _measure(image: Image.Image, code: zxingcpp.Barcode, dpi: int) -> FoundCode:
    modules = _count_modules(code)
    box = _find_box(code)
    side = max(box[2] - box[0], box[3] - box[1])
    zone = side * QUIET_ZONE / modules
    whole = image.crop(_grow(box, round(zone)))
    ink, paper = _find_levels(whole)
    return FoundCode(
        text=code.text,
        x=(box[0] + box[2]) // 2,
        y=(box[1] + box[3]) // 2,
        side_mm=round((side + 2 * zone) / dpi * 25.4, 1),
        modules=modules,
        contrast=round((paper - ink) * 100 / 255),
        intact=round(100 * float(_tell_more(code).get("UEC", 1))),
        is_quiet=_is_quiet(image, box, zone, light=ink + _PAPER_SHARE * (paper - ink)),
    )


def _count_modules(code: zxingcpp.Barcode) -> int:
    version = _tell_more(code).get("Version")
    return 17 + 4 * int(version) if version else _OTHER_KINDS


def _tell_more(code: zxingcpp.Barcode) -> dict[str, Any]:
    return cast(dict[str, Any], code.extra)


def _find_box(code: zxingcpp.Barcode) -> Box:
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return (min(across), min(down), max(across), max(down))


def _find_levels(image: Image.Image) -> tuple[int, int]:
    """Give how dark the ink and how light the paper is, but for the outermost twentieth."""
    counts = image.histogram()
    few = sum(counts) // 20
    return _find_level(counts, range(256), few), _find_level(counts, range(255, -1, -1), few)


def _find_level(counts: Sequence[int], levels: range, few: int) -> int:
    passed = 0
    for level in levels:
        passed += counts[level]
        if passed > few:
            return level
    return levels[-1]


def _is_quiet(image: Image.Image, box: Box, zone: float, *, light: float) -> bool:
    inner, outer = _grow(box, _EDGE), _grow(box, round(zone) - 1)
    if _reaches_over(image, outer):
        return False
    strips = (
        (outer[0], outer[1], outer[2], inner[1]),
        (outer[0], inner[3], outer[2], outer[3]),
        (outer[0], outer[1], inner[0], outer[3]),
        (inner[2], outer[1], outer[2], outer[3]),
    )
    darkest = (cast(tuple[int, int], image.crop(strip).getextrema())[0] for strip in strips)
    return all(level >= light for level in darkest)


def _grow(box: Box, by: int) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _reaches_over(image: Image.Image, box: Box) -> bool:
    return box[0] < 0 or box[1] < 0 or box[2] > image.width or box[3] > image.height
