"""Accounts on the command line."""

import json

import pytest
from click.testing import CliRunner

from tests.accounts.factories import ADMIN
from voucher import clock
from voucher.accounts.operations.admitting import examine_attempt
from voucher.accounts.operations.keeping import add_console
from voucher.app import main
from voucher.db import transaction


@pytest.fixture
def run(app, home, monkeypatch):
    monkeypatch.setenv("VOUCHER_HOME", str(home.path))
    with transaction():
        add_console(actor=ADMIN, now=clock.now())

    def run_command(*words):
        return CliRunner().invoke(main, [*words], catch_exceptions=False)

    return run_command


def test_a_new_account_comes_with_its_first_password(run):
    done = run("accounts", "add", "Zhang.San", "--role", "worker", "--json")

    answer = json.loads(done.stdout)
    assert done.exit_code == 0
    assert list(answer) == ["account", "name", "role", "area", "password"]
    assert (answer["name"], answer["role"], answer["area"]) == ("zhang.san", "worker", None)
    assert examine_attempt(name="zhang.san", password=answer["password"]).is_right


@pytest.mark.parametrize(
    ("words", "exit_code", "error"),
    [
        (["a b", "--role", "worker"], 2, {"error": "name_format", "most": 40}),
        (["console", "--role", "worker"], 1, {"error": "account_exists", "name": "console"}),
        (["x", "--role", "desk", "--area", "9"], 1, {"error": "division_unknown", "code": "9"}),
    ],
)
def test_a_refusal_has_a_word_a_sentence_and_an_exit_code(run, words, exit_code, error):
    done = run("accounts", "add", *words, "--json")

    assert done.exit_code == exit_code
    assert json.loads(done.stdout) == error
    assert done.stderr.rstrip().endswith(f"[{error['error']}]")


def test_a_person_who_may_not_add_accounts_is_refused(run):
    run("accounts", "add", "zhang.san", "--role", "worker", "--json")

    done = run("accounts", "add", "li.si", "--role", "admin", "--as", "zhang.san", "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"error": "not_allowed", "action": "accounts.add"}


def test_an_unknown_account_cannot_act(run):
    done = run("accounts", "add", "li.si", "--role", "admin", "--as", "nobody", "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"error": "account_unknown", "name": "nobody"}
