"""Assessments, departures and shops go the same way as a roster, each with its own lists."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests.assessments.factories import make_answers
from tests.imports.factories import (
    FLOWS,
    confirm,
    enter_district,
    preview,
    read_book,
    read_counts,
    read_rows,
    show,
)
from tests.refusing import read_tables
from tests.residents.factories import ELSEWHERE, import_people, make_number, make_person
from tests.shops.factories import make_book, service_row, shop_row
from tests.workbooks.factories import make_workbook
from voucher.assessments.models import Assessment
from voucher.db import db
from voucher.residents.models import Resident
from voucher.schemes.queries import get_instrument
from voucher.shops.models import Shop, ShopService
from voucher.workbooks.writing import write_workbook

ASSESSMENTS, DEPARTURES, SHOPS = FLOWS[1:]
PLACE = {"街道": "清波街道", "社区": "清波门社区"}


def make_assessments(*changes: dict[str, object]) -> bytes:
    rows = [make_answers({"身份证号": make_number(1), **change}) for change in changes]
    return make_workbook([tuple(rows[0]), *(tuple(row.values()) for row in rows)])


def make_departures(*rows: tuple[object, ...]) -> bytes:
    return make_workbook([("身份证号", "姓名", "离开原因", "离开日期"), *rows])


def list_of(client, address, word):
    return read_rows(show(client, f"{address}?list={word}"))


def written_by(act):
    """Give the tables that an act writes to."""
    before = read_tables()
    db.session.rollback()
    act()
    after = read_tables()
    db.session.rollback()
    return {name for name, rows in after.items() if rows != before[name]}


def test_assessments_are_seen_added_and_later_superseded_field_by_field(client):
    import_people(enter_district(client), make_person(1))
    address = preview(
        client, make_assessments({}, {"B.1.1": 9, "评估员二": "何静"}), to=ASSESSMENTS
    )

    page = show(client, address)
    assert read_counts(page) == {"总行数": 2, "新增": 1, "更正": 0, "不变": 0, "有错": 1}
    ((row, name, _, faults),) = list_of(client, address, "faults")
    assert (row, name) == ("3", "王秀英")
    assert [fault for fault in faults.split("|") if fault] == [
        "两名评估员不能是同一人",
        "项目 B.1.1 的得分应为 0 至 4",
    ]
    assert written_by(lambda: confirm(client, address)) >= {"assessments", "events"}

    changed = make_assessments({"B.1.1": 0, "昏迷": "是", "跌倒": 2, "评估员一": "李芳"})
    address = preview(client, changed, to=ASSESSMENTS)
    assert [row[4:] for row in list_of(client, address, "changed")] == [
        ["评估员", "何静、罗伟", "李芳、罗伟"],
        ["B.1.1", "4", "0"],
        ["跌倒", "0", "2"],
        ["昏迷", "否", "是"],
    ]
    confirm(client, address)
    rows = db.session.execute(select(Assessment.coma, Assessment.superseded_by))
    assert sorted(map(tuple, rows)) == [(False, 2), (True, None)]


def test_answers_to_a_chosen_scale_are_taken_by_its_own_columns_and_points(client):
    import_people(enter_district(client), make_person(1))
    items = [item.id for item in get_instrument("barthel", 1).items]
    titles = ("身份证号", "评估日期", "评估员一", "评估员二", *items)
    row = (make_number(1), "2026-11-07", "何静", "罗伟", *(0 for _ in items))
    content = make_workbook([titles, row, (*row[:-1], 1)])

    page = show(client, f"{ASSESSMENTS}?choice=barthel")
    address = preview(client, content, to=ASSESSMENTS, choice="barthel")
    ((_, _, _, fault),) = list_of(client, address, "faults")
    confirm(client, address)

    assert (items[0] in page, "昏迷" in page, "跌倒" in page) == (True, False, False)
    assert fault == f"项目 {items[-1]} 的得分只能是 0 5 10"
    assert db.session.scalars(select(Assessment.points)).all() == [dict.fromkeys(items, 0)]
    assert client.get(f"{ASSESSMENTS}?choice=nobody").status_code == 404
    assert client.get(f"{ASSESSMENTS}/template.xlsx?choice=nobody").status_code == 404


def test_departures_are_seen_and_recorded(client):
    import_people(enter_district(client), make_person(1), make_person(2, **ELSEWHERE))
    content = make_departures(
        (make_number(1), "王秀英", "去世", "2026-12-01"),
        (make_number(2), "王秀英", "迁出", "2026-12-02"),
        (make_number(3), "李不在", "去世", "2026-12-09"),
    )
    address = preview(client, content, to=DEPARTURES)

    page = show(client, address)
    assert read_counts(page) == {"总行数": 3, "去世": 1, "迁出": 1, "以前已登记": 0, "有错": 1}
    assert [row[3:] for row in list_of(client, address, "departed")] == [
        ["清波街道 清波门社区", "去世", "2026-12-01"],
        ["清波街道 定安路社区", "迁出", "2026-12-02"],
    ]
    confirm(client, address)
    done = read_counts(show(client, f"{address}/done"))
    assert (done["去世"], done["迁出"], done["暂停的券"]) == (1, 1, 0)
    again = preview(client, content, to=DEPARTURES)
    assert read_counts(show(client, again))["以前已登记"] == 2


def test_who_departed_since_the_preview_is_told_and_nothing_is_written_twice(client):
    import_people(enter_district(client), make_person(1), make_person(2))
    first = (make_number(1), "", "去世", "2026-12-01")
    both = preview(
        client, make_departures(first, (make_number(2), "", "迁出", "2026-12-02")), to=DEPARTURES
    )
    confirm(client, preview(client, make_departures(first), to=DEPARTURES))

    confirm(client, both)

    done = show(client, f"{both}/done")
    counts = read_counts(done)
    assert (counts["去世"], counts["迁出"], counts["以前已登记"]) == (0, 1, 1)
    assert "核对之后数据有变化" in done
    departed = db.session.scalars(select(Resident.departure).order_by(Resident.id))
    assert list(departed) == ["died", "moved_out"]


def test_shops_are_tried_and_taken_back_before_they_are_written(client):
    enter_district(client)
    content = make_book(
        [shop_row(**PLACE), shop_row("S0002", 账号="", 证照号="", **PLACE)],
        [service_row(), service_row(service="haircut", price="五十"), service_row("S0009")],
    )
    sent = []
    tables = written_by(lambda: sent.append(preview(client, content, to=SHOPS)))
    assert tables == {"uploads", "events"}
    address = sent[0]

    counts = read_counts(show(client, address))
    assert (counts["新商户"], counts["新服务"], counts["有错"]) == (1, 1, 3)
    ((_, code, _, faults),) = list_of(client, address, "faults")
    assert code == "S0002"
    assert [fault for fault in faults.split("|") if fault] == [
        "缺少证照号",
        "开户行、户名、账号都须填写",
    ]
    assert len(list_of(client, address, "price_faults")) == 2
    assert list_of(client, address, "added") == [["S0001", "永兴家政服务部", "示例路1号"]]
    confirm(client, address)
    assert list(db.session.scalars(select(Shop.code))) == ["S0001"]

    changed = make_book(
        [shop_row(商户名称="新名", 账号="62220000111122223", **PLACE)], [service_row(price=18)]
    )
    address = preview(client, changed, to=SHOPS)
    assert list_of(client, address, "changed") == [
        ["S0001", "新名", "商户名称", "永兴家政服务部", "新名"],
        ["S0001", "新名", "收款账号", "（不显示）", "（不显示）"],
    ]
    assert list_of(client, address, "prices") == [["S0001", "meal 助餐", "15.50", "18.00"]]


def test_a_shop_with_one_faulty_price_goes_back_whole(client):
    enter_district(client)
    sound = [service_row(), service_row(service="haircut", price=30)]
    confirm(client, preview(client, make_book([shop_row(**PLACE)], sound), to=SHOPS))
    faulty = make_book(
        [shop_row(**PLACE), shop_row("S0002", **PLACE)],
        [service_row(), service_row(service="haircut", price=""), service_row("S0002")],
    )
    address = preview(client, faulty, to=SHOPS)

    book = read_book(client.get(f"{address}/returned.xlsx"))

    assert list(book) == ["商户", "服务与价格"]
    assert [row[0] for row in book["商户"]] == ["商户编号", "S0001"]
    assert [(row[1], bool(row[-1])) for row in book["服务与价格"][1:]] == [
        ("meal", False),
        ("haircut", True),
    ]
    price = make_book(
        [shop_row(**PLACE)], [service_row(), service_row(service="haircut", price=31)]
    )
    confirm(client, preview(client, price, to=SHOPS))
    present = select(ShopService.service, ShopService.price_fen).where(
        ShopService.to_date.is_(None)
    )
    assert sorted(map(tuple, db.session.execute(present))) == [("haircut", 3100), ("meal", 1550)]


@pytest.mark.parametrize("path", FLOWS)
def test_a_blank_template_has_the_titles_its_own_import_reads(client, path):
    enter_district(client)

    template = client.get(f"{path}/template.xlsx").get_data()
    book = CalamineWorkbook.from_filelike(BytesIO(template))
    *blank, example = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    lines = iter(example[1:])
    filled = []
    for rows in blank:
        titles, row = next(lines), next(lines)
        width = len([title for title in titles if title])
        assert rows == [titles[:width]]
        filled.append((rows[0], row[:width]))
    page = show(client, preview(client, make_filled(book.sheet_names, filled), to=path))

    assert read_counts(page)["总行数"] == len(filled)
    assert "没有读取：" not in page


def make_filled(names, sheets):
    return write_workbook(
        sheets=[(name, titles, [row]) for name, (titles, row) in zip(names, sheets, strict=False)]
    )
