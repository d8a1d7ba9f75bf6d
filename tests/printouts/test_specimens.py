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

    two_pages = {"booklet", "handover"}
    one_page = {name.removesuffix(".pdf") for name in NAMES} - two_pages
    assert pictures == one_page | {f"{name}-{page}" for name in two_pages for page in (1, 2)}
