"""QR rasters."""

import numpy
import pytest
import zxingcpp
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from voucher.qr import Raster, make_raster

SHORTEST = "HTTPS://A/V/" + "A" * 143
LONGEST = "HTTPS://ABCDEFGHIJKLMNOPQR.GOV.CN/V/" + "Z" * 142


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


def test_a_voucher_is_what_qrcode_draws_at_version_7_mask_2():
    plain = QRCode(version=7, error_correction=ERROR_CORRECT_M, mask_pattern=2, border=0)
    plain.add_data(LONGEST, optimize=0)
    plain.make(fit=False)

    assert unpack(make_raster(LONGEST, quiet_zone=0)) == [
        [int(bool(module)) for module in row] for row in plain.modules
    ]


@pytest.mark.parametrize(
    ("text", "side"),
    [("YL1:" + "A0" * 67, 41), ("https://a.cn/v/" + "a" * 150, 53), (LONGEST + "Z", 49)],
)
def test_any_other_text_gets_the_smallest_version_that_holds_it(text, side):
    raster = make_raster(text, quiet_zone=0)

    assert raster.side == side
    assert decode(make_raster(text)) == text
