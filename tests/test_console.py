"""One way for every command: an object, a word, an exit code."""

import json

import click
import pytest
from click.testing import CliRunner

from voucher.access import ANYONE
from voucher.console import Gate, command
from voucher.refusals import BadInput, NotAllowed, NotFound, Refusal

REFUSALS = {
    "refusal": Refusal("busy", "稍后 %(fen)s", fen=5),
    "bad": BadInput("date", "日期"),
    "forbidden": NotAllowed("not_allowed", "不可"),
    "missing": NotFound("run_unknown", "没有"),
}


@command("do", action=ANYONE, needs_home=False, fails_when=lambda answer: answer["fails"])
@click.argument("what")
def do(*, what: str):
    """做 · Do."""
    if what in REFUSALS:
        raise REFUSALS[what]
    return {"what": what, "rows": [1, 2], "fails": what == "breach"}


class Translator:
    """All that a refusal asks of the application."""

    @staticmethod
    def translate(refusal: Refusal) -> str:
        return refusal.sentence % refusal.facts


def run(*words: str):
    main = Gate("main", commands={"do": do}, context_settings={"obj": Translator})
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_an_answer_is_lines_for_people_and_one_object_for_machines():
    assert run("do", "it").stdout == "what: it\nrows: [1, 2]\nfails: False\n"
    assert json.loads(run("do", "甲", "--json").stdout) == {
        "what": "甲",
        "rows": [1, 2],
        "fails": False,
    }
    assert run("do", "it").exit_code == 0


def test_an_answer_that_tells_of_a_breach_is_printed_and_fails():
    done = run("do", "breach", "--json")

    assert (done.exit_code, json.loads(done.stdout)["what"]) == (1, "breach")


@pytest.mark.parametrize(
    ("what", "exit_code", "said", "answered"),
    [
        ("refusal", 1, "稍后 5 [busy]\n", {"error": "busy", "fen": 5}),
        ("bad", 2, "日期 [date]\n", {"error": "date"}),
        ("forbidden", 1, "不可 [not_allowed]\n", {"error": "not_allowed"}),
        ("missing", 1, "没有 [run_unknown]\n", {"error": "run_unknown"}),
    ],
)
def test_a_refusal_is_said_on_stderr_and_answered_on_stdout(what, exit_code, said, answered):
    for_people, for_machines = run("do", what), run("do", what, "--json")

    assert (for_people.exit_code, for_people.stdout, for_people.stderr) == (exit_code, "", said)
    assert (for_machines.exit_code, for_machines.stderr) == (exit_code, said)
    assert json.loads(for_machines.stdout) == answered


@pytest.mark.parametrize("words", [("do",), ("undo",), ("do", "it", "--loudly"), ("do", "a", "b")])
def test_what_is_no_command_is_bad_input(words):
    done = run(*words, "--json")

    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"] == "usage"
    assert done.stderr.endswith("[usage]\n")


def test_help_is_no_failure_and_no_command_shows_the_commands():
    assert run("--help").exit_code == 0
    assert run("do", "--help").exit_code == 0
    assert (run().exit_code, "do" in run().stderr) == (2, True)


def test_a_fault_of_the_program_is_not_dressed_as_a_refusal():
    with pytest.raises(KeyError):
        CliRunner().invoke(
            Gate("main", commands={"fail": _fail}, context_settings={"obj": Translator}),
            ["fail"],
            catch_exceptions=False,
        )


@command("fail", action=ANYONE, needs_home=False)
def _fail():
    """错 · Fail."""
    raise KeyError("x")
