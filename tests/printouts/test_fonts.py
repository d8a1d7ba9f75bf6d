"""What the fonts cover, and how their text comes back out of a file."""

import re

import pytest

from tests.printouts.plainly import split_runs
from tests.printouts.reading import read_poppler, read_pypdf
from voucher.printouts.drawing import fonts
from voucher.printouts.drawing.fonts import Weight, check_glyphs, load_fonts
from voucher.printouts.drawing.paper import A4_UPRIGHT, Place, open_paper
from voucher.refusals import Refusal
from voucher.text import is_printable


def is_control(code_point: int) -> bool:
    return code_point < 0x20 or 0x7F <= code_point < 0xA0


def test_the_list_of_printable_characters_is_that_of_the_fonts():
    covered = frozenset().union(*load_fonts().values())
    listed = {code for code in range(0x110000) if is_printable(chr(code))}

    assert listed == {code for code in covered if not is_control(code)}


def test_the_fonts_cover_the_han_they_promise():
    sizes = {
        name: sum(0x3400 <= code <= 0x9FFF or code > 0xFFFF for code in covered)
        for name, covered in load_fonts().items()
    }

    assert sizes == {
        fonts.REGULAR_FONT: 28_003,
        fonts.BOLD_FONT: 8_105,
        fonts.RARE_FONT: 21_030,
    }


def test_each_character_is_bold_if_it_can_else_regular_else_rare():
    runs = list(split_runs("王㐱𠮷小", weight=Weight.BOLD))

    assert runs == [
        (fonts.BOLD_FONT, "王"),
        (fonts.REGULAR_FONT, "㐱"),
        (fonts.RARE_FONT, "𠮷"),
        (fonts.BOLD_FONT, "小"),
    ]
    assert list(split_runs("王㐱", weight=Weight.REGULAR)) == [(fonts.REGULAR_FONT, "王㐱")]


def test_a_missing_glyph_is_refused_with_names_and_code_points():
    with pytest.raises(Refusal) as refused:
        check_glyphs(["王小明", "王\ue000", "李\U00030000", "王\ue000"])

    assert refused.value.word == "glyph"
    assert refused.value.facts == {
        "names": "王\ue000、李\U00030000",
        "code_points": "U+E000 U+30000",
        "count": 2,
    }


def test_every_character_beyond_the_basic_plane_comes_back_from_a_file(tmp_path):
    path = tmp_path / "rare.pdf"
    covered = load_fonts()
    rare = sorted({code for name in covered for code in covered[name] if code > 0xFFFF})
    text = "".join(map(chr, rare))
    with open_paper(path=path, size=A4_UPRIGHT, title="") as paper:
        for start in range(0, len(text), 2800):
            for number in range(0, min(2800, len(text) - start), 40):
                line = text[start + number : start + min(2800, number + 40)]
                paper.write(line, Place(x=5, y=5 + number / 10, width=200, size=12, floor=12))
            paper.next_page()

    assert len(text) > 20_000
    assert sorted(read_poppler(path)) == sorted(text)
    assert sorted(read_pypdf(path)) == sorted(text)


def test_the_map_back_to_text_has_surrogate_pairs_and_short_blocks():
    written = fonts.write_unicode_map("F", [0x20BB7, *range(0x4E00, 0x4E00 + 150)])

    assert "<00> <D842DFB7>" in written
    assert [int(count) for count in re.findall(r"(\d+) beginbfchar", written)] == [100, 51]
