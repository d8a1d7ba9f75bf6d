"""Sheets in every layout: each code reads, each name comes back, nothing is off the paper."""

import subprocess
from dataclasses import replace
from functools import cache

import cv2
import numpy
import pypdfium2
import pytest
import zxingcpp

from tests.printouts.factories import MASKED_NAMES, make_booklets, make_voucher
from tests.printouts.plainly import draw_plainly
from tests.printouts.reading import read_poppler, read_pypdf, render
from voucher.codes import show_serial
from voucher.printouts.drawing.fields import FIELDS, SAMPLE, Addressee, Mark
from voucher.printouts.drawing.layouts import load_layout
from voucher.printouts.drawing.sheet import check_fits, draw_sheets, list_pages
from voucher.printouts.rules import LAYOUTS
from voucher.refusals import Refusal

VOUCHERS = make_booklets(11)
DOTS = 300 / 25.4
LONG_TERMS = "助餐、保洁、助浴、康复护理、陪同就医、家电维修、理发、洗衣、上门照护、日间照料"
look = cache(render)


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request):
    return load_layout(request.param)


@pytest.fixture(scope="module")
def printed(layout, tmp_path_factory):
    path = tmp_path_factory.mktemp("sheets") / "sheet.pdf"
    pages = draw_sheets(path=path, vouchers=VOUCHERS, title="t", mark=Mark.TEST, layout=layout.name)
    assert pages == {"a4-8": 2, "a4-10": 2, "booklet": 8}[layout.name]
    return path


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_zxing_reads_every_code_from_the_rendered_page(printed, dpi):
    found = [
        code.text
        for page in look(printed, dpi=dpi)
        for code in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    ]

    assert sorted(found) == sorted(voucher.qr_text for voucher in VOUCHERS)


def test_opencv_reads_every_code_of_a_page_at_300_dpi(tmp_path):
    path = tmp_path / "sheet.pdf"
    draw_sheets(path=path, vouchers=VOUCHERS[:8], title="t", mark=Mark.TEST)
    cv2.setNumThreads(1)
    image = numpy.ascontiguousarray(render(path, dpi=300)[0])
    found = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(image)[1]

    assert sorted(filter(None, found)) == sorted(voucher.qr_text for voucher in VOUCHERS[:8])


def test_every_page_is_pixel_by_pixel_what_plain_calls_draw(printed, layout, tmp_path):
    plain = tmp_path / "plain.pdf"
    draw_plainly(path=plain, vouchers=VOUCHERS, mark=Mark.TEST, layout=layout.name)

    differing = [
        int((fast != slow).sum())
        for fast, slow in zip(look(printed, dpi=200), render(plain, dpi=200), strict=True)
    ]
    assert differing == [0] * len(differing)


@pytest.mark.parametrize("read", [read_poppler, read_pypdf])
def test_all_that_a_voucher_must_show_comes_back_as_text(printed, layout, read):
    text = read(printed)

    for voucher in VOUCHERS:
        shown = (voucher.masked_name + voucher.sex + voucher.age_band, voucher.typed_code)
        assert [part in text for part in shown] == [True, True]
        assert show_serial(voucher.serial).replace(" ", "") in text
    letters = 4 if layout.letter else 0
    assert text.count("有效至2026-12-31") == text.count("2026-12-01起可用") == 11
    assert text.count("咨询028-00000000") == text.count("第1次印") == 11
    assert text.count("测试券不能使用") == text.count("voucher.example") == 11 + letters


def test_no_ink_falls_into_a_quiet_zone_or_the_unprinted_margin(printed, layout):
    code, margin = layout.voucher.code, int(layout.margin * DOTS) - 1
    side, zone = round(code.box.width * DOTS), int(code.quiet_zone * DOTS) - 1
    vouchers = list(list_pages(vouchers=VOUCHERS, layout=layout))
    frames = []
    for page, shown in zip(look(printed, dpi=300), vouchers, strict=True):
        frames += [page[:margin], page[-margin:], page[:, :margin], page[:, -margin:]]
        for number in range(len(shown)):
            x, y = layout.locate(number)
            left, top = round((x + code.x) * DOTS), round((y + code.y) * DOTS)
            cut = page[top : top + side, left : left + side]
            frames += [cut[:zone], cut[-zone:], cut[:, :zone], cut[:, -zone:]]

    assert {int(frame.min()) for frame in frames} == {255}


def test_the_same_vouchers_give_the_same_bytes(printed, layout, tmp_path):
    again = tmp_path / "again.pdf"
    draw_sheets(path=again, vouchers=VOUCHERS, title="t", mark=Mark.TEST, layout=layout.name)

    assert again.read_bytes() == printed.read_bytes()


