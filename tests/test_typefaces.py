"""Further fonts by setting: they fill what the bundled ones lack, on paper and at the import."""

import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from reportlab.pdfbase.ttfonts import TTFontFace, TTFontMaker, TTFontParser

from tests.printouts.plainly import split_runs
from tests.printouts.reading import read_poppler
from voucher import text
from voucher.app import create_app
from voucher.printouts.drawing import fonts
from voucher.printouts.drawing.fonts import Weight, check_glyphs, load_fonts
from voucher.printouts.drawing.paper import A4_UPRIGHT, Place, open_paper
from voucher.refusals import BadInput, Refusal
from voucher.typefaces import list_further_typefaces

# A district's own character, and one of a plane no bundled font has.
OWN, RARE, UNDRAWN, TURNED = "\ue000", "\U00030000", "\ue001", "\u202e"


def write_font(path: Path, shapes: Mapping[str, str]) -> Path:
    """Write a font that draws each character with the shape of one the regular face has."""
    face = TTFontFace(str(fonts.FOLDER / f"{fonts.REGULAR_FONT}.ttf"))
    drawn = dict.fromkeys(map(ord, shapes.values()))
    cut = TTFontParser(_Bytes(face.makeSubset([0, *drawn])))
    maker = TTFontMaker()
    for tag in cut.table:
        maker.add(tag, cut.get_table(tag))
    glyphs = {code: number for number, code in enumerate(drawn, start=1)}
    groups = sorted((ord(one), glyphs[ord(shape)]) for one, shape in shapes.items())
    body = b"".join(struct.pack(">3L", code, code, glyph) for code, glyph in groups)
    head = struct.pack(">4HL2H3L", 0, 1, 3, 10, 12, 12, 0, 16 + len(body), 0, len(groups))
    maker.add("cmap", head + body)
    path.write_bytes(maker.makeStream())
    return path


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.read = lambda: content


@pytest.fixture
def further(monkeypatch) -> Iterator[object]:
    """Name further fonts for one test, as a process of its own would read them."""

    def name(*paths: Path) -> None:
        monkeypatch.setenv("VOUCHER_FONTS", os.pathsep.join(map(str, paths)))
        forget_fonts()

    yield name
    monkeypatch.delenv("VOUCHER_FONTS")
    forget_fonts()


def forget_fonts() -> None:
    for cache in (text._read_further_coverage, load_fonts):
        cache.cache_clear()
    for known in (*fonts._CHOSEN.values(), *fonts._WIDTHS.values()):
        known.clear()


def test_further_fonts_are_tried_in_their_order_after_the_bundled_ones(tmp_path, further):
    first = write_font(tmp_path / "first.ttf", {"王": "小", OWN: "王", UNDRAWN: " ", TURNED: "王"})
    second = write_font(tmp_path / "second.ttf", {OWN: "小", RARE: "明"})
    further(first, second)
    names = [one.font.fontName for one in list_further_typefaces()]

    assert list(split_runs(f"王{OWN}{RARE}", weight=Weight.BOLD)) == [
        (fonts.BOLD_FONT, "王"),
        (names[0], OWN),
        (names[1], RARE),
    ]
    # Listed but not drawn, or no part of a name: it would be a gap on paper.
    assert text.find_unprintable(f"{OWN}{RARE}{UNDRAWN}{TURNED}") == [UNDRAWN, TURNED]
    with pytest.raises(Refusal) as refused:
        check_glyphs([f"王{OWN}", f"李{UNDRAWN}"])
    assert refused.value.facts["names"] == f"李{UNDRAWN}"


def test_what_a_further_font_draws_comes_back_from_the_file(tmp_path, further):
    further(write_font(tmp_path / "own.ttf", {OWN: "王", RARE: "明"}))
    path, again = tmp_path / "one.pdf", tmp_path / "again.pdf"

    for each in (path, again):
        with open_paper(path=each, size=A4_UPRIGHT, title="") as paper:
            paper.write(f"王{OWN}{RARE}明", Place(x=5, y=5, width=200, size=12, floor=12))
            paper.next_page()

    assert read_poppler(path).strip() == f"王{OWN}{RARE}明"
    assert path.read_bytes() == again.read_bytes()
    assert str(tmp_path).encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no font", b"OTTO" + bytes(200), "cut"],
    ids=["missing", "empty", "text", "cff", "cut"],
)
def test_a_font_that_cannot_be_used_stops_the_start_by_its_name(home, tmp_path, further, content):
    path = tmp_path / "own.ttf"
    if content == "cut":
        write_font(path, {OWN: "王"})
        content = path.read_bytes()[:300]
    if content is not None:
        path.write_bytes(content)
    further(path)

    with pytest.raises(BadInput) as refused:
        create_app(home)

    assert (refused.value.word, refused.value.facts) == ("font_unusable", {"path": str(path)})
