"""Family circumstances and telephone numbers as rosters write them."""

import pytest

from voucher.phones import read_phone
from voucher.residents.rules.situations import read_situation


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("", (), ()),
        ("独居", ("独居",), ()),
        ("空巢、残疾", ("空巢", "残疾"), ()),
        (
            "残疾，空巢,低保；失独;优抚/特困 独居",
            ("残疾", "空巢", "低保", "失独", "优抚", "特困", "独居"),
            (),
        ),
        ("低保边缘", ("低保边缘",), ()),
        ("低保、低保边缘", ("低保", "低保边缘"), ()),
        ("独居、独居", ("独居",), ()),
        ("、独居、", ("独居",), ()),
        ("无", (), ("无",)),
        ("低保户、残疾", ("残疾",), ("低保户",)),
        ("独居空巢", (), ("独居空巢",)),
    ],
)
def test_known_words_are_kept_in_order_and_others_are_told(text, known, unknown):
    assert read_situation(text) == (known, unknown)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13619659571", "13619659571"),
        ("+86 136-1965-9571", "13619659571"),
        ("+8619912345678", "19912345678"),
        ("028-84551234", "02884551234"),
        ("0571－87654321", "057187654321"),
        ("0123456789", "0123456789"),
        ("012345678901", "012345678901"),
    ],
)
def test_a_number_that_can_be_called_is_read(text, phone):
    assert read_phone(text) == phone


@pytest.mark.parametrize(
    "text",
    [
        "无",
        "1361965957",
        "136196595711",
        "12619659571",
        "8613619659571",
        "84551234",
        "012345678",
        "0123456789012",
        "13619659571/13719659571",
        "１３６１９６５９５７１",
        "",
    ],
)
def test_any_other_text_is_no_number(text):
    assert read_phone(text) is None
