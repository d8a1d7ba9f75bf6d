"""The specimens in the repository are what the present code draws."""

from tests.printouts.specimens import SAMPLES, draw_specimens

NAMES = [
    *("booklet.pdf", "handover.pdf", "letter.pdf"),
    *("sheet-a4-10.pdf", "sheet.pdf", "statement.pdf"),
]


def test_the_specimens_are_current(tmp_path):
    draw_specimens(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    stale = [
        name for name in NAMES if (tmp_path / name).read_bytes() != (SAMPLES / name).read_bytes()
    ]
    assert stale == [], "run `make specimens`, look at the pages, and commit them"


def test_each_specimen_has_its_picture():
    pictures = {path.stem for path in SAMPLES.glob("*.png")}

    one_page = {name.removesuffix(".pdf") for name in NAMES if name != "booklet.pdf"}
    assert pictures == {*one_page, "booklet-1", "booklet-2"}
