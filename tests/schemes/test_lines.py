"""Each place of a scheme file has the line on which a person finds it."""

import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from voucher.schemes.rules.lines import find_line, map_lines
from voucher.schemes.rules.loading import load_bundled

ODD = '''# A comment [with] {marks} = "and quotes"
a = """
[[not.a.table]]
b = 1
""" # after
"c d" = 'single # no comment'
[one.two]
e = [ # first
  1, [2,
  3], { f = "x, ]", g.h = true },
]
[[list]]
k = 2026-01-01
[[list.inner]]
l = "\\" = [x]"
[[list.inner]]
[list.inner.deep]
m = \'\'\'
n = 2
\'\'\'
[[list]]
o = 07:30:00
'''


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from walk(inner, f"{path}[{number}]")


def write_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value).replace('"', "")


@pytest.mark.parametrize("scheme", load_bundled().all, ids=lambda scheme: scheme.id)
def test_every_place_of_a_bundled_file_stands_on_its_line(scheme):
    lines, text = map_lines(scheme.text), scheme.text.splitlines()
    places = dict(walk(tomllib.loads(scheme.text)))

    assert lines.keys() == places.keys()
    for path, value in places.items():
        line = text[lines[path] - 1].replace('"', "")
        key = path.split(".")[-1].split("[")[0]
        is_member = path.endswith("]")
        assert is_member or f"{key} =" in line or f"{key}]" in line, (path, line)
        if not isinstance(value, dict | list):
            assert write_value(value) in line, (path, line)


def test_the_odd_corners_of_the_language_are_read_too():
    lines = map_lines(ODD)

    assert lines.keys() == dict(walk(tomllib.loads(ODD))).keys()
    assert {path: lines[path] for path in ("a", "c d", "one", "one.two.e", "one.two.e[2][2]")} == {
        "a": 2,
        "c d": 6,
        "one": 7,
        "one.two.e": 8,
        "one.two.e[2][2]": 10,
    }
    assert {path: line for path, line in lines.items() if path.startswith("list[")} == {
        "list[1]": 12,
        "list[1].k": 13,
        "list[1].inner": 14,
        "list[1].inner[1]": 14,
        "list[1].inner[1].l": 15,
        "list[1].inner[2]": 16,
        "list[1].inner[2].deep": 17,
        "list[1].inner[2].deep.m": 18,
        "list[2]": 21,
        "list[2].o": 22,
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("list[1].inner[2].missing", 16),
        ("list[1].inner[2].deep.missing.more", 17),
        ("list[9].inner", 12),
        ("missing", 1),
        ("", 1),
        ("age=60 situation=独居", 1),
    ],
)
def test_what_is_missing_stands_where_it_should_have_been(path: str, line: int):
    assert find_line(text=ODD, path=path) == line
