"""Every fault of a scheme file is told with file, line and plain words."""

import re
from pathlib import Path

import pytest

from tests.schemes.own import make_instrument, make_programme, write_own
from voucher.schemes.queries import get_instrument, get_programme, map_instruments
from voucher.schemes.rules.candidates import Candidate, check_files

NATIONAL = get_programme("national-2026", 1).text
SERVICES = "80-89理发、照相、洗衣、助餐、家电维修、保洁"
SHARE = '  { settings = ["home"], basis_points = 5000 },\n'


def check(tmp_path: Path, text: str) -> Candidate:
    path = write_own(tmp_path, "mine.toml", text)
    (checked,) = check_files([path], within_reach=map_instruments(), below=tmp_path)
    return checked


def plant(text: str, old: str, new: str) -> tuple[str, int]:
    """Put a fault into a text; give it with the line on which the fault begins."""
    assert old in text, old
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


# What is replaced by what, where it is told, and what the sentence says.
SCALE, BANDS = make_instrument(), make_programme()
MZT = get_instrument("mzt-039-2013", 1).text
READING = [
    (SCALE, "upper = 89", "upper = 88", "levels[2]", "不能重叠或留空"),
    (SCALE, "upper = 89", "upper = 90", "levels[2]", "不能重叠或留空"),
    (SCALE, "lower = 0,", "lower = 1,", "levels", "最差一级的分数段应到 0 分"),
    (SCALE, 'ladder = "help"', 'ladder = "hlep"', "parts[1].items[2].ladder", "未知的“hlep”"),
    (SCALE, "event_count >= 2", "events >= 2", "changes[3].when", "未知的名称 events"),
    (SCALE, "event_count >= 2", "event_count > true", "changes[3].when", "请检查类型"),
    (SCALE, "event_count >= 2", "event_count >= 0", "changes[3].when", "结果永远相同"),
    (SCALE, "event_count >= 2", "coma || " * 200, "changes[3].when", "条件最多 1000 个字符"),
    (SCALE, "worsens_by", "worsens_bye", "changes[2].worsens_bye", "是不是 worsens_by？"),
    (SCALE, 'id = "B.1.3"', 'id = "date"', "parts[1].items[3].id", "已有“date”这一列"),
    (SCALE, 'id = "B.1.3"', 'id = "fall"', "parts[1].items[3].id", "已有“fall”这一列"),
    (MZT, 'id = "fall"', 'id = "coma"', "event_kinds[1].id", "已有“coma”这一列"),
    (BANDS, "needs_confirmation", "needs_confirm", "needs_confirm", "是不是 needs_confirmation？"),
    (BANDS, "partial =", "partially =", "items[1].grants[1].partially", "是不是 partial？"),
    (BANDS, "# Spent", 'colour = "red"\n# Spent', "colour", "请检查拼写"),
    (BANDS, 'period = "month"', 'period = "moon"', "period", "未知的“moon”"),
    (BANDS, 'id = "jinjiang', 'id = "Jinjiang', "id", "只能用小写英文字母"),
    (BANDS, '["bath"]', '["swimming"]', "items[2].services", "未知的“swimming”"),
    (NATIONAL, "scale_version = 1", "scale_version = 9", "scale", "没有量表"),
    (NATIONAL, SHARE, "", "items[1].shares", "没有分担比例"),
]
# Where a whole list is at fault, the line on which it begins.
BEGINNINGS = {"levels": "levels = [", "scale": "scale = ", "items[1].shares": "shares = ["}


@pytest.mark.parametrize(("text", "old", "new", "place", "words"), READING)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path, text, old, new, place, words):
    broken, line = plant(text, old, new)
    if place in BEGINNINGS:
        starts = enumerate(broken.splitlines(), start=1)
        line = next(number for number, one in starts if one.startswith(BEGINNINGS[place]))

    (fault,) = check(tmp_path, broken).faults

    assert (fault.line, fault.place, fault.word) == (line, place, "scheme_invalid")
    assert fault.refusal is not None
    assert words in fault.refusal.sentence % fault.refusal.facts
    assert fault.refusal.facts["file"] == "mine.toml"


