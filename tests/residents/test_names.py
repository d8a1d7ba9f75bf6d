"""Group N: names of people, all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.residents.rules.names import find_name_faults, normalise_name


def judge(typed: str) -> list[str]:
    return [fault.word for fault in find_name_faults(normalise_name(typed))]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王秀英", "王秀英"),
        (" 王 秀　英 ", "王秀英"),
        ("王\u200b秀英", "王秀英"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提‧吐尔逊", "买买提·吐尔逊"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("买买提･吐尔逊", "买买提·吐尔逊"),
        ("买买提⋅吐尔逊", "买买提·吐尔逊"),
        ("买买提∙吐尔逊", "买买提·吐尔逊"),
        ("扎西 . 次仁", "扎西·次仁"),
        ("扎西 · 次仁 · 旺姆", "扎西·次仁·旺姆"),
        ("Anna  Maria\u00a0Li", "Anna Maria Li"),
        ("Rene\u0301e", "Ren\u00e9e"),
        ("㐀𠮷", "㐀𠮷"),
        ("李\U00031350", "李\U00031350"),
        ("王", "王"),
        ("國强", "國强"),
        ("国强", "国强"),
        ("王" * 50, "王" * 50),
        ("𠮷" * 50, "𠮷" * 50),
    ],
)
def test_a_name_is_accepted_in_its_one_form(typed, name):
    assert normalise_name(typed) == name
    assert judge(typed) == []


@pytest.mark.parametrize("typed", ["", " ", "\u3000\u200b", "\t"])
def test_nothing_left_is_missing(typed):
    assert judge(typed) == ["name_missing"]


@pytest.mark.parametrize(
    "typed",
    [
        "王" * 51,
        "王\ue000英",
        "王\u202e英",
        "王\0英",
        "王\ud800英",
        "王\x1b英",
        "王\n英",
        "\t王英",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "</para>",
        "=cmd|'/c calc'!A1",
        "+8613800000000",
        "-1",
        "@x",
        "＝1+1",
        "' OR 1=1 --",
        "王(小)英",
        "王（小）英",
        '王"英',
        "王1",
        "王/英",
        "·王",
        "王·",
        "买买提··吐尔逊",
        "王 Li",
        "Anna 王",
        "王\u200f英",
        "王○英",
    ],
)
def test_what_is_no_name_is_invalid(typed):
    assert judge(typed) == ["name_invalid"]


def test_the_fault_names_the_character_even_when_it_cannot_be_seen():
    faults = [next(iter(find_name_faults(name))) for name in ("王(英", "王\u202e英")]

    assert [fault.facts for fault in faults] == [{"character": "("}, {"character": "U+202E"}]


@given(st.text(st.sampled_from("王英A é·.• \u3000１-")))
def test_normalising_twice_changes_nothing_more(text):
    assert normalise_name(normalise_name(text)) == normalise_name(text)


@given(st.text(max_size=60))
def test_any_text_is_missing_invalid_or_a_name(text):
    assert judge(text) in ([], ["name_missing"], ["name_invalid"])
