"""A layout that breaks a law of the paper is not loaded."""

import pytest

from tests.printouts.reading import render
from voucher.printouts.drawing.layouts import FOLDER, load_layout, parse_layout
from voucher.printouts.drawing.paper import open_paper
from voucher.printouts.drawing.stamps import draw_ground
from voucher.printouts.rules import LAYOUTS


def read_text(name):
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def test_every_layout_that_can_be_chosen_is_a_file_that_loads():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(LAYOUTS)
    assert [load_layout(name).vouchers_a_page for name in LAYOUTS] == [8, 10, 3]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("a4-8", "margin = 5", "margin = 4", "the margin is below 5.0 mm"),
        ("a4-8", "rows = 4", "rows = 5", "the vouchers are larger than the page"),
        ("a4-8", "dots = 7", "dots = 6", "the code is below 28.0 mm"),
        ("a4-8", "value = { x = 5.5", "value = { x = 4.9", "value is in the margin"),
        ("a4-8", "covers = { x = 5.5, y = 32", "covers = { x = 5.5, y = 31", "overlaps covers"),
        ("a4-8", "code = { x = 68.2", "code = { x = 67.9", "expiry overlaps code"),
        ("a4-8", "size = 30, floor = 20", "size = 30, floor = 13", "value is smaller than 20"),
        ("a4-8", "size = 20, floor = 17", "size = 19, floor = 17", "expiry is smaller than 20"),
        ("a4-8", "size = 13, floor = 12", "size = 13, floor = 11", "phone is smaller than 12"),
        ("a4-8", "\nwarning =", "\nlevel =", "not exactly the fields of the catalogue"),
        ("booklet", "lost_head = { x = 22, y = 204", "lost_head = { x = 22, y = 196", "on a fold"),
        ("booklet", "address = { x = 22, y = 52", "address = { x = 22, y = 48", "may slip out"),
        ("booklet", "title = { x = 22, y = 14", "title = { x = 22, y = 20", "may be read through"),
    ],
)
def test_a_layout_that_breaks_a_law_is_refused(name, old, new, fault):
    text = read_text(name)
    assert old in text

    with pytest.raises(ValueError, match=fault):
        parse_layout(name, text.replace(old, new, 1))


@pytest.mark.parametrize("name", LAYOUTS)
def test_black_type_has_seven_to_one_against_the_darkest_line_of_the_background(name, tmp_path):
    face = load_layout(name).voucher
    path = tmp_path / "ground.pdf"
    with open_paper(path=path, size=(face.width, face.height), title="") as paper:
        draw_ground(paper, face, mark=None, say=str)
        paper.next_page()

    # Rendered so finely that a line is wider than a dot: as dark as it can ever be printed.
    darkest = int(render(path, dpi=1200)[0].min()) / 255
    linear = ((darkest + 0.055) / 1.055) ** 2.4
    assert 7 <= (linear + 0.05) / 0.05 < 9
