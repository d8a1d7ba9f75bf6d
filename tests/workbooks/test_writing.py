"""T16: every exported cell read back is a string, never a formula."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
import python_calamine
from hypothesis import example, given
from hypothesis import strategies as st

from voucher.workbooks.writing import MAX_TEXT, keep_damaged, write_workbook

ANY_TEXT = st.text(st.characters(exclude_characters="\ufffe\uffff\r", exclude_categories=["Cs"]))


def read_back(content: bytes) -> list[list[object]]:
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)


def read_sheet(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


@given(st.lists(ANY_TEXT, min_size=1, max_size=8))
@example(["=cmd|'/c calc'!A1", "+8613800000000", "-1", "@x", "\tx", "＝1+1", "\nx", "{=1}"])
@example(["110101193806150026", "=HYPERLINK(1)", "http://example.cn", "_x0041_", " x ", "1e5"])
def test_every_text_comes_back_as_the_same_text_and_never_as_a_formula(texts):
    content = write_workbook(sheets=[("名单", ("列",) * len(texts), [("x", *texts, "x")])])

    assert read_back(content)[1] == ["x", *texts, "x"]
    assert re.findall(r"<(?:\w+:)?f[ >]", read_sheet(content)) == []
    assert "hyperlink" not in read_sheet(content)


def test_a_lone_surrogate_and_an_endless_text_still_make_a_readable_file():
    content = write_workbook(sheets=[("名单", ("列",), [("甲\ud800乙",), ("长" * 40_000,)])])

    assert read_back(content)[1:] == [["甲?乙"], ["长" * MAX_TEXT]]


def test_numbers_stay_numbers_days_and_truths_become_text():
    rows = [(4, 2.5, date(2026, 2, 3), datetime.fromisoformat("2026-02-03"), True, None)]

    content = write_workbook(sheets=[("名单", ("列",) * 6, rows)])

    assert read_back(content)[1] == [4.0, 2.5, "2026-02-03", "2026-02-03", "True", ""]


def test_cells_of_text_are_formatted_as_text_so_that_editing_keeps_the_digits():
    content = write_workbook(sheets=[("名单", ("身份证号",), [("110101193806150026",)])])

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert 'numFmtId="49"' in archive.read("xl/styles.xml").decode()


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (5.10104195703107e17, "5.10104195703107E+17"),
        (510104570310699.0, "5.10104570310699E+14"),
        ("51010419570310699X", "51010419570310699X"),
        (None, None),
    ],
)
def test_an_identity_number_that_was_a_number_never_looks_sound_again(cell, kept):
    assert keep_damaged(cell) == kept


def test_several_sheets_keep_their_names_and_rows():
    content = write_workbook(sheets=[("退回", ("甲",), [("1",)]), ("未出现", ("乙",), [("2",)])])

    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert workbook.sheet_names == ["退回", "未出现"]
    assert workbook.get_sheet_by_index(1).to_python() == [["乙"], ["2"]]
