"""Fonts of the printouts: which one prints a character, loaded once a process when first needed."""

import mmap
import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics, ttfonts

from voucher.refusals import N_, Refusal
from voucher.text import find_unprintable, is_printable, show_code_points
from voucher.typefaces import list_further_typefaces

FOLDER = Path(__file__).parents[1] / "fonts"
REGULAR_FONT = "NotoSansSC-Regular"
BOLD_FONT = "NotoSansSC-Bold"
RARE_FONT = "VoucherRareNames"

_UNITS = 1000
_MOST_NAMED = 5
_MOST_OF_A_BLOCK = 100


class Weight(StrEnum):
    """How heavy a text is printed where the font has the character so."""

    REGULAR = "regular"
    BOLD = "bold"


# Of these a document's first subset of either face has all, under their own ASCII code.
_PLAIN = re.compile("[0-9A-Z -]+")
_FIGURE = "0"
_PLAIN_FONTS = {Weight.REGULAR: REGULAR_FONT, Weight.BOLD: BOLD_FONT}
_FONTS_OF = {
    Weight.REGULAR: (REGULAR_FONT, RARE_FONT),
    Weight.BOLD: (BOLD_FONT, REGULAR_FONT, RARE_FONT),
}


@cache
def load_fonts() -> dict[str, Collection[int]]:
    """
    Register the fonts with reportlab and give the code points of each.

    The fonts VOUCHER_FONTS names follow the bundled ones, in its order.
    """
    covered: dict[str, Collection[int]] = {}
    for name in (REGULAR_FONT, BOLD_FONT, RARE_FONT):
        font = ttfonts.TTFont(name, FOLDER / f"{name}.ttf")
        _leave_on_disk(font)
        pdfmetrics.registerFont(font)
        covered[name] = font.face.charToGlyph.keys()
    for further in list_further_typefaces():
        pdfmetrics.registerFont(further.font)
        covered[further.font.fontName] = further.covered
    return covered


def _leave_on_disk(font: ttfonts.TTFont) -> None:
    """Read the outlines from the file when they are needed: every process would hold 24 MB."""
    face = font.face
    with Path(face.filename).open("rb") as file:
        face._ttf_data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    face.glyphToChar = {}  # Only the way to the widths, which are known by now.


def check_glyphs(texts: Iterable[str]) -> None:
    """
    Make sure that every character of the texts can be printed.

    :raises Refusal: glyph, naming the texts and the code points no font has.
    """
    every = dict.fromkeys(texts)
    # Many texts are of few characters, and a fault is rare: first all at once.
    if not is_printable("".join(every)):
        faulty = [text for text in every if find_unprintable(text)]
        raise Refusal(
            "glyph",
            N_("“%(names)s”无法打印：字库没有 %(code_points)s，请先更正或补充字库"),
            names="、".join(faulty[:_MOST_NAMED]),
            code_points=show_code_points(find_unprintable("".join(faulty))),
            count=len(faulty),
        )


def is_plain(text: str) -> bool:
    """Tell whether a text is digits, capital letters, spaces and hyphens: serials and codes are."""
    return _PLAIN.fullmatch(text) is not None


def get_plain_font(weight: Weight) -> ttfonts.TTFont:
    """Give the font that prints plain texts: its first subset shows them as they are spelt."""
    return pdfmetrics.getFont(_PLAIN_FONTS[weight])


def choose_font(character: str, *, weight: Weight) -> str:
    """Give the name of the font that prints a character."""
    return _CHOSEN[weight][character]


def measure(text: str, *, size: float, weight: Weight) -> float:
    """Give the width of a text in points."""
    width: float = sum(map(_WIDTHS[weight].__getitem__, text))
    return width * size / _UNITS


class Encoder(dict[str, tuple[str, str]]):
    """
    How one document shows characters in a weight: the name of a font of it, and the code there.

    A character asked for the first time joins the document's fonts.
    """

    def __init__(self, document: Any, weight: Weight) -> None:
        self.document, self.weight = document, weight

    def __missing__(self, character: str) -> tuple[str, str]:
        font = pdfmetrics.getFont(choose_font(character, weight=self.weight))
        ((subset, code),) = font.splitString(character, self.document)
        name = font.getSubsetInternalName(subset, self.document)
        self[character] = shown = (name, escapePDF(code))
        return shown

    def encode(self, text: str, *, size: float) -> str:
        """Give the operators that show a text in a size in points."""
        if is_plain(text):
            return f"{self[_FIGURE][0]} {size:g} Tf ({text}) Tj"
        shown, last = [], ""
        for name, code in map(self.__getitem__, text):
            if name != last:
                shown.append(f") Tj {name} {size:g} Tf (")
                last = name
            shown.append(code)
        return f"{''.join(shown)[5:]}) Tj"


class _Chosen(dict[str, str]):
    """The font that prints each character in a weight, found when first asked for."""

    def __init__(self, weight: Weight) -> None:
        self.weight = weight

    def __missing__(self, character: str) -> str:
        self[character] = font = _find_font(character, self.weight)
        return font


class _Widths(dict[str, float]):
    """How wide each character is in a weight, in thousandths of its size."""

    def __init__(self, weight: Weight) -> None:
        self.weight = weight

    def __missing__(self, character: str) -> float:
        font = _CHOSEN[self.weight][character]
        self[character] = width = pdfmetrics.stringWidth(character, font, _UNITS)
        return width


_CHOSEN = {weight: _Chosen(weight) for weight in Weight}
_WIDTHS = {weight: _Widths(weight) for weight in Weight}


def _find_font(character: str, weight: Weight) -> str:
    covered = load_fonts()
    return next(name for name in (*_FONTS_OF[weight], *covered) if ord(character) in covered[name])


def write_unicode_map(font_name: str, subset: list[int]) -> str:
    """
    Give the map by which a reader turns glyphs back into text (ISO 32000-1, 9.10.3).

    Instead of reportlab 5.1's own, which writes characters beyond U+FFFF with five digits, so that
    searching and copying a rare name gives another, and blocks of more than 100 entries.
    """
    entries = [f"<{index:02X}> <{_utf16(code)}>" for index, code in enumerate(subset)]
    blocks = []
    for start in range(0, len(entries), _MOST_OF_A_BLOCK):
        block = entries[start : start + _MOST_OF_A_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    head = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo",
        f"<< /Registry ({font_name})",
        f"/Ordering ({font_name})",
        "/Supplement 0",
        ">> def",
        f"/CMapName /{font_name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<00> <{len(subset) - 1:02X}>",
        "endcodespacerange",
    ]
    foot = ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join([*head, *blocks, *foot])


def _utf16(code_point: int) -> str:
    return chr(code_point).encode("utf-16-be").hex().upper()


ttfonts.makeToUnicodeCMap = write_unicode_map
