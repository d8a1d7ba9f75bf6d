"""Sheets of vouchers: every code reads, every name comes back, nothing is off the paper."""

import subprocess

import cv2
import numpy
import pytest
import zxingcpp

from tests.printouts.factories import MASKED_NAMES, make_voucher
from tests.printouts.reading import read_poppler, read_pypdf, render
from voucher.codes import show_serial
from voucher.printouts.drawing import sheet
from voucher.printouts.drawing.fields import FIELDS, SAMPLE, Mark
from voucher.printouts.drawing.paper import fit_text
from voucher.printouts.drawing.sheet import PLACES, draw_sheets
from voucher.refusals import Refusal

VOUCHERS = [make_voucher(number) for number in range(1, 12)]
QR_MM = 53 * sheet.MODULE


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    path = tmp_path_factory.mktemp("sheets") / "sheet.pdf"
    assert draw_sheets(path=path, vouchers=VOUCHERS, title="t", mark=Mark.TEST) == 2
    return path


@pytest.mark.parametrize("dpi", [150, 300])
def test_zxing_reads_every_code_from_the_rendered_page(printed, dpi):
    found = [
        code.text for page in render(printed, dpi=dpi) for code in zxingcpp.read_barcodes(page)
    ]

    assert sorted(found) == sorted(voucher.qr_text for voucher in VOUCHERS)


def test_opencv_reads_every_code_at_300_dpi(printed):
    found = []
    for page in render(printed, dpi=300):
        found += cv2.QRCodeDetectorAruco().detectAndDecodeMulti(numpy.ascontiguousarray(page))[1]

    assert sorted(filter(None, found)) == sorted(voucher.qr_text for voucher in VOUCHERS)


@pytest.mark.parametrize("read", [read_poppler, read_pypdf])
def test_all_that_a_voucher_must_show_comes_back_as_text(printed, read):
    text = read(printed)

    for voucher in VOUCHERS:
        shown = (voucher.masked_name + voucher.sex + voucher.age_band, voucher.typed_code)
        assert [part in text for part in shown] == [True, True]
        assert show_serial(voucher.serial).replace(" ", "") in text
    assert text.count("有效期2026-12-01至2026-12-31") == 11
    assert text.count("30.00元") == text.count("028-00000000") == 11
    assert text.count("测试券不能使用") == text.count("voucher.example") == 11
    assert {name for name in MASKED_NAMES if name in text} == set(MASKED_NAMES)


def test_no_ink_falls_into_the_quiet_zone_or_the_unprinted_margin(printed):
    page = render(printed, dpi=300)[0]
    dots = 300 / 25.4
    margin = int(sheet.MARGIN * dots) - 1
    zone = int(4 * sheet.MODULE * dots) - 1
    left, top = round(sheet.QR_X * dots), round(sheet.QR_Y * dots)
    code = page[top : top + round(QR_MM * dots), left : left + round(QR_MM * dots)]

    frames = [page[:margin], page[-margin:], page[:, :margin], page[:, -margin:]]
    frames += [code[:zone], code[-zone:], code[:, :zone], code[:, -zone:]]
    assert [int(frame.min()) for frame in frames] == [255] * 8
    assert QR_MM >= 28


def test_the_same_vouchers_give_the_same_bytes(printed, tmp_path):
    again = tmp_path / "again.pdf"
    draw_sheets(path=again, vouchers=VOUCHERS, title="t", mark=Mark.TEST)

    assert again.read_bytes() == printed.read_bytes()


def test_the_file_is_sound_and_every_font_is_embedded(printed):
    subprocess.run(["qpdf", "--check", printed], check=True, capture_output=True)
    table = subprocess.run(["pdffonts", printed], check=True, capture_output=True, text=True)
    rows = [line.split() for line in table.stdout.splitlines()[2:]]

    assert sorted(row[0].partition("+")[2] for row in rows) == [
        "NotoSansSC-Bold",
        "NotoSansSC-Regular",
        "VoucherRareNames",
    ]
    assert {tuple(row[-5:-2]) for row in rows} == {("yes", "yes", "yes")}


def test_a_missing_glyph_stops_the_file_before_it_begins(tmp_path):
    vouchers = [*VOUCHERS, make_voucher(12, masked_name="\ue000*")]

    with pytest.raises(Refusal) as refused:
        draw_sheets(path=tmp_path / "sheet.pdf", vouchers=vouchers, title="t", mark=None)

    assert refused.value.word == "glyph"
    assert list(tmp_path.iterdir()) == []


def test_a_text_too_long_even_for_the_smallest_type_leaves_no_file(tmp_path):
    with pytest.raises(Refusal) as refused:
        draw_sheets(
            path=tmp_path / "sheet.pdf",
            vouchers=[make_voucher(1, covers="服务" * 60)],
            title="t",
            mark=None,
        )

    assert refused.value.word == "text_too_long"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("value", "9,999.99 元"),
        ("value", "本月最高抵扣 1,800 元"),
        ("covers", "上门 50% · 机构和日托 40%"),
        ("person", "王" + "*" * 29 + "  女  80-89岁"),
        ("person", "𠮷" * 30 + "·*  女  100岁及以上"),
        ("typed_code", "编码 WWWWW-WWWWW-WWWWW"),
        ("programme", "养老服务消费补贴" * 4),
    ],
)
def test_long_names_and_large_figures_fit(field, text):
    fitted = fit_text(text, PLACES[field])

    assert fitted.size >= PLACES[field].floor
    assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")


def test_value_and_validity_are_never_small():
    assert (PLACES["value"].floor, PLACES["validity"].floor) == (20, 14)


def test_the_catalogue_of_fields_is_what_the_layout_places():
    assert sorted(field.name for field in FIELDS) == sorted(PLACES)
    assert {field.name: field.show_sample() for field in FIELDS}["value"] == SAMPLE.value


@pytest.mark.parametrize("count", [0, 10_001])
def test_nothing_and_too_much_are_not_one_file(tmp_path, count):
    with pytest.raises(ValueError, match="are not one file"):
        draw_sheets(path=tmp_path / "s.pdf", vouchers=[SAMPLE] * count, title="t", mark=None)