def test_the_file_is_sound_and_every_font_is_embedded(printed):
    subprocess.run(["qpdf", "--check", printed], check=True, capture_output=True)
    table = subprocess.run(["pdffonts", printed], check=True, capture_output=True, text=True)
    rows = [line.split() for line in table.stdout.splitlines()[2:]]

    assert {row[0].partition("+")[2] for row in rows} == {
        "NotoSansSC-Bold",
        "NotoSansSC-Regular",
        "VoucherRareNames",
    }
    assert {tuple(row[-5:-2]) for row in rows} == {("yes", "yes", "yes")}


@pytest.mark.parametrize("name", ["a4-8", "a4-10"])
def test_a_voucher_more_takes_at_most_600_bytes(tmp_path, name):
    sizes = []
    for count in (40, 200):
        path = tmp_path / f"{count}.pdf"
        vouchers = [make_voucher(number) for number in range(1, count + 1)]
        draw_sheets(path=path, vouchers=vouchers, title="t", mark=None, layout=name)
        sizes.append(path.stat().st_size)

    assert (sizes[1] - sizes[0]) / 160 <= 600


def test_a_booklet_is_one_resident_s_and_only_its_letter_bears_the_full_name(tmp_path):
    path = tmp_path / "booklet.pdf"
    draw_sheets(path=path, vouchers=VOUCHERS, title="t", mark=None, layout="booklet")
    texts = [
        "".join(page.get_textpage().get_text_bounded().split())
        for page in pypdfium2.PdfDocument(path)
    ]

    people = list(dict.fromkeys(voucher.addressee for voucher in VOUCHERS))
    pages = list(list_pages(vouchers=VOUCHERS, layout=load_layout("booklet")))
    letters = [text for text, page in zip(texts, pages, strict=True) if not page]
    assert [len({voucher.addressee for voucher in page}) for page in pages if page] == [1] * 4
    for person, letter in zip(people, letters, strict=True):
        assert person.name in letter
        assert person.address.replace(" ", "") in letter
    for text, page in zip(texts, pages, strict=True):
        if page:
            assert [person.name for person in people if person.name in text] == []


def test_a_missing_glyph_stops_the_file_before_it_begins(tmp_path):
    vouchers = [*VOUCHERS, make_voucher(12, masked_name="\ue000*")]

    with pytest.raises(Refusal) as refused:
        draw_sheets(path=tmp_path / "sheet.pdf", vouchers=vouchers, title="t", mark=None)

    assert refused.value.word == "glyph"
    assert list(tmp_path.iterdir()) == []


def test_a_text_too_long_even_for_the_smallest_type_leaves_no_file(tmp_path):
    vouchers = [make_voucher(1, covers="服务" * 60)]

    with pytest.raises(Refusal) as refused:
        draw_sheets(path=tmp_path / "sheet.pdf", vouchers=vouchers, title="t", mark=None)
    with pytest.raises(Refusal) as foreseen:
        check_fits(vouchers)

    assert (refused.value.word, foreseen.value.word) == ("text_too_long", "text_too_long")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "values",
    [
        {"covers": LONG_TERMS},
        {"value": "9,999.99 元"},
        {"value": "本月最高抵扣 1,234.56 元"},
        {"masked_name": "王" + "*" * 29},
        {"masked_name": "阿卜杜热合曼托合提买买提明·*"},
        {"masked_name": "𠮷" * 12 + "·*", "age_band": "100岁以上"},
        {"typed_code": "0WWWW-WWWWW-WWWWW"},
        {"programme": "养老服务消费补贴" * 2},
        {"community": "示例区示例街道示例社区居委会"},
        {"desk_phone": "0571-8888 8888 转 1234"},
        {"addressee": Addressee(1, "王" + "小" * 29, "示例市示例区示例街道示例路 1234 号" * 3)},
        {"addressee": Addressee(1, "买买提明·阿不都热合曼·托合提·阿卜杜拉", "示例路")},
    ],
)
def test_long_names_and_large_figures_fit(layout, values):
    check_fits([replace(SAMPLE, **values)], layout=layout.name)


def test_the_catalogue_says_what_each_field_prints():
    shown = {field.name: field.show(SAMPLE) for field in FIELDS}

    assert shown["value"] == "30.00 元"
    assert shown["expiry"] == "有效至 2026-12-31"
    assert shown["person"] == "王**  女  80-89岁"
    assert shown["serial"] == "2612 0000 0017"


def test_every_masked_name_of_the_sample_is_there(printed):
    text = read_poppler(printed)

    assert {name for name in MASKED_NAMES if name in text} == set(MASKED_NAMES)


@pytest.mark.parametrize("count", [0, 10_001])
def test_nothing_and_too_much_are_not_one_file(tmp_path, count):
    with pytest.raises(ValueError, match="are not one file"):
        draw_sheets(path=tmp_path / "s.pdf", vouchers=[SAMPLE] * count, title="t", mark=None)
