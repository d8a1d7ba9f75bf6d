"""A header nobody can read by itself is pointed out by its sender."""

import pytest

from tests.imports.factories import (
    confirm,
    enter_district,
    preview,
    read_counts,
    show,
)
from tests.pages import read_token
from tests.residents.factories import COLUMNS, make_number, make_person
from tests.shops.factories import SHOP_TITLES, service_row, shop_row
from tests.workbooks.factories import make_workbook
from voucher.residents.rules.roster import ROSTER_LAYOUT
from voucher.shops.rules.shop_rows import SHOP_LAYOUT
from voucher.workbooks.headers import Assignment, propose_assignment
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.writing import write_workbook

PERSON = make_person(1, 住址="新街1号", 备注="备注一")
ROW = [str(PERSON.get(title, "")) for title in COLUMNS]
RENAMED = ["老人名字", "证件", *COLUMNS[2:]]
DOUBLED = [*COLUMNS, "住址"]


@pytest.fixture
def inside(client):
    enter_district(client)
    return client


def point_out(client, page, *, row=1, **columns):
    """Say which column is which on the page that asks, as its form does."""
    fields = {f"0-column-{field}": str(at) for field, at in columns.items()}
    token = read_token(client, page)
    return client.post(page, data={"csrf_token": token, "0-row": str(row), **fields})


def read_choices(page):
    """Give what the page has chosen already, by field; columns left open are missing."""
    chosen = {}
    for part in page.split('<select class="form-select" id="0-')[1:]:
        name, rest = part.split('"', 1)
        if " selected>" in (options := rest.split("</select>")[0]):
            value = options.split(" selected>")[0].rsplit('value="', 1)[1].rstrip('"')
            chosen[name.removeprefix("column-")] = value
    return chosen


def test_renamed_titles_lead_to_the_page_that_asks_and_on_to_the_preview(inside):
    content = make_workbook([["某区名单"], RENAMED, ROW])
    address = preview(inside, content)
    asked = inside.get(address)
    assert asked.location == f"{address}/columns"

    page = show(inside, asked.location)
    columns = {"phone": 2, "street": 3, "community": 4, "address": 5, "situation": 6, "remark": 7}
    assert read_choices(page) == {"row": "2", **{field: str(at) for field, at in columns.items()}}
    assert f"330102********{make_number(1)[-4:]}" in page
    assert make_number(1) not in page
    assert "找不到表头，前30行中须有“姓名、身份证号”" in page
    assert "139****0001" in page

    answer = point_out(inside, asked.location, row=2, name=0, id=1, **columns)
    assert (answer.status_code, answer.location) == (303, address)
    assert read_counts(show(inside, address))["新增"] == 1
    confirm(inside, address)
    assert read_counts(show(inside, f"{address}/done"))["新增"] == 1


def test_of_a_title_there_twice_the_sender_says_which_one_counts(inside):
    address = preview(inside, make_workbook([DOUBLED, [*ROW, "旧街9号"]]))
    page = show(inside, f"{address}/columns")
    assert "address" not in read_choices(page)
    assert "第1行表头有误：缺少“”，重复“住址”" in page

    point_out(inside, f"{address}/columns", name=0, id=1, community=4, street=3, address=8)

    assert "旧街9号" in (shown := show(inside, address))
    assert "新街1号" not in shown


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"name": 0, "id": 1}, "第1行表头有误：缺少“社区”，重复“”"),
        ({"name": 0, "id": 0, "community": 4}, "第1行表头有误：缺少“”，重复“姓名、身份证号”"),
        ({"name": 0, "id": 1, "community": 44}, "第1行表头有误"),
        ({"name": 0, "id": 1, "community": "x"}, "请从所列的行和列中选择"),
        ({"name": 0, "id": 1, "community": 3}, "还没有写入。"),
    ],
    ids=["missing", "one column twice", "beyond the sheet", "no choice", "a wrong column"],
)
def test_what_was_pointed_out_is_judged_like_any_header(inside, columns, sentence):
    address = preview(inside, make_workbook([RENAMED, ROW]))

    answer = point_out(inside, f"{address}/columns", **columns)

    page = show(inside, address) if answer.status_code == 303 else answer.get_data(as_text=True)
    assert answer.status_code in (303, 422)
    assert sentence in page


def test_a_refused_choice_stays_chosen(inside):
    address = preview(inside, make_workbook([RENAMED, ROW]))

    page = point_out(inside, f"{address}/columns", name=7, id=6).get_data(as_text=True)

    assert read_choices(page) == {"row": "1", "name": "7", "id": "6"}


def test_columns_that_were_read_by_themselves_can_be_corrected(inside):
    address = preview(inside, make_workbook([COLUMNS, ROW]))
    page = show(inside, f"{address}/columns")
    assert read_choices(page)["remark"] == "7"

    point_out(inside, f"{address}/columns", name=0, id=1, street=3, community=4, address=7)

    assert "备注一" in show(inside, address)


def test_the_second_sheet_of_a_workbook_is_pointed_out_too(client):
    enter_district(client)
    place = {"街道": "清波街道", "社区": "清波门社区"}
    content = write_workbook(
        sheets=[
            ("商户", SHOP_TITLES, [shop_row(**place)]),
            ("价格", ("商户", "代码", "名", "钱"), [service_row()]),
        ]
    )
    address = preview(client, content, to="/shops/import")
    page = show(client, f"{address}/columns")
    first = {f"0-column-{field}": str(at) for at, field in enumerate(SHOP_LAYOUT.words)}
    second = {"1-column-code": "0", "1-column-service": "1", "1-column-price": "3"}
    token = read_token(client, f"{address}/columns")
    assert "第 2 个工作表：服务与价格" in page

    client.post(
        f"{address}/columns",
        data={"csrf_token": token, "0-row": "1", "1-row": "1", **first, **second},
    )

    counts = read_counts(show(client, address))
    assert (counts["新商户"], counts["新服务"], counts["有错"]) == (1, 1, 0)


def test_a_guess_takes_the_row_that_knows_most_words():
    sheet = read_first_sheet(content=make_workbook([["姓名", "某区"], ["", *RENAMED], ROW]))

    guess = propose_assignment(rows=sheet.rows(), layout=ROSTER_LAYOUT)

    known = {"phone": 3, "street": 4, "community": 5, "address": 6, "situation": 7, "remark": 8}
    assert guess == Assignment(2, known)
