"""Judging the two sheets: one reason a row, the first that applies."""

from datetime import date

import pytest

from tests.divisions.factories import load_gazetteer
from tests.shops.factories import DATA, make_book, service_row, shop_row
from voucher.money import show_yuan
from voucher.schemes.queries import list_services
from voucher.shops.operations.importing import read_shop_book
from voucher.shops.rules.enrolment import hash_secret, make_code, make_token, normalise_code
from voucher.shops.rules.service_rows import judge_services, read_price
from voucher.shops.rules.shop_rows import Register, judge_shops
from voucher.workbooks.faults import Fault

NOTHING_KNOWN = Register(elsewhere=(), licences={})
SERVICES = {service.code: service.name.zh for service in list_services()}


def judge(content, *, district="510104", register=NOTHING_KNOWN):
    book = read_shop_book(content=content)
    shops = judge_shops(
        rows=book.shops.data_rows(),
        columns=book.shops.header.columns,
        gazetteer=load_gazetteer(district),
        register=register,
    )
    services = judge_services(
        rows=book.services.data_rows(),
        columns=book.services.header.columns,
        shops={row.code for row in shops.accepted},
        services=SERVICES,
    )
    return shops, services


def reasons(judged):
    return [(row, faults[0].word) for row, faults in judged.rejected]


def reject_shop(*rows, **known):
    shops, _ = judge(make_book(rows), **known)
    return reasons(shops)


def reject_service(*rows):
    _, services = judge(make_book(services=rows))
    return reasons(services)


@pytest.mark.parametrize(
    ("district", "file", "shops", "services"),
    [("510104", "jinjiang", 120, 228), ("330102", "shangcheng", 80, 139)],
)
def test_every_row_of_the_sample_workbooks_is_taken(district, file, shops, services):
    content = (DATA / "shops" / f"{file}.xlsx").read_bytes()

    judged_shops, judged_services = judge(content, district=district)

    assert reasons(judged_shops) == []
    assert reasons(judged_services) == []
    assert (len(judged_shops.accepted), len(judged_services.accepted)) == (shops, services)
    assert judged_shops.warnings + judged_services.warnings == []


def test_the_first_row_of_a_sample_is_taken_in_all_its_fields():
    shops, services = judge((DATA / "shops" / "jinjiang.xlsx").read_bytes())

    assert tuple(shops.accepted[0]) == (
        2,
        "S0001",
        "永兴家政服务部（莲花店）",
        "filed",
        "95101042276503845X",
        "510104026013",
        "示例路120号",
        "刘主任",
        "13967334542",
        "08:00-18:00",
        "示例银行锦江支行",
        "永兴家政服务部",
        "6222418600883785974",
    )
    assert {row.service for row in services.accepted if row.code == "S0001"} == {
        "cleaning",
        "laundry",
    }


@pytest.mark.parametrize(
    ("title", "cell", "reason"),
    [
        ("商户编号", "", "code_missing"),
        ("商户编号", "S 0001", "code_format"),
        ("商户编号", "S" * 21, "code_format"),
        ("商户编号", "商户1", "code_format"),
        ("商户名称", "  ", "name_missing"),
        ("登记方式", "", "registration_unknown"),
        ("登记方式", "登记备案", "registration_unknown"),
        ("证照号", "", "licence_missing"),
        ("证照号", 951010422765038454, "licence_damaged"),
        ("证照号", "9.51010422765038E+16", "licence_damaged"),
        ("证照号", "9" * 31, "long"),
        ("社区", "没有这个社区", "community_unknown"),
        ("街道", "狮子山街道", "community_unknown"),
        ("开户行", "", "account_missing"),
        ("户名", "", "account_missing"),
        ("账号", "", "account_missing"),
        ("账号", 6222418600883785974, "account_damaged"),
        ("账号", 62224186008, "account_damaged"),
        ("账号", "6.22241860088379E+18", "account_damaged"),
        ("账号", "1234567", "account_format"),
        ("账号", "6222-四一八六", "account_format"),
        ("商户名称", "名" * 101, "long"),
        ("地址", "示例路\u202e1号", "char"),
        ("地址", "示例路\x001号".replace("\x00", "\ue000"), "char"),
    ],
)
def test_a_faulty_cell_sends_the_shop_back_for_one_reason(title, cell, reason):
    assert reject_shop(shop_row(**{title: cell})) == [(2, reason)]


