"""Every page of the sample run, read back with other people's eyes."""

import subprocess
from functools import cache

import cv2
import numpy
import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.printouts.reading import read_poppler
from voucher.codes import read_print_code, show_serial
from voucher.config import load_home, read_key
from voucher.divisions.models import Division
from voucher.printouts.drawing.layouts import load_layout
from voucher.residents.models import Resident
from voucher.signing import load_keyring, verify
from voucher.text import mask_name
from voucher.vouchers.models import Print, Voucher

# Short pieces, so that two workers end together.
QR = zxingcpp.BarcodeFormat.QRCode
SLICES = 16
LAYOUT = load_layout("a4-8")
COLUMNS, ROWS = LAYOUT.columns, LAYOUT.rows
CELLS = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]


@cache
def list_printed(home):
    """Give print id, voucher and resident of what each file of the sample month must show."""
    engine = create_engine(f"sqlite:///{home / 'voucher.db'}")
    with Session(engine) as session:
        rows = session.execute(
            select(Print.code, Voucher.run_id, Division.code, Voucher.serial, Resident.name)
            .join(Voucher, Voucher.id == Print.voucher_id)
            .join(Division, Division.id == Voucher.community_id)
            .join(Resident, Resident.id == Voucher.resident_id)
            .where(Voucher.run_id <= 2)
        ).all()
    engine.dispose()
    files = {}
    for code, run, community, serial, name in rows:
        stem = f"run-{run:06d}-{community}"
        files.setdefault(stem, {})[read_print_code(code)] = (serial, name)
    return files


def list_expected(rehearsed, path):
    return list_printed(rehearsed.home)[path.stem.rpartition("-")[0]]


def render(page, *, dpi):
    return numpy.ascontiguousarray(page.render(scale=dpi / 72, grayscale=True).to_numpy())


def read_zxing(image):
    """Give the text of the code on each voucher's place, "" where there is none."""
    height, width = image.shape[0] // ROWS, image.shape[1] // COLUMNS
    found = dict.fromkeys(CELLS, "")
    for code in zxingcpp.read_barcodes(image, formats=QR):
        corner = code.position.top_left
        cell = (corner.y // height, corner.x // width)
        # A reader may see one code twice.
        assert found[cell] in ("", code.text), "two codes on one voucher"
        found[cell] = code.text
    return list(found.values())


def read_opencv(image):
    """Give the text of each voucher, cut out of the page along its dashed lines."""
    height, width = image.shape[0] // ROWS, image.shape[1] // COLUMNS
    detector = cv2.QRCodeDetectorAruco()
    for row, column in CELLS:
        cut = image[row * height : (row + 1) * height, column * width : (column + 1) * width]
        yield detector.detectAndDecode(numpy.ascontiguousarray(cut))[0]


def read_cells(page):
    """Give the words on each voucher, without white space."""
    words, (width, height) = page.get_textpage(), page.get_size()
    for row, column in CELLS:
        left, top = column * width / COLUMNS, height - row * height / ROWS
        text = words.get_text_bounded(
            left=left, right=left + width / COLUMNS, top=top, bottom=top - height / ROWS
        )
        yield "".join(text.split())


def test_the_sheets_of_the_sample_are_those_of_its_vouchers(rehearsed):
    files = list_printed(rehearsed.home)

    assert [path.stem.rpartition("-")[0] for path in rehearsed.sheets] == sorted(files)
    assert sum(map(len, files.values())) == 2651


@pytest.mark.parametrize("part", range(SLICES))
def test_every_code_reads_and_names_the_voucher_it_stands_on(rehearsed, part):
    home = load_home(rehearsed.home)
    keyring = load_keyring(home.path / "keys", wrapping_key=read_key(home, "wrap"))
    cv2.setNumThreads(1)

    for path in rehearsed.sheets[part::SLICES]:
        expected = dict(list_expected(rehearsed, path))
        for page in pypdfium2.PdfDocument(path):
            texts = read_zxing(render(page, dpi=300))
            for text, words in zip(texts, read_cells(page), strict=True):
                if not text:
                    assert words == "", "a voucher without a code that reads"
                    continue
                body = verify(text, host=home.host, keyring=keyring, test_allowed=True)
                serial, name = expected.pop(body.print_id)
                assert show_serial(serial).replace(" ", "") in words
                assert mask_name(name).replace(" ", "") in words
        assert expected == {}, f"{path.name} lacks vouchers"


@pytest.mark.parametrize("part", range(4))
def test_another_reader_and_a_coarse_scan_find_the_same_codes(rehearsed, part):
    cv2.setNumThreads(1)

    # Every tenth file: each reads as the first reader reads it, which looks at all of them.
    for path in rehearsed.sheets[part * 10 :: 40]:
        for page in pypdfium2.PdfDocument(path):
            fine = render(page, dpi=300)
            texts = read_zxing(fine)
            assert list(read_opencv(fine)) == texts
            assert read_zxing(render(page, dpi=150)) == texts


@pytest.mark.parametrize("part", range(4))
def test_every_name_comes_back_from_the_paper(rehearsed, part):
    for path in rehearsed.sheets[part::4]:
        text = read_poppler(path)
        people = list_expected(rehearsed, path).values()
        for masked in {mask_name(name) for _, name in people}:
            # The same shortened name may belong to several people, each with a voucher or more.
            shown = sum(mask_name(name) == masked for _, name in people)
            assert (
                text.count(masked.replace(" ", "") + "男")
                + text.count(masked.replace(" ", "") + "女")
                == shown
            ), f"{masked} in {path.name}"

    for path in rehearsed.handover_lists[part::4]:
        text = read_poppler(path)
        names = {name.replace(" ", "") for _, name in list_expected(rehearsed, path).values()}
        assert {name for name in names if name not in text} == set(), path.name


def test_the_sample_has_rare_and_long_names(rehearsed):
    people = {name for file in list_printed(rehearsed.home).values() for _, name in file.values()}

    assert {
        character for name in people for character in name if character in "㐱㛃䶮𠮷𬍛𬭚"
    } == set("㐱㛃䶮𠮷𬍛𬭚")
    assert {"买买提明·阿不都热合曼·托合提", "Anna Maria Li"} <= people


def test_a_run_printed_again_gives_the_same_files(rehearsed, tmp_path):
    # The smaller of the two; both are drawn by the same program.
    answer = rehearsed.ask("print", "2", "--out", str(tmp_path), "--as", "worker")

    again = sorted(tmp_path.iterdir())
    first = sorted(rehearsed.printouts.glob("run-000002-*.pdf"))
    assert len(answer["files"]) + len(answer["handover_lists"]) == len(again)
    assert [path.name for path in again] == [path.name for path in first]
    changed = [
        one.name
        for one, other in zip(first, again, strict=True)
        if one.read_bytes() != other.read_bytes()
    ]
    assert changed == []


def test_every_file_is_sound_and_holds_its_fonts(rehearsed):
    paths = [*rehearsed.sheets, *rehearsed.handover_lists]
    for path in paths:
        subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
        table = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True)
        fonts = [line.split() for line in table.stdout.splitlines()[2:]]
        assert {tuple(font[-5:-2]) for font in fonts} == {("yes", "yes", "yes")}, path.name

    assert len(paths) == 298
