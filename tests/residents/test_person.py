"""One person by a form: the roster's laws, every fault at its field."""

from dataclasses import replace
from datetime import date

import pytest

from tests.residents.factories import make_number
from voucher.residents.rules.person import TypedPerson, judge_person
from voucher.residents.rules.roster import ResidentRow

DAY = date(2026, 12, 5)
AREA = {"330102001001": "清波门社区"}
SOUND = TypedPerson(
    name="王秀英",
    id_number=make_number(2),
    phone="139-0000-0002",
    community="330102001001",
    address="示例路2号",
    situation=("残疾", "独居", "不明"),
    remark="",
)


def judge(**changes):
    return judge_person(typed=replace(SOUND, **changes), communities=AREA, day=DAY)


def test_a_sound_form_gives_the_person_normalised():
    assert judge().person == ResidentRow(
        row=0,
        id_number=make_number(2),
        name="王秀英",
        born=date(1940, 1, 1),
        is_male=False,
        phone="13900000002",
        community_code="330102001001",
        address="示例路2号",
        situation=("独居", "残疾"),
        remark="",
    )


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"name": " "}, "name", "name_missing"),
        ({"name": "王3"}, "name", "name_invalid"),
        ({"id_number": ""}, "id_number", "id_missing"),
        ({"id_number": "110101380615002"}, "id_number", "id_length"),
        ({"id_number": "110101193806150027"}, "id_number", "id_checksum"),
        ({"id_number": make_number(2, born="19400230")}, "id_number", "id_date"),
        ({"id_number": make_number(2, born="19661206")}, "id_number", "under_age"),
        ({"phone": "12345"}, "phone", "phone_invalid"),
        ({"community": ""}, "community", "community_missing"),
        ({"community": "330102002001"}, "community", "community_missing"),
        ({"address": "路" * 201}, "address", "long"),
        ({"remark": "注\u202e"}, "remark", "char"),
    ],
)
def test_a_fault_stands_at_its_field(changes, field, word):
    judged = judge(**changes)

    assert {at: fault.word for at, fault in judged.faults.items()} == {field: word}
    assert judged.person is None


def test_every_faulty_field_is_named_at_once():
    judged = judge(name="", id_number="1", phone="x", community="")

    assert sorted(judged.faults) == ["community", "id_number", "name", "phone"]


def test_sixty_today_is_old_enough():
    assert judge(id_number=make_number(2, born="19661205")).person is not None


def test_an_age_over_120_is_asked_about_and_then_taken():
    old = make_number(2, born="19050101")

    assert {word: judge(id_number=old).person for word in judge(id_number=old).doubts} == {
        "age_over_120": None
    }
    assert judge(id_number=old, confirmed=frozenset({"age_over_120"})).person is not None


def test_a_character_that_cannot_be_printed_is_asked_about_and_then_taken():
    rare = "王\U0003134a"

    assert sorted(judge(name=rare).doubts) == ["glyph"]
    assert judge(name=rare, confirmed=frozenset({"glyph"})).person is not None


def test_a_confirmed_doubt_answers_no_fault():
    confirmed = frozenset({"under_age", "id_length"})

    assert judge(id_number=make_number(2, born="20000101"), confirmed=confirmed).person is None
