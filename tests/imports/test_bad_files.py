"""Group E: every bad file gets its sentence on the page where it was chosen, and is not kept."""

from collections.abc import Callable

import pytest

from tests.imports.factories import (
    FLOWS,
    ROSTER,
    enter_district,
    list_kept,
    list_uploads,
    preview,
    send,
    show,
)
from tests.residents.factories import COLUMNS, make_number, make_person, make_roster
from tests.workbooks.factories import make_workbook, repack
from voucher.uploads import READ_BYTES
from voucher.workbooks.archive import MAX_FILE_BYTES
from voucher.workbooks.sheets import MAX_ROWS

SOUND = make_roster(make_person(1))
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
NOISE = b"".join(number.to_bytes(3, "big") for number in range(300_000))


def change(write: Callable[..., None]) -> bytes:
    row = [make_person(1).get(title, "") for title in COLUMNS]
    return make_workbook([COLUMNS, row, row], change=lambda _, sheet: write(sheet))


def make_far_row() -> bytes:
    return change(lambda sheet: sheet.write_string(MAX_ROWS + 60_000, 0, "王秀英"))


BAD = {
    "E01": (b"%PDF-1.7", 415, "文件不是有效的 xlsx，请用模板另存"),
    "E01 csv": ("姓名,身份证号\n".encode("gb18030"), 415, "文件不是有效的 xlsx，请用模板另存"),
    "E02": (b"\0" * (MAX_FILE_BYTES + 1), 413, "文件超过 30 MB，请分成几个文件"),
    "E02 more": (b"\0" * 2 * MAX_FILE_BYTES, 413, "文件超过 30 MB，请分成几个文件"),
    "E03": (
        repack(SOUND, added={"xl/media/zeros.bin": b"\0" * 200_000_000}),
        413,
        "文件解压后过大，已拒绝",
    ),
    "E04": (repack(SOUND, added={"xl/x.xml": DOCTYPE}), 422, "文件含不允许的外部实体"),
    "E05": (repack(SOUND, added={"xl/vbaProject.bin": b"x"}), 415, "文件含宏或外部链接"),
    "E06": (LOCKED, 422, "文件有密码，请先取消密码"),
    "E07": (make_workbook([]), 422, "没有数据行"),
    "E07 header only": (make_roster(), 422, "没有数据行"),
    "E09": (repack(make_far_row(), added={"xl/x.bin": NOISE}), 413, "每次最多 200,000 行"),
    "E11": (
        change(lambda sheet: sheet.merge_range("B2:B3", "x")),
        422,
        "第2行合并单元格，请拆分",
    ),
    "E12": (
        change(lambda sheet: sheet.write_formula("A2", "=A1")),
        422,
        "第2行“姓名”是公式，请粘贴为数值",
    ),
    "E13": (
        change(lambda sheet: sheet.write_formula("A2", "=1", None, "#N/A")),
        422,
        "第2行“姓名”是",
    ),
}


@pytest.fixture
def inside(client):
    enter_district(client)
    return client


def test_every_bad_file_is_told_where_it_was_chosen_and_not_kept(inside, home):
    for name, (content, status, sentence) in BAD.items():
        answer = send(inside, content, on="2026-12-01")

        page = answer.get_data(as_text=True)
        assert (answer.status_code, sentence in page) == (status, True), (name, page)
        assert ('name="file"' in page, 'value="2026-12-01"' in page) == (True, True), name
        assert (list_uploads(), list_kept(home.path)) == ([], []), name


@pytest.mark.parametrize("path", FLOWS)
def test_no_file_is_a_file_to_choose(client, path):
    enter_district(client)

    answer = send(client, b"", to=path, name="")

    assert answer.status_code == 422
    assert "请先选择要上传的文件" in answer.get_data(as_text=True)


def test_a_day_that_is_none_is_told_and_kept_as_typed(inside):
    answer = send(inside, SOUND, on="2026-02-30")

    assert answer.status_code == 422
    assert 'value="2026-02-30"' in answer.get_data(as_text=True)
    assert list_uploads() == []


def test_the_day_that_was_typed_is_the_day_ages_count_on(inside):
    young = make_roster(make_person(2, 身份证号=make_number(2, born="19661206")))

    early = show(inside, preview(inside, young, on="2026-12-05"))
    later = show(inside, preview(inside, young, on="2026-12-06"))

    assert ("基准日未满60周岁" in early, "基准日未满60周岁" in later) == (True, False)


def test_more_than_the_site_reads_is_refused_without_being_read(inside, home):
    answer = inside.post(
        ROSTER,
        data=b"",
        content_type="multipart/form-data; boundary=edge",
        environ_overrides={"CONTENT_LENGTH": str(READ_BYTES + 1)},
    )

    assert answer.status_code == 413
    assert list_kept(home.path) == []


def test_hidden_rows_and_other_sheets_are_told_and_imported(inside):
    def hide(workbook, sheet):
        sheet.set_row(1, None, None, {"hidden": True})
        workbook.add_worksheet("另").write_string(0, 0, "x")

    row = [make_person(1).get(title, "") for title in COLUMNS]
    page = show(inside, preview(inside, make_workbook([COLUMNS, row], change=hide)))

    assert "含 1 行隐藏行，已一并读取" in page
    assert "仅导入第一个工作表，其他工作表没有读取" in page


def test_text_that_would_be_code_is_shown_as_text(inside):
    trick = "<script>alert(1)</script>{{7*7}}"

    page = show(inside, preview(inside, make_roster(make_person(1, 住址=trick))))
    faulty = show(inside, preview(inside, make_roster(make_person(2, 姓名=trick, 备注="=1+1"))))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in faulty
    assert "<script>alert" not in page + faulty
