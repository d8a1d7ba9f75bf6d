"""Group E of the sheet itself: header, blank and foot rows, cells that are not what they show."""

import pytest

from tests.workbooks.factories import (
    ROSTER_TITLES,
    SOUND_ROW,
    make_roster,
    make_workbook,
    read_part,
    repack,
)
from voucher.refusals import BadInput
from voucher.residents.rules.roster import ROSTER_LAYOUT
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.sheets import LAST_ROW, cell_name, split_reference
from voucher.workbooks.tables import Table, open_table

SHEET = "xl/worksheets/sheet1.xml"
# Bytes that do not shrink, so that the ratio is not what refuses.
NOISE = b"".join(number.to_bytes(3, "big") for number in range(300_000))


def read_table(content: bytes) -> tuple[Table, list[tuple[int, tuple[object, ...]]]]:
    table = open_table(sheet=read_first_sheet(content=content), layout=ROSTER_LAYOUT)
    return table, [(number, tuple(cells)) for number, cells in table.data_rows()]


def refuse(content: bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as caught:
        read_table(content)
    return caught.value.word, caught.value.facts


def test_rows_keep_the_number_the_spreadsheet_shows():
    content = make_workbook(
        [("某区名单",), (), ("", *ROSTER_TITLES), (), ("", *SOUND_ROW), ("", " ", "\u200b")],
        change=lambda _, sheet: sheet.merge_range("A1:E1", "某区名单"),
    )

    table, rows = read_table(content)

    assert table.header.row == 3
    assert rows == [(5, ("", *SOUND_ROW))]


def test_a_table_that_begins_in_a_later_column_is_read():
    content = make_workbook([(None, None, *ROSTER_TITLES), (None, None, *SOUND_ROW)])

    table, rows = read_table(content)

    assert table.header.columns == {"name": 2, "id": 3, "community": 4, "remark": 5}
    assert rows == [(2, ("", "", *SOUND_ROW))]


@pytest.mark.parametrize(
    "word", ["合计", "总计：", "小计", "填表人", "制表", "审核", "填报", "说明", "注："]
)
def test_a_foot_row_is_skipped(word):
    _, rows = read_table(make_roster(SOUND_ROW, (word, "", "", "1人"), ("", None, word)))

    assert [number for number, _ in rows] == [2]


def test_a_row_with_an_id_is_no_foot_row_whatever_its_first_cell():
    _, rows = read_table(make_roster(("合计", *SOUND_ROW[1:])))

    assert [number for number, _ in rows] == [2]


@pytest.mark.parametrize("rows", [[], [ROSTER_TITLES], [ROSTER_TITLES, ("合计", "", "0")]])
def test_a_sheet_without_data_rows_is_refused(rows):
    assert refuse(make_workbook(rows))[0] == "no_rows"


def test_a_sheet_without_a_header_in_its_first_thirty_rows_is_refused():
    late = [("名单",)] * 30 + [ROSTER_TITLES, SOUND_ROW]

    assert refuse(make_workbook(late)) == (
        "header",
        {"missing": "姓名、身份证号", "duplicate": ""},
    )
    assert len(read_table(make_workbook(late[1:]))[1]) == 1


def test_a_header_lists_what_is_missing_and_what_is_there_twice():
    titles = ("姓名", "老人姓名", "身份证号", "备注")

    assert refuse(make_workbook([titles, ("a", "b", "c", "d")])) == (
        "header",
        {"row": 1, "missing": "社区", "duplicate": "姓名"},
    )


def test_moved_columns_are_read_and_unknown_titles_are_listed():
    titles = ("序号", "备 注", "社 区", "血型", "公民身份号码", "姓 名")

    table, _ = read_table(make_workbook([titles, (1, "", "清波门社区", "A", SOUND_ROW[1], "王")]))

    assert table.header.columns == {"remark": 1, "community": 2, "id": 4, "name": 5}
    assert table.header.ignored == ("血型",)


def test_hidden_rows_are_read_and_counted():
    def hide(_, sheet):
        for row in (0, 2, 3, 9):
            sheet.set_row(row, None, None, {"hidden": True})

    table, rows = read_table(make_roster(SOUND_ROW, SOUND_ROW, SOUND_ROW, change=hide))

    assert [number for number, _ in rows] == [2, 3, 4]
    assert table.hidden_rows == 2


@pytest.mark.parametrize("area", ["D1:E1", "E1:F1", "A3:A4", "C2:D2", "A4:H9"])
def test_merged_cells_in_the_header_or_a_mapped_column_are_refused(area):
    def merge(_, sheet):
        sheet.merge_range(area, "备注" if area == "D1:E1" else "王秀英")

    row = (*SOUND_ROW, "x")
    word, facts = refuse(make_workbook([(*ROSTER_TITLES, "血型"), row, row, row], change=merge))

    assert (word, facts["cell"]) == ("merged", area.partition(":")[0])


def test_merged_cells_outside_the_data_do_not_count():
    def merge(_, sheet):
        sheet.merge_range("E2:F3", "旁注")
        sheet.merge_range("A4:C4", "合计")
        sheet.merge_range("A6:C8", "")

    assert len(read_table(make_roster(SOUND_ROW, SOUND_ROW, change=merge))[1]) == 2


@pytest.mark.parametrize(
    ("cell", "row", "title"),
    [("A1", 1, "姓名"), ("E1", 1, "E1"), ("B2", 2, "身份证号"), ("D3", 3, "备注")],
)
def test_a_formula_in_the_header_or_a_mapped_column_is_refused(cell, row, title):
    def write(_, sheet):
        sheet.write_formula(cell, '=HYPERLINK("http://example.cn","王")', None, title)

    assert refuse(make_roster(SOUND_ROW, SOUND_ROW, change=write)) == (
        "formula",
        {"row": row, "title": title, "cell": cell},
    )


def test_a_formula_in_a_foot_row_or_an_unmapped_column_does_not_count():
    def write(_, sheet):
        sheet.write_formula("E2", "=1+1", None, "2")
        sheet.write_string("A3", "合计")
        sheet.write_formula("C3", "=COUNTA(A2:A2)", None, "1")

    assert len(read_table(make_roster(SOUND_ROW, change=write))[1]) == 1


def test_the_same_formula_as_text_is_text():
    _, rows = read_table(make_roster(("=HYPERLINK(1)", *SOUND_ROW[1:])))

    assert rows[0][1][0] == "=HYPERLINK(1)"


@pytest.mark.parametrize("error", ["#N/A", "#REF!"])
def test_an_error_cell_is_refused_even_in_a_row_that_is_otherwise_blank(error):
    content = make_roster(SOUND_ROW, ("", "", "", "@"))
    sheet = read_part(content, SHEET)
    cell = sheet[sheet.index(b'<c r="D3"') :].partition(b"</c>")[0] + b"</c>"
    changed = sheet.replace(cell, f'<c r="D3" t="e"><v>{error}</v></c>'.encode())

    assert refuse(repack(content, replaced={SHEET: changed})) == (
        "cell_error",
        {"row": 3, "title": "备注", "cell": "D3"},
    )


def test_a_million_formatted_but_empty_rows_are_read_as_none():
    content = make_roster(SOUND_ROW)
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(3, 1_048_577))
    sheet = read_part(content, SHEET).replace(b"</sheetData>", empty + b"</sheetData>")

    _, rows = read_table(repack(content, replaced={SHEET: sheet}, added={"xl/noise.bin": NOISE}))

    assert rows == [(2, SOUND_ROW)]


