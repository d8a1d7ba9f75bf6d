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
