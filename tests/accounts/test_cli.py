"""Accounts on the command line."""

import json

import pytest
from click.testing import CliRunner

from tests.accounts.factories import (
    ADMIN,
    PASSWORD,
    give_second_factor,
    make_account,
    read_code,
)
from tests.conftest import make_home
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import examine_attempt
from voucher.accounts.operations.keeping import add_console
from voucher.app import main
from voucher.config import Kind
from voucher.db import db, transaction


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


@pytest.fixture
def run_live(open_site, tmp_path, monkeypatch):
    """Give what gives a grave command as somebody of a live home, and types what it is asked."""
    home = make_home(tmp_path / "live", kind=Kind.LIVE)
    monkeypatch.setenv("VOUCHER_HOME", str(home.path))
    app = open_site(home)

    def run_command(*typed):
        words = ["budgets", "approve", "1", "--as", "zhang.san", "--json"]
        done = CliRunner().invoke(main, words, input="\n".join(typed), catch_exceptions=False)
        return json.loads(done.stdout)["error"]

    with app.app_context():
        yield run_command
        db.session.remove()


def test_a_grave_command_asks_a_live_home_for_password_and_code(run_live):
    secret = give_second_factor(make_account(role=Role.FINANCE))

    assert run_live("wrong", read_code(secret)) == "password_wrong"
    assert run_live(PASSWORD, "000000") == "password_wrong"
    code = read_code(secret)
    assert run_live(PASSWORD, code) == "budget_unknown"
    assert run_live(PASSWORD, code) == "password_wrong"


def test_a_grave_command_is_not_given_by_a_role_that_has_yet_to_set_up_its_code(run_live):
    make_account(role=Role.FINANCE)

    assert run_live(PASSWORD) == "second_factor_needed"


def test_a_lost_second_factor_is_taken_off_by_command(run):
    account = make_account(name="zhang.san", role=Role.ADMIN)
    give_second_factor(account)

    done = run("accounts", "take-off-factor", "zhang.san", "--json")

    assert json.loads(done.stdout) == {"account": account.id, "name": "zhang.san"}
    db.session.rollback()
    assert not db.session.get_one(Account, account.id).has_second_factor
