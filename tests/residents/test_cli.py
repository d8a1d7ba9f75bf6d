"""Rosters, assessments, departures and divisions on the command line."""

import json

import pytest
from click.testing import CliRunner

from tests.accounts.factories import make_actor
from tests.assessments.factories import make_answers
from tests.divisions.factories import DATA, found_district
from tests.residents.factories import (
    ELSEWHERE,
    import_people,
    make_number,
    make_person,
    make_roster,
)
from tests.workbooks.factories import make_workbook
from voucher.app import main
from voucher.db import db
from voucher.residents.models import Resident
from voucher.workbooks.reading import read_sheets


@pytest.fixture
def console(app):
    """Give the command line's account in a founded district."""
    return found_district()


@pytest.fixture
def run(console, home, monkeypatch, tmp_path):
    """Run a command with files made of bytes; give exit code, its JSON and its error output."""
    monkeypatch.setenv("VOUCHER_HOME", str(home.path))

    def run_command(*words, content=b""):
        file = tmp_path / "file.xlsx"
        file.write_bytes(content)
        command = [str(file) if word == "FILE" else word for word in words]
        done = CliRunner().invoke(main, [*command, "--json"], catch_exceptions=False)
        return done.exit_code, json.loads(done.stdout), done.stderr

    return run_command


def count_people():
    db.session.rollback()
    return db.session.query(Resident).count()


def test_a_roster_import_answers_with_its_counts_and_rows(run):
    roster = make_roster(make_person(1, 联系电话="无"), make_person(2, 姓名=""), make_person(1))

    code, answer, _ = run("residents", "import", "FILE", "--on", "2026-12-01", content=roster)

    assert code == 0
    assert answer == {
        "rows": 3,
        "accepted": 1,
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
        "absent": 0,
        "rejections": [
            {"row": 3, "reason": "name_missing"},
            {"row": 4, "reason": "duplicate_in_file"},
        ],
        "warnings": [{"row": 2, "reason": "phone_invalid"}],
        "moved": 0,
        "notices": [],
    }


def test_the_same_roster_again_answers_that_nothing_changed(run):
    roster = make_roster(make_person(1))
    run("residents", "import", "FILE", content=roster)

    _, answer, _ = run("residents", "import", "FILE", content=roster)

    assert (answer["accepted"], answer["added"], answer["unchanged"]) == (0, 0, 1)


def test_the_reference_date_is_today_in_china_unless_named(run):
    roster = make_roster(make_person(1, 身份证号="510104196612020028"))

    _, today, _ = run("residents", "import", "FILE", "--dry-run", content=roster)
    _, named, _ = run("residents", "import", "FILE", "--on", "2026-12-01", content=roster)

    assert (today["accepted"], named["rejections"]) == (1, [{"row": 2, "reason": "under_age"}])


def test_a_dry_run_writes_nothing(run):
    _, answer, _ = run(
        "residents", "import", "FILE", "--dry-run", content=make_roster(make_person(1))
    )

    assert answer["added"] == 1
    assert count_people() == 0


def test_faulty_rows_come_back_with_their_reasons_and_can_be_sent_again(run, console, tmp_path):
    import_people(console, make_person(5), make_person(7))
    errors = tmp_path / "errors.xlsx"
    faulty = make_person(2, 姓名="=1", 身份证号=330102194001010028.0, 联系电话=13900000001.0)
    roster = make_roster(make_person(1), faulty, make_person(5, **ELSEWHERE))

    run("residents", "import", "FILE", "--errors", str(errors), content=roster)

    returned, moved, absent = (
        list(sheet.rows()) for sheet in read_sheets(content=errors.read_bytes(), number=3)
    )
    titles, row = (cells for _, cells in returned)
    assert titles[:3] + titles[-1:] == ["姓名", "身份证号", "联系电话", "退回原因"]
    assert row[:3] == ["=1", "3.30102194001010E+17", "13900000001"]
    assert "不能有“=”" in row[-1]
    assert "Excel" in row[-1]
    assert [cells[0] for _, cells in moved] == ["姓名", "王秀英"]
    assert moved[1][1][2:] == ["清波门社区", "清波街道", "定安路社区"]
    assert [cells[1] for _, cells in absent] == ["出生日期", "1940-01-01"]
    code, answer, _ = run("residents", "import", "FILE", content=errors.read_bytes())
    assert (code, answer["rows"], answer["rejections"]) == (
        0,
        1,
        [{"row": 2, "reason": "name_invalid"}],
    )
    assert answer["notices"] == [{"word": "other_sheets", "count": 1}]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"not a workbook", "file_type"),
        (make_workbook([]), "no_rows"),
        (make_workbook([("a", "b"), ("c", "d")]), "header"),
    ],
)
@pytest.mark.parametrize("door", ["residents", "assessments"])
def test_a_faulty_file_is_refused_with_a_word_a_sentence_and_exit_code_two(
    run, door, content, word
):
    code, answer, told = run(door, "import", "FILE", content=content)

    assert (code, answer["error"]) == (2, word)
    assert f"[{word}]" in told
    assert count_people() == 0


def test_assessments_answer_in_the_same_shape(run, console):
    import_people(console, make_person(1))
    titles = tuple(make_answers())
    sound = make_answers({"身份证号": make_number(1)})
    faulty = {**sound, "评估日期": "2026-11-09", "B.1.1": ""}
    rows = [tuple(row[title] for title in titles) for row in (sound, faulty)]
    content = make_workbook([titles, *rows])

    first = run("assessments", "import", "FILE", "--on", "2026-12-01", content=content)
    second = run("assessments", "import", "FILE", "--on", "2026-12-01", content=content)

    assert first[:2] == (
        0,
        {
            "rows": 2,
            "accepted": 1,
            "added": 1,
            "updated": 0,
            "unchanged": 0,
            "rejected": 1,
            "absent": 0,
            "rejections": [{"row": 3, "reason": "item_missing"}],
            "warnings": [],
            "notices": [],
        },
    )
    assert (second[1]["accepted"], second[1]["unchanged"]) == (0, 1)


def test_divisions_import_answers_with_counts_and_refuses_another_district(run):
    own = (DATA / "divisions" / "330102.csv").read_bytes()
    other = (DATA / "divisions" / "510104.csv").read_bytes()

    again = run("divisions", "import", "FILE", content=own)
    refused = run("divisions", "import", "FILE", content=other)

    rows = len(own.splitlines()) - 1
    figures = {"added": 0, "updated": 0, "unchanged": rows, "absent": 0}
    assert again[:2] == (0, {"rows": rows, **figures})
    assert (refused[0], refused[1]["error"]) == (1, "district_other")


@pytest.mark.parametrize("door", ["residents", "assessments", "divisions"])
def test_an_account_without_the_right_is_refused(run, door):
    make_actor(name="cai.wu", role="finance")

    code, answer, _ = run(door, "import", "FILE", "--as", "cai.wu", content=b"x")

    assert (code, answer["error"]) == (1, "not_allowed")