def make_rows(number: int) -> bytes:
    """Make a roster of as many rows quickly: only the cells that count."""
    row = '<row r="{0}"><c r="B{0}" t="inlineStr"><is><t>{0}</t></is></c></row>'
    body = "".join(row.format(at) for at in range(2, number + 2)).encode()
    content = make_roster()
    sheet = read_part(content, SHEET).replace(b"</sheetData>", body + b"</sheetData>")
    return repack(content, replaced={SHEET: sheet})


def test_two_hundred_thousand_rows_are_read_and_one_more_is_refused():
    assert len(read_table(make_rows(200_000))[1]) == 200_000
    assert refuse(make_rows(200_001))[0] == "rows"


@pytest.mark.parametrize(
    ("reference", "word"), [("XFD1", "columns"), (f"A{LAST_ROW + 1}", "rows"), ("BI2", "columns")]
)
def test_a_single_far_cell_does_not_make_room_for_a_giant_sheet(reference, word):
    content = make_roster(SOUND_ROW)
    far = f'<row r="2000"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    sheet = read_part(content, SHEET).replace(b"</sheetData>", far)

    with pytest.raises(BadInput) as caught:
        read_first_sheet(content=repack(content, replaced={SHEET: sheet}))

    assert (caught.value.word, caught.value.status) == (word, 413)


