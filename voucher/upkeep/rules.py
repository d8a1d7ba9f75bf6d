"""An invented roster of any size, the same every time. Pure."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from stdnum.cn.ric import calc_check_digit

from voucher.workbooks.writing import write_workbook

TITLES = (
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "联系电话",
    "街道",
    "社区",
    "住址",
    "家庭情况",
    "备注",
)
FAMILY_NAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余"
GIVEN_NAMES = "国建明志文玉秀桂淑兰英华珍芳琴云春德成永福寿康宁安平和庆祥"
SITUATIONS = ("", "", "", "空巢", "独居", "残疾", "低保", "低保边缘", "特困", "优抚")
FIRST_BIRTH = date(1920, 1, 1)
BIRTH_DAYS = (date(1966, 11, 30) - FIRST_BIRTH).days


def write_invented_roster(*, count: int, divisions: str) -> bytes:
    """
    Make a roster workbook of `count` invented people in the communities of a divisions list.

    No two ID numbers are equal; nobody in it exists.
    """
    communities = _read_communities(divisions)
    rows = (_invent(number, communities) for number in range(count))
    return write_workbook(sheets=[("花名册", TITLES, rows)])


def _read_communities(divisions: str) -> list[tuple[str, str]]:
    rows = list(csv.DictReader(io.StringIO(divisions.removeprefix("\ufeff"))))
    names = {row["code"]: row["name"] for row in rows}
    return [(names[row["parent_code"]], row["name"]) for row in rows if row["level"] == "community"]


def _invent(number: int, communities: Sequence[tuple[str, str]]) -> tuple[str | int, ...]:
    draw = _draw(number)
    born = FIRST_BIRTH + timedelta(days=number * 7919 % BIRTH_DAYS)
    # People born on one day get sequence numbers in turn, so that no number comes twice.
    sequence = number // BIRTH_DAYS * 2 + next(draw) % 2
    digits = f"510104{born:%Y%m%d}{sequence % 1000:03d}"
    street, community = communities[number % len(communities)]
    given = "".join(GIVEN_NAMES[next(draw) % len(GIVEN_NAMES)] for _ in range(2))
    return (
        number + 1,
        FAMILY_NAMES[next(draw) % len(FAMILY_NAMES)] + given,
        "男" if sequence % 2 else "女",
        digits + calc_check_digit(digits + "0"),
        f"1390000{number % 10000:04d}",
        street,
        community,
        f"{next(draw) % 60 + 1}栋{next(draw) % 4 + 1}单元{next(draw) % 20 + 1}01号",
        SITUATIONS[next(draw) % len(SITUATIONS)],
        "",
    )


def _draw(number: int) -> Iterator[int]:
    """Give a stream of numbers that looks like chance and is the same every time."""
    yield from hashlib.sha256(f"invented {number}".encode()).digest()


def write_newcomers(*, name: str, id_number: str, phone: str, place: tuple[str, str]) -> bytes:
    """
    Make a roster of two people nobody knows yet.

    One has the name, birth date and telephone of somebody known under another ID number.
    """
    rows = [
        _newcomer(1, name, id_number[:14], int(id_number[14:17]), phone, place),
        _newcomer(2, "何春兰", "51010419600229", 402, "13900009999", place),
    ]
    return write_workbook(sheets=[("花名册", TITLES, rows)])


def _newcomer(
    number: int, name: str, start: str, sequence: int, phone: str, place: tuple[str, str]
) -> tuple[str | int, ...]:
    # Two further on in the day's sequence: another person of the same sex.
    digits = f"{start}{(sequence + 2) % 1000:03d}"
    sex = "男" if sequence % 2 else "女"
    whole = digits + calc_check_digit(digits + "0")
    return (number, name, sex, whole, phone, *place, f"示例路{number}号", "", "")


SHOP_TITLES = (
    *("商户编号", "商户名称", "登记方式", "证照号", "街道", "社区", "地址"),
    *("联系人", "联系电话", "营业时间", "开户行", "户名", "账号"),
)
PRICE_TITLES = ("商户编号", "服务代码", "服务名称", "单价（元）")


def write_proposed_shop(street: str, community: str) -> bytes:
    """Make a shops workbook of one invented barber who wants to join."""
    shop = (
        *("S0999", "新桥理发店", "备案", "95101042276503S0999", street, community, "示例路9号"),
        *("新店主", "13900008888", "09:00-18:00", "示例银行锦江支行", "新桥理发店"),
        "6222418600883785974",
    )
    price = ("S0999", "haircut", "理发", 28)
    return write_workbook(
        sheets=[("商户", SHOP_TITLES, [shop]), ("服务与价格", PRICE_TITLES, [price])]
    )