def test_what_is_missing_is_told_at_the_table_that_lacks_it(tmp_path):
    text = re.sub(r"rounding = .*\n", "", make_programme())
    (fault,) = check(tmp_path, text).faults

    assert (fault.line, fault.place) == (1, "rounding")

    grants = make_programme().replace("face_fen = 3000, ", "", 1)
    (fault,) = check(tmp_path, grants).faults

    assert fault.place == "items[1].grants[1].face_fen"
    assert grants.splitlines()[fault.line - 1].startswith('  { levels = ["60-69"], partial')


def test_no_toml_is_told_with_its_line(tmp_path):
    (fault,) = check(tmp_path, 'kind = "programme"\nid = nothing\n').faults

    assert (fault.line, fault.word) == (2, "scheme_invalid")


# What does not come out although the file can be read: where, under which word, on which line.
PRICE, OVERLAP = "price_examples[1]", ("age < 70", "age < 80")
FAILING = [
    ("own_fen = 0", "own_fen = 1", PRICE, "example_failed", "[[price_examples]]"),
    ('"age_60_69"\n\n', '"x"\n\n', "class_examples[1]", "example_failed", "[[class_examples]]"),
    ("= 3000\nwhy", "= 1\nwhy", "grant_examples[1]", "example_failed", "[[grant_examples]]"),
    ("age >= 100", "age >= 101", "age=100 situation=", "class_missing", "classes = ["),
    (*OVERLAP, "age_70_79", "rule_unreached", '  { rule = "age_70_79"'),
    (*OVERLAP, "70-79", "level_unreached", '  { id = "70-79"'),
    ("为老服务券", "60-69服务券", "60-69服务券", "level_on_paper", "paper_name ="),
    ('"理发、', '"80-89理发、', SERVICES, "level_on_paper", "terms ="),
]


@pytest.mark.parametrize(("old", "new", "place", "word", "start"), FAILING)
def test_what_does_not_come_out_is_told_with_its_line(tmp_path, old, new, place, word, start):
    text, _ = plant(make_programme(), old, new)

    checked = check(tmp_path, text)

    found = {(fault.place, fault.word): fault.line for fault in checked.faults}
    assert (place, word) in found
    assert text.splitlines()[found[place, word] - 1].startswith(start)


def test_a_broken_file_does_not_hide_the_others(tmp_path):
    write_own(tmp_path, "a.toml", "kind = ")
    write_own(tmp_path, "b.toml", make_programme())
    write_own(tmp_path, "c.toml", make_programme().replace("own_fen = 0", "own_fen = 1"))
    write_own(tmp_path, "d.toml", make_programme(face_fen=9))
    (tmp_path / "e.toml").write_bytes('id = "评"'.encode("gbk"))

    checked = check_files([tmp_path], within_reach=map_instruments(), below=tmp_path)

    assert [(one.file, len(one.faults)) for one in checked] == [
        ("a.toml", 1),
        ("b.toml", 0),
        ("c.toml", 1),
        ("d.toml", 1),
        ("e.toml", 1),
    ]
    twin = checked[3].faults[0].refusal
    assert twin is not None
    assert twin.facts["other"] == "b.toml"


def test_a_programme_reads_an_instrument_that_lies_beside_it(tmp_path):
    write_own(tmp_path, "z/scale.toml", make_instrument(version=7))
    write_own(tmp_path, "a.toml", NATIONAL.replace("scale_version = 1", "scale_version = 7"))

    checked = check_files([tmp_path], within_reach=map_instruments(), below=tmp_path)

    assert [(one.file, one.faults) for one in checked] == [("a.toml", ()), ("z/scale.toml", ())]
