"""A whole district assessed by GB/T 42195: invented people, the same every time."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.residents.models import Resident, Sex
from voucher.residents.rules.id_numbers import check_character
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument
from voucher.sealing import blind_index, seal

SITUATIONS = ([], [], [], ["空巢"], ["独居"], ["残疾"], ["低保"], ["特困", "独居"])
DIAGNOSES = ("", "", "", "", "", "", "F00-F03", "F04-F99", "F00-F03 F04-F99")
EVENTS = ({}, {}, {}, {"fall": 1}, {"fall": 1, "choking": 1}, {"wandering": 2, "other": 1})
# Of these invented names are made, as many as a district has different ones.
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
GIVEN = "秀英桂兰玉珍淑芳素华建国明德志强永福春梅凤霞金生世荣文清海燕光辉正忠长寿云龙大成小琴"
_BATCH = 5_000


def add_assessed_residents(
    *, actor: Actor, communities: tuple[int, ...], count: int, now: datetime
) -> None:
    """Write `count` people and an assessment of each; every tenth has an older one too."""
    chance = random.Random(42_195)
    people = list(_invent_people(range(1, count + 1), communities, chance, now))
    with transaction():
        for start in range(0, count, _BATCH):
            db.session.execute(insert(Resident), people[start : start + _BATCH])
        version_id = freeze_scheme(scheme=get_instrument(GBT, 1), now=now)
        forms = list(_invent_forms(actor, count, version_id, chance, now))
        for start in range(0, len(forms), _BATCH):
            db.session.execute(insert(Assessment), forms[start : start + _BATCH])


def add_communities(*, count: int) -> tuple[int, ...]:
    """Write so many communities, all in the town's first street."""
    with transaction():
        street = db.session.scalars(select(Division).where(Division.level == "street")).first()
        assert street is not None
        made = [
            Division(
                code=f"{street.code}{number:03d}",
                name=f"示例{number}社区",
                level="community",
                parent_id=street.id,
                from_date=date(2020, 1, 1),
            )
            for number in range(100, 100 + count)
        ]
        db.session.add_all(made)
        db.session.flush()
        return tuple(division.id for division in made)


def add_people_of_85(*, communities: tuple[int, ...], numbers: range, now: datetime) -> None:
    """Write people of 85 to 100 who live alone: each is due one of each of Jinjiang's kinds."""
    invented = _invent_people(numbers, communities, random.Random(42_195), now)
    people = [
        person | {"born_date": date(1926 + number % 16, 1, 1), "situation": ["独居"]}
        for number, person in zip(numbers, invented, strict=True)
    ]
    with transaction():
        for start in range(0, len(people), _BATCH):
            db.session.execute(insert(Resident), people[start : start + _BATCH])


def make_id_number(number: int) -> str:
    """Give the identity number of one of these people: sound, and nobody's."""
    days, sequence = divmod(number, 500)
    body = f"510104{date(1920, 1, 1) + timedelta(days=days):%Y%m%d}{sequence:03d}"
    return body + check_character(body)


def _invent_people(
    numbers: range, communities: tuple[int, ...], chance: random.Random, now: datetime
) -> Iterator[dict[str, Any]]:
    for place, number in enumerate(numbers):
        yield {
            "id": number,
            "public_id": f"resident{number:08d}",
            "name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
            "name_key": "wangxiuying",
            "sex": chance.choice((Sex.FEMALE, Sex.MALE)),
            "born_date": date(1920 + chance.randrange(46), 1 + chance.randrange(12), 1),
            "id_sealed": b"\x01",
            "id_index": blind_index(make_id_number(number), column="residents.id_number"),
            # A roster comes sorted by community.
            "community_id": communities[place * len(communities) // len(numbers)],
            "address": f"示例路{number % 997 + 1}号{chance.randint(1, 30)}栋"
            f"{chance.randint(1, 4)}单元{chance.randint(1, 18)}{chance.randint(1, 4):02d}室",
            "situation": chance.choice(SITUATIONS),
            "remark": "",
            "registered_at": now,
        }


def _invent_forms(
    actor: Actor, count: int, version_id: int, chance: random.Random, now: datetime
) -> Iterator[dict[str, Any]]:
    items = [(item.id, sorted(item.points)) for item in get_instrument(GBT, 1).items]
    for number in range(1, count + 1):
        days = (5, 20) if number % 10 == 0 else (20,)
        for day in days:
            key = f"form{number:08d}{day}"
            # The able are many, so points lean to the upper end.
            lean = chance.choice((0.0, 0.5, 0.8, 0.95, 0.99))
            yield {
                "public_id": key,
                "resident_id": number,
                "scheme_version_id": version_id,
                "assessed_date": date(2026, 11, day),
                "assessor_1": "何静",
                "assessor_2": "罗伟",
                "points": {
                    item: points[-1] if chance.random() < lean else chance.choice(points)
                    for item, points in items
                },
                "diagnoses_sealed": seal(
                    chance.choice(DIAGNOSES), column=DIAGNOSES_COLUMN, row=key
                ),
                "events": chance.choice(EVENTS),
                "coma": chance.random() < 0.002,
                "recorded_at": now,
                "recorded_by": actor.account_id,
                "superseded_by": None,
            }