def test_of_two_faults_the_first_in_the_order_counts():
    assert reject_shop(shop_row(登记方式="", 社区="无", 账号="1")) == [(2, "registration_unknown")]


def test_the_later_of_two_rows_with_one_code_is_sent_back_even_if_the_first_was():
    first = shop_row("S0001", 商户名称="")

    assert reject_shop(first, shop_row("s0001", 证照号="L-2")) == [
        (2, "name_missing"),
        (3, "duplicate_in_file"),
    ]


def test_two_shops_cannot_share_a_licence():
    assert reject_shop(shop_row("S0001", 证照号="L1"), shop_row("S0002", 证照号="l-1")) == [
        (3, "duplicate_in_file")
    ]


def test_a_shop_of_another_area_is_sent_back_without_details():
    register = Register(elsewhere={"S0001"}, licences={})

    assert reject_shop(shop_row(), register=register) == [(2, "registered_elsewhere")]


def test_a_licence_of_another_shop_is_sent_back():
    register = Register(elsewhere=(), licences={"L1": "S0009"})

    assert reject_shop(shop_row(证照号="L1"), register=register) == [(2, "licence_taken")]


def test_full_width_and_spaced_values_are_taken_narrow():
    shops, _ = judge(make_book([shop_row("ｓ０００１", 账号="6222 4186 0088 3785 974")]))

    assert [(row.code, row.account) for row in shops.accepted] == [("S0001", "6222418600883785974")]


def test_a_telephone_nobody_can_call_is_dropped_with_a_warning():
    shops, _ = judge(make_book([shop_row(联系电话="无")]))

    assert [row.phone for row in shops.accepted] == [None]
    assert shops.warnings == [(2, "phone_invalid")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (service_row(""), "code_missing"),
        (service_row("?"), "code_format"),
        (service_row("S0002"), "shop_unknown"),
        (service_row(service=""), "service_unknown"),
        (service_row(service="massage"), "service_unknown"),
        (service_row(price=""), "amount_format"),
        (service_row(price="五十"), "amount_format"),
        (service_row(price=True), "amount_format"),
        (service_row(price=0), "amount_positive"),
        (service_row(price=-5), "amount_positive"),
        (service_row(price=12.345), "amount_scale"),
        (service_row(price="100,000.01"), "amount_max"),
        (service_row(price=1e17), "amount_max"),
        (service_row(price=date(2026, 12, 5)), "amount_date"),
    ],
)
def test_a_faulty_price_row_is_sent_back_for_one_reason(row, reason):
    assert reject_service(row) == [(2, reason)]


def test_a_service_priced_twice_is_sent_back_the_second_time():
    assert reject_service(service_row(price=""), service_row(service="MEAL")) == [
        (2, "amount_format"),
        (3, "duplicate_in_file"),
    ]


def test_a_service_under_another_name_is_taken_with_a_warning():
    _, services = judge(make_book(services=[service_row(name="助浴")]))

    assert [row.service for row in services.accepted] == ["meal"]
    assert services.warnings == [(2, "service_name_mismatch")]


@pytest.mark.parametrize("fen", [1, 10, 1001, 2750, 11550, 9_999_999, 10_000_000])
@pytest.mark.parametrize("spell", [float, str, "￥{}".format, "{}元".format])
def test_a_price_is_read_to_the_fen_however_it_is_typed(fen, spell):
    yuan = show_yuan(fen).replace(",", "")

    assert read_price(spell(yuan)) == fen


def test_the_highest_price_is_the_last_that_is_taken():
    assert isinstance(read_price("100000.01"), Fault)


def test_a_one_time_code_may_be_typed_in_any_case_and_grouping():
    code = make_code()

    assert normalise_code(code.replace("-", " ").lower()) == code
    assert normalise_code(f" {code} ") == code


def test_codes_and_tokens_are_long_and_never_the_same():
    codes, tokens = {make_code() for _ in range(50)}, {make_token() for _ in range(50)}

    assert (len(codes), len(tokens)) == (50, 50)
    assert {len(code) for code in codes} == {19}
    assert {len(token) for token in tokens} == {43}
    assert len(hash_secret(codes.pop())) == 64
