"""Further fonts of an installation, beside the bundled ones: which characters each really draws."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFError, TTFNameBytes, TTFont

from voucher.config import find_font_paths
from voucher.refusals import N_, BadInput

# What reading a file that is no font, or a broken one, raises beside the reader's own error.
_BROKEN = (OSError, LookupError, ValueError, TypeError, struct.error, TTFError)
# Controls and marks of direction are no part of a name, whatever a font says of them.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font and the code points for which it has a visible glyph, or a space."""

    font: TTFont
    covered: frozenset[int]


def list_further_typefaces() -> tuple[Typeface, ...]:
    """
    Give the fonts that VOUCHER_FONTS names, in its order.

    :raises BadInput: font_unusable, naming the first file that cannot be read or drawn with.
    """
    return tuple(_read(path) for path in find_font_paths())


@cache
def _read(path: Path) -> Typeface:
    """Read one file, once a process."""
    try:
        digest = sha256(path.read_bytes()).hexdigest()[:16]
        font = TTFont(f"VoucherFurther-{digest}", str(path))
        font.face.get_table_pos("glyf")
        # Of two fonts that give themselves one name reportlab draws with the first. The path is no
        # part of the name: another host shall draw the same bytes.
        font.face.name = TTFNameBytes(font.face.name + f"-{digest}".encode())
        return Typeface(font, frozenset(_list_covered(font)))
    except _BROKEN as fault:
        raise BadInput(
            "font_unusable",
            N_(
                "VOUCHER_FONTS 中的字体文件 %(path)s 不能使用：须能读取，且为 TrueType 轮廓"
                "（.ttf 或 .ttc；CFF 轮廓的 .otf 不行）"
            ),
            path=str(path),
        ) from fault


def _list_covered(font: TTFont) -> Iterator[int]:
    # A font may list a character and draw nothing; on paper that would be a gap in a name.
    places = font.face.glyphPos
    for code_point, glyph in font.face.charToGlyph.items():
        kind = unicodedata.category(chr(code_point))
        is_drawn = glyph != 0 and places[glyph] < places[glyph + 1]
        if kind not in _INVISIBLE and (is_drawn or kind == "Zs"):
            yield code_point
