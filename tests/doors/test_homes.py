"""Who asks, and where: unknown accounts, missing homes, words that are no command."""

import json
import subprocess
import sys

import pytest

from tests.doors.door import Door, clean_environment
from tests.doors.town import MONTH
from tests.structure.source import ROOT

PROGRAM = (sys.executable, "-c", "from voucher.app import main; main()")


def run_program(home, *words):
    """Run the program as the system does, in a process of its own."""
    environment = clean_environment() | {"VOUCHER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=home.parent,
        check=False,
        timeout=60,
    )


def test_without_a_home_a_command_says_how_to_make_one(tmp_path):
    done = run_program(tmp_path / "nowhere", "verify", "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "home_missing"
    assert done.stderr.endswith("[home_missing]\n")
    assert " / " in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_program_ends_with_the_code_of_the_refusal(open_door):
    home = open_door("founded").home

    done = run_program(home, "settle", "--through", "2030-01-01", "--as", "finance")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("[not_over]\n")
    assert "Traceback" not in done.stderr


def test_an_account_nobody_has_cannot_act(open_door):
    door = open_door("founded")

    answered = door.refuse("budgets", "list", "--as", "nobody", word="account_unknown")

    assert answered == {"error": "account_unknown", "name": "nobody"}


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("console", ["runs", "approve", "1"]),
        ("console", ["settle", "--through", "2026-12-01"]),
        ("console", ["budgets", "set", "jinjiang-age-bands", "--month", MONTH, "--amount", "1"]),
        ("worker", ["runs", "approve", "1"]),
        ("worker", ["settlements", "approve", "1"]),
        ("finance", ["runs", "approve", "1"]),
        ("approver", ["settlements", "paid", "1", "--bank-ref", "B-1"]),
        ("auditor", ["issue", "jinjiang-age-bands", "--month", MONTH]),
        ("auditor", ["handover", "1"]),
    ],
    ids=" ".join,
)
def test_nobody_does_anothers_work(open_door, account, words):
    door: Door = open_door("drafted")

    answered = door.refuse(*words, "--as", account, word="not_allowed")

    assert list(answered) == ["error", "action"]


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["runs", "approve"],
        ["runs", "approve", "one"],
        ["budgets", "set", "jinjiang-age-bands", "--amount", "1"],
        ["verify", "--loudly"],
        ["settlements", "approve", "--as", "finance"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_read_as_a_command_is_bad_input(open_door, words):
    answered = open_door("founded").refuse(*words, word="usage", exit_code=2)

    assert list(answered) == ["error", "detail"]


def test_a_rehearsals_clock_goes_forward_and_never_back(open_door):
    door = open_door("founded")

    door.refuse("clock", "set", "2026-12-01T00:00:00+08:00", word="clock_back")
    door.refuse("clock", "set", "2026-12-31T00:00:00", word="clock_zone", exit_code=2)
    door.refuse("clock", "set", "tomorrow", word="date", exit_code=2)


def test_a_home_is_made_once(open_door):
    door = open_door("founded")

    door.refuse("init", "--test", word="home_exists", exit_code=2)


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["--district", "510104"], "init_incomplete"),
        (["--test", "--district", "51010"], "district_format"),
        (["--test", "--district", "５１０１０４"], "district_format"),
        (["--test", "--host", "a-name-that-is-far-too-long.example"], "host_length"),
    ],
)
def test_a_home_is_not_half_made(tmp_path, words, word):
    done = Door(tmp_path / "home").run("init", *words, "--json")

    assert (done.exit_code, json.loads(done.stdout)["error"]) == (2, word)
    assert not (tmp_path / "home").exists()
