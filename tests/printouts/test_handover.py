"""The handover list: everybody with the full name, nobody lost between pages."""

from dataclasses import replace

import pytest
from pypdfium2 import PdfDocument
from zxingcpp import read_barcodes

from tests.printouts.factories import FULL_NAMES, MONTH, make_handover, make_handover_line
from tests.printouts.reading import read_poppler, read_pypdf
from voucher.codes import make_serial, show_serial
from voucher.printouts.drawing.handover import draw_handover_list
from voucher.refusals import Refusal


@pytest.mark.parametrize("read", [read_poppler, read_pypdf])
def test_every_full_name_and_serial_is_on_the_list(tmp_path, read):
    path = tmp_path / "list.pdf"
    lines = [
        make_handover_line(name, numbers=range(10 * number + 1, 10 * number + 4))
        for number, name in enumerate(FULL_NAMES)
    ]

    draw_handover_list(path=path, handover=make_handover(*lines))

    text = read(path)
    assert [name for name in FULL_NAMES if name not in text] == []
    serials = [show_serial(serial).replace(" ", "") for line in lines for serial in line.serials]
    assert [serial for serial in serials if serial not in text] == []
    assert "全表8人24张" in text


def test_a_long_list_goes_on_with_its_head_and_its_sums(tmp_path):
    path = tmp_path / "list.pdf"
    lines = [make_handover_line("王小明")] * 25

    assert draw_handover_list(path=path, handover=make_handover(*lines)) == 1 + 3

    text = read_poppler(path)
    assert text.count("代领人姓名") == 3
    assert text.count("王小明") == 25
    assert text.count("本页11人11张；全表25人25张") == 2


def test_more_serials_than_a_row_holds_go_on_in_another(tmp_path):
    path = tmp_path / "list.pdf"
    line = make_handover_line("王小明", numbers=range(1, 61))

    draw_handover_list(path=path, handover=make_handover(line))

    text = read_poppler(path)
    serials = [show_serial(serial).replace(" ", "") for serial in line.serials]
    assert [serial for serial in serials if serial not in text] == []
    assert "全表1人60张" in text


def test_the_same_list_gives_the_same_bytes(tmp_path):
    handover = make_handover(*map(make_handover_line, FULL_NAMES))
    for name in ("one", "two"):
        draw_handover_list(path=tmp_path / name, handover=handover)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_name_without_a_glyph_stops_the_list(tmp_path):
    with pytest.raises(Refusal) as refused:
        draw_handover_list(
            path=tmp_path / "list.pdf", handover=make_handover(make_handover_line("王\ue000"))
        )

    assert refused.value.word == "glyph"
    assert list(tmp_path.iterdir()) == []


def test_the_cover_says_what_is_in_the_box_and_every_page_opens_its_round(tmp_path):
    path = tmp_path / "list.pdf"
    lines = [
        make_handover_line("王小明", numbers=range(3, 5)),
        make_handover_line("单", numbers=range(1, 3)),
    ]

    draw_handover_list(path=path, handover=replace(make_handover(*lines), sheets=7))

    text = read_poppler(path)
    first, last = (show_serial(make_serial(month=MONTH, number=n)) for n in (1, 4))
    sentences = ("券4张", "老人2位", "券纸7页", f"券号{first}至{last}".replace(" ", ""))
    assert [sentence for sentence in sentences if sentence not in text] == []
    pages = [page.render(scale=3).to_pil() for page in PdfDocument(path)]
    codes = [[code.text for code in read_barcodes(page)] for page in pages]
    assert codes == [["ROUND-000001-510104001001"]] * 2
