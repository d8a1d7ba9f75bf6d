"""Rosters for tests. The people are invented."""

from datetime import date

from tests.divisions.factories import DATA
from tests.workbooks.factories import make_workbook
from voucher import clock
from voucher.access import Actor
from voucher.db import transaction
from voucher.residents.operations.comparing import Comparison, judge_roster_file
from voucher.residents.operations.importing import import_roster
from voucher.residents.rules.id_numbers import check_character

DAY = date(2026, 12, 1)
COLUMNS = ("姓名", "身份证号", "联系电话", "街道", "社区", "住址", "家庭情况", "备注")
HOME = {"街道": "清波街道", "社区": "清波门社区"}
ELSEWHERE = {"街道": "清波街道", "社区": "定安路社区"}


def make_number(sequence: int, *, born: str = "19400101") -> str:
    """Make a sound identity number; an even sequence is a woman's."""
    body = f"330102{born}{sequence:03d}"
    return body + check_character(body)


def make_person(sequence: int, **changes: object) -> dict[str, object]:
    """Give a roster's row by title: sound, but for the changes."""
    person = {"姓名": "王秀英", "身份证号": make_number(sequence), **HOME}
    return {**person, "联系电话": f"139000{sequence:05d}", **changes}


def make_roster(*people: dict[str, object], columns: tuple[str, ...] = COLUMNS) -> bytes:
    rows = [tuple(person.get(title, "") for title in columns) for person in people]
    return make_workbook([columns, *rows])


def import_workbook(actor: Actor, content: bytes, *, on: date = DAY) -> Comparison:
    file = judge_roster_file(actor=actor, content=content, on=on)
    with transaction():
        return import_roster(actor=actor, file=file, now=clock.now())


def import_people(actor: Actor, *people: dict[str, object]) -> Comparison:
    return import_workbook(actor, make_roster(*people))


def read_sample(name: str) -> bytes:
    return (DATA / "rosters" / f"{name}.xlsx").read_bytes()
