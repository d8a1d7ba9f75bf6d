"""Conditions: what CEL lets through in silence is refused before it decides about anybody."""

import pytest

from voucher.schemes.rules.conditions import (
    MAX_CHARACTERS,
    RESIDENT_SAMPLES,
    UnsoundCondition,
    compile_condition,
)

SAMPLES = {**RESIDENT_SAMPLES, "level": ["60-69", "70-79", "100+"], "coma": [False, True]}


@pytest.mark.parametrize(
    "text",
    [
        "age >= 60",
        '"低保" in situation',
        '!("特困" in situation)',
        'age >= 80 && ("独居" in situation || "空巢" in situation)',
        'gbt_level in ["2", "3", "4"]',
        'level == "100+"',
        'level != "100+"',
        "coma",
        "!coma",
        'coma ? age >= 60 : "残疾" in situation',
        'coma ? age >= 60 : age > 70 ? "残疾" in situation : age < 65',
        "((age >= 60))",
        "age - 10 >= 60",
        '"低保" in situation && age >= 65 || coma',
    ],
)
def test_a_sound_condition_is_accepted(text: str):
    assert compile_condition(text=text, samples=SAMPLES).text == text


@pytest.mark.parametrize(
    ("text", "holds"), [("age >= 80", True), ("age > 80", False), ("age - 20 == 60", True)]
)
def test_a_condition_decides_on_the_values_it_names(text: str, holds: bool):
    condition = compile_condition(text=text, samples=SAMPLES)

    assert condition.holds({"age": 80, "situation": [], "gbt_level": "", "level": "80-89"}) is holds


@pytest.mark.parametrize(
    "text",
    [
        # Unknown names and functions pass when they are compiled.
        "agee >= 60",
        "missing == 1 || age > 60",
        "age > 60 || missing == 1",
        "size(situation) > 1",
        'gbt_level.contains("2")',
        'gbt_level.matches("2|3")',
        "age.years > 60",
        "situation[0] == '低保'",
        "situation.exists(word, word == '低保')",
        # Types compare without an error and without ever being equal.
        "gbt_level == 2",
        'age == "60"',
        "coma == 1",
        "level == 100",
        # Values that do not occur.
        'level == "80-89"',
        '"低保户" in situation',
        "age >= 200",
        "age >= 0",
        # Types that raise, alone or behind an operator that swallows the error.
        'age > "60"',
        'age > "60" || age <= 130',
        'age >= 60 && age > "60"',
        '"低" in gbt_level',
        "age > null",
        "age + 1.5 > 60.0",
        # Text is ordered by character.
        'gbt_level > "2"',
        # Always the same.
        "true",
        "1 == 1",
        "true || age > 60",
        # Not true or false.
        "age",
        "age + 1",
        "gbt_level",
        "[age]",
        'coma ? age : "x"',
        # Unreadable.
        "",
        "age >=",
        "age >= 60 and coma",
        "年龄 >= 60",
        "(age >= 60",
        # What would hide an operator from the check.
        "age >= 60 // || coma",
        'level == "\\u0031"',
        'level == """100+"""',
    ],
)
def test_an_unsound_condition_is_refused(text: str):
    with pytest.raises(UnsoundCondition):
        compile_condition(text=text, samples=SAMPLES)


def test_a_condition_may_have_a_thousand_characters_and_no_more():
    longest = "age >= 60".ljust(MAX_CHARACTERS)

    assert compile_condition(text=longest, samples=SAMPLES).names == ("age",)
    with pytest.raises(UnsoundCondition):
        compile_condition(text=longest + " ", samples=SAMPLES)


def test_forty_thousand_characters_are_refused_before_the_parser_sees_them():
    with pytest.raises(UnsoundCondition):
        compile_condition(text="+".join("1" * 20_000), samples=SAMPLES)


@pytest.mark.parametrize("text", ["!" * 900 + "(coma)", "(" * 60 + "coma" + ")" * 60])
def test_deep_nesting_is_refused(text: str):
    with pytest.raises(UnsoundCondition):
        compile_condition(text=text, samples=SAMPLES)


def test_a_bracket_inside_a_text_does_not_mislead_the_check():
    samples = {**SAMPLES, "level": ["1 (a", "a || b", "x ? y : z"]}
    text = 'level == "1 (a" || level == "a || b" || level == "x ? y : z"'

    assert compile_condition(text=text, samples=samples).names == ("level",)