def test_only_the_first_sheet_is_read_and_a_second_one_with_data_is_noticed():
    def add(workbook, _):
        workbook.add_worksheet("其他").write_string("C9", "数据")

    assert read_table(make_roster(SOUND_ROW, change=add))[0].sheet.has_other_sheets
    empty = make_roster(SOUND_ROW, change=lambda workbook, _: workbook.add_worksheet("空"))
    assert not read_table(empty)[0].sheet.has_other_sheets


def test_cells_without_references_are_counted_from_their_neighbours():
    content = make_roster(SOUND_ROW)
    bare = b"<row><c><f>1+1</f><v>2</v></c><c><v>7</v></c></row></sheetData>"
    sheet = read_part(content, SHEET).replace(b"</sheetData>", bare)

    assert refuse(repack(content, replaced={SHEET: sheet})) == (
        "formula",
        {"row": 3, "title": "姓名", "cell": "A3"},
    )


def test_a_formula_behind_prefixed_tags_is_found():
    content = make_roster(SOUND_ROW, change=lambda _, sheet: sheet.write_formula("D2", "=1"))
    sheet = read_part(content, SHEET).replace(b"xmlns=", b"xmlns:x=")
    for tag in (b"worksheet", b"sheetData", b"row", b"c", b"f", b"v"):
        for end in (b" ", b">"):
            sheet = sheet.replace(b"<" + tag + end, b"<x:" + tag + end)
        sheet = sheet.replace(b"</" + tag + b">", b"</x:" + tag + b">")

    assert refuse(repack(content, replaced={SHEET: sheet}))[0] == "formula"


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A3" r="XFD1048576" t="n"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c  r="XFD1048576"><v>1</v></c>',
        b'<c t="n" r="XFD1048576"><v>1</v></c>',
        b'<c r="XFD1048576" t="n"><v>1</v></c>',
        b'<x:c xmlns:x="a" r="XFD1048576"><v>1</v></x:c>',
        b'<c r="&#88;FD1048576"><v>1</v></c>',
        b'<c r="A0250001"><v>1</v></c>',
    ],
)
def test_no_way_of_writing_a_far_cell_slips_through(cell):
    content = make_roster(SOUND_ROW)
    row = b"<row>" + cell + b"</row></sheetData>"
    sheet = read_part(content, SHEET).replace(b"</sheetData>", row)

    with pytest.raises(BadInput) as caught:
        read_first_sheet(content=repack(content, replaced={SHEET: sheet}))

    assert caught.value.word in {"rows", "columns", "file_type"}


@pytest.mark.parametrize("cut", range(0, 60, 4))
def test_a_formula_is_found_wherever_the_chunks_are_cut(cut):
    content = make_roster(SOUND_ROW)
    before, _, after = read_part(content, SHEET).partition(b"</sheetData>")
    opening = b'<row r="3"><c r="A3" t="inlineStr"><is><t>'
    text = b"x" * ((1 << 18) - len(before) - len(opening) - cut)
    cells = b'</t></is></c><c r="D3" t="n"><f>1+1</f><v>2</v></c></row></sheetData>'
    sheet = before + opening + text + cells + after

    assert refuse(repack(content, replaced={SHEET: sheet}, added={"xl/noise.bin": NOISE})) == (
        "formula",
        {"row": 3, "title": "备注", "cell": "D3"},
    )


@pytest.mark.parametrize(("row", "column", "name"), [(5, 4, "D5"), (1, 26, "Z1"), (9, 60, "BH9")])
def test_a_cell_is_named_as_the_spreadsheet_shows_it(row, column, name):
    assert cell_name(row=row, column=column) == name
    assert split_reference(name) == (row, column)
