"""The command: what it answers, whom it refuses, and that no byte of the database changes."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from python_calamine import CalamineWorkbook

from tests.doors.door import Door
from tests.doors.town import AGE_BANDS, MONTH, RUN_FEN
from tests.reports.factories import NATIONAL, SIX_CLASSES, edit, write_edited

FIRST_PLACE = "510104001001"


@pytest.fixture
def door(stages, tmp_path) -> Door:
    return Door(shutil.copytree(stages["founded"], tmp_path / "home"))


def dump(door):
    with closing(sqlite3.connect(door.home / "voucher.db")) as file:
        return list(file.iterdump())


def test_a_change_is_answered_in_counts_and_whole_fen_and_writes_nothing(door, tmp_path):
    text = edit(
        AGE_BANDS, ("face_fen = 3000", "face_fen = 4500"), ("face_fen = 5000", "face_fen = 1000")
    )
    edited, out = write_edited(tmp_path, text), tmp_path / "out.xlsx"
    before = dump(door)

    answer = door.answer(
        *("simulate", AGE_BANDS, "--against", edited, "--month", MONTH, "--out", out)
    )

    assert dump(door) == before
    difference = answer["difference"]
    assert (answer["residents"], answer["programme"]["cost_fen"]) == (3, RUN_FEN)
    assert answer["against"]["cost_fen"] == RUN_FEN + 1_500 - 4_000
    assert {name: difference[name] for name in difference if name != "bands"} == {
        "cost_fen": -2_500,
        "gains": 1,
        "loses": 1,
        "same": 1,
        "newly_covered": 0,
        "no_longer_covered": 0,
    }
    assert [(row["level"], row["cost_fen"]) for row in answer["programme"]["levels"]] == [
        ("60-69", 3_000),
        ("70-79", 5_000),
        ("80-89", 44_000),
    ]
    assert [(row["community"], row["cost_fen"]) for row in answer["communities"]] == [
        ("510104001001", 49_000),
        ("510104002001", 3_000),
    ]
    assert CalamineWorkbook.from_path(out).sheet_names[0] == "概要"
    said = door.run("simulate", AGE_BANDS, "--month", MONTH).stdout
    assert said.startswith("锦江区老年人服务券（按年龄段）：2026-12 有 3 人应享，最多 520.00 元\n")


def test_finance_gets_money_but_no_levels_of_a_community_and_brings_no_rules(door, tmp_path):
    edited = write_edited(tmp_path, edit(NATIONAL))
    asked = ("simulate", AGE_BANDS, "--month", MONTH, "--as", "finance")

    part = door.answer(*asked, "--community", FIRST_PLACE)["programme"]

    assert (part["cost_fen"], "levels" in part, "why_not" in part) == (49_000, False, False)
    assert "levels" in door.answer(*asked)["programme"]
    # Word for word the adopted one is no rule of one's own; a changed one is.
    door.answer(*asked, "--against", edited)
    edited.write_text(edit(NATIONAL, ("80000", "90000")), encoding="utf-8")
    door.refuse(*asked, "--against", edited, word="not_allowed")
    door.refuse("simulate", AGE_BANDS, "--month", MONTH, "--as", "worker", word="not_allowed")


def test_where_nobody_has_a_level_on_the_scale_it_says_how_many(door):
    answer = door.answer("simulate", AGE_BANDS, "--against", SIX_CLASSES, "--month", MONTH)

    against = answer["against"]
    assert (against["with_level"], against["without_level"], against["cost_fen"]) == (0, 3, 0)
    assert against["why_not"] == [{"rule": "no_level", "item": "", "residents": 3}]
    assert against["levels_from"] == "confirmed"


def test_what_cannot_be_simulated_is_refused_and_writes_nothing(door, tmp_path):
    asked = ("simulate", AGE_BANDS, "--month")

    door.refuse(*asked, "2026-11", word="simulation_month", exit_code=2)
    door.refuse(*asked, MONTH, "--community", "510104009001", word="division_unknown")
    door.refuse(*asked, MONTH, "--against", "nothing", word="scheme_unknown")
    broken = write_edited(tmp_path, "kind = ")
    door.refuse(*asked, MONTH, "--against", broken, word="scheme_invalid", exit_code=2)
