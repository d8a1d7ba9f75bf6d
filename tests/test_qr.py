"""QR rasters: those of vouchers come from tables, bit for bit what qrcode draws."""

import random
from itertools import groupby

import numpy
import pytest
import zxingcpp
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

from voucher.qr import make_raster, make_rasters
from voucher.rasters import Raster

SHORTEST = "HTTPS://A/V/" + "A" * 143
LONGEST = "HTTPS://ABCDEFGHIJKLMNOPQR.GOV.CN/V/" + "Z" * 142
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HOST_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"


def unpack(raster: Raster) -> list[list[int]]:
    width = (raster.side + 7) // 8
    rows = [raster.rows[start : start + width] for start in range(0, len(raster.rows), width)]
    return [[row[x // 8] >> 7 - x % 8 & 1 for x in range(raster.side)] for row in rows]


def decode(raster: Raster) -> str:
    pixels = 255 - 255 * numpy.array(unpack(raster), dtype=numpy.uint8)
    (code,) = zxingcpp.read_barcodes(numpy.kron(pixels, numpy.ones((8, 8), numpy.uint8)))
    return code.text


@pytest.mark.parametrize("text", [SHORTEST, LONGEST])
def test_every_voucher_is_version_7_and_is_read_back(text):
    raster = make_raster(text)

    assert raster.side == 45 + 8
    assert decode(raster) == text


def test_the_quiet_zone_is_four_modules_of_nothing():
    with_zone, without = unpack(make_raster(SHORTEST)), unpack(make_raster(SHORTEST, quiet_zone=0))

    assert [row[4:-4] for row in with_zone[4:-4]] == without
    assert sum(map(sum, with_zone)) == sum(map(sum, without))


def draw_with_qrcode(text: str) -> Raster:
    plain = QRCode(version=7, error_correction=ERROR_CORRECT_M, mask_pattern=2, border=0)
    plain.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM))
    plain.make(fit=False)
    rows = ("".join("01"[bool(module)] for module in row) for row in plain.modules)
    return Raster(side=45, rows=b"".join(int(row + "000", 2).to_bytes(6, "big") for row in rows))


def make_texts(count: int) -> list[str]:
    """Give texts of vouchers, of each length in turn."""
    chance = random.Random(7)
    return [
        f"HTTPS://{''.join(chance.choices(HOST_SIGNS, k=1 + number % 24))}/V/"
        + "".join(chance.choices(BASE32, k=143))
        for number in range(count)
    ]


def test_a_thousand_vouchers_are_what_qrcode_draws_at_version_7_mask_2():
    texts = make_texts(1000)

    texts.sort(key=len)
    drawn = [raster for _, alike in groupby(texts, key=len) for raster in make_rasters(list(alike))]

    assert {len(text) for text in texts} == set(range(155, 179))
    assert drawn == list(map(draw_with_qrcode, texts))


@pytest.mark.parametrize("stranger", [SHORTEST, LONGEST[:-1] + "a", LONGEST[:-1] + "券", "YL1:A"])
def test_of_many_texts_each_is_drawn_as_it_is_alone(stranger):
    texts = [LONGEST, stranger, LONGEST[:-1] + "Y"]

    assert list(make_rasters(texts)) == [make_raster(text, quiet_zone=0) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        LONGEST,
        LONGEST[:-1] + "$",
        SHORTEST[:-1] + " ",
        SHORTEST[:60] + "A " + SHORTEST[62:],
        SHORTEST[:60] + " A" + SHORTEST[62:],
        "$" + SHORTEST[1:],
        "0123456789" * 16,
        "A" * 155,
    ],
)
def test_any_alphanumeric_text_of_that_length_is_drawn_alike(text):
    assert make_raster(text, quiet_zone=0) == draw_with_qrcode(text)


@pytest.mark.parametrize("text", ["h" + SHORTEST[1:], SHORTEST[:-1] + "a", SHORTEST[:-1] + "券"])
def test_a_text_of_that_length_and_other_signs_is_read_back(text):
    assert decode(make_raster(text)) == text


@pytest.mark.parametrize(
    ("text", "side"),
    [("YL1:" + "A0" * 67, 41), ("https://a.cn/v/" + "a" * 150, 53), (LONGEST + "Z", 49)],
)
def test_any_other_text_gets_the_smallest_version_that_holds_it(text, side):
    raster = make_raster(text, quiet_zone=0)

    assert raster.side == side
    assert decode(make_raster(text)) == text
