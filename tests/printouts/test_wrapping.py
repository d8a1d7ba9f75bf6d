"""Where a line of text may end: nowhere that a reader would stumble."""

import pytest

from voucher.printouts.drawing.fonts import Weight, load_fonts
from voucher.printouts.drawing.paper import wrap_text

OPENING, CLOSING = "（《“【「(", "、，。；：！？）》”】」"


@pytest.mark.parametrize(
    "text",
    [
        "成都市锦江区（原东城区）示例路《居家养老》服务站【三号】楼“幸福里”小区",
        "上门助浴（每次80元（含材料））、理发、洗衣，保洁；助餐：早（中、晚）餐",
        "Home care(上门)and day care (日间照料)",
    ],
)
def test_no_line_ends_with_what_opens_or_begins_with_what_closes(text):
    load_fonts()

    for width in range(20, 120):
        lines = wrap_text(text, width=width, size=14, weight=Weight.REGULAR)

        assert "".join("".join(lines).split()) == "".join(text.split())
        assert [line for line in lines if line[-1] in OPENING] == []
        assert [line for line in lines if line[0] in CLOSING] == []


def test_a_bracket_that_opens_nothing_is_still_there():
    load_fonts()

    assert wrap_text("示例路（", width=5, size=14, weight=Weight.REGULAR) == tuple("示例路（")
