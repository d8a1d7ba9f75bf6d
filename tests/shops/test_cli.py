"""The commands of shops and tills: their JSON, their words, their exit codes."""

import json

import pytest
from click.testing import CliRunner

from tests.shops.factories import (
    DATA,
    make_approved_shop,
    make_book,
    make_district,
    make_person,
    shop_row,
)
from voucher.access import Role
from voucher.app import main
from voucher.db import db


@pytest.fixture
def run(app, home, monkeypatch):
    monkeypatch.setenv("VOUCHER_HOME", str(home.path))
    make_district()
    make_person("worker")
    make_person("approver", Role.APPROVER)

    def invoke(*arguments, code=0):
        # A command is a process of its own: it meets no reading transaction of the test's.
        db.session.rollback()
        result = CliRunner().invoke(main, [*map(str, arguments), "--json"])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    return invoke


def test_shops_are_imported_approved_and_listed(run):
    workbook = DATA / "shops" / "jinjiang.xlsx"

    imported = run("shops", "import", workbook, "--as", "worker")
    approved = run("shops", "approve", "--all", "--as", "approver")
    listed = run("shops", "list", "--as", "worker")["shops"]

    shape = {
        "accepted": 120,
        "added": 120,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "absent": 0,
        "rejections": [],
        "warnings": [],
    }
    services = {"rows": 228, **shape, "accepted": 228, "added": 228}
    assert imported == {"rows": 120, **shape, "services": services}
    assert (approved["approved"], len(approved["accounts"]), approved["own"]) == (120, 120, [])
    assert {shop["state"] for shop in listed} == {"approved"}
    assert listed[0]["shop"] == "S0001"
    assert sum(len(shop["services_fen"]) for shop in listed) == 228


def test_a_rejected_row_is_named_with_its_reason(run, tmp_path):
    workbook = tmp_path / "shops.xlsx"
    workbook.write_bytes(make_book([shop_row(), shop_row("S0002", 账号="")]))

    answer = run("shops", "import", workbook, "--as", "worker")

    assert answer["rejections"] == [{"row": 3, "reason": "account_missing"}]


@pytest.mark.parametrize(
    ("content", "word"), [(b"code,name\n", "file_type"), (None, "file_missing")]
)
def test_a_file_that_is_no_workbook_is_bad_input(run, tmp_path, content, word):
    workbook = tmp_path / "shops.xlsx"
    if content is not None:
        workbook.write_bytes(content)

    assert run("shops", "import", workbook, "--as", "worker", code=2)["error"] == word


def test_a_worker_may_not_approve(run):
    make_approved_shop()

    answer = run("shops", "approve", "S0001", "--as", "worker", code=1)

    assert answer == {"error": "not_allowed", "action": "shops.approve_shop"}


def test_approving_needs_a_shop_or_all(run):
    assert run("shops", "approve", "--as", "approver", code=2)["error"] == "shop_missing"


def test_own_proposals_are_not_approved(run, tmp_path):
    workbook = tmp_path / "shops.xlsx"
    workbook.write_bytes(make_book())
    run("shops", "import", workbook, "--as", "approver")

    answer = run("shops", "approve", "S0001", "--as", "approver", code=1)

    assert answer == {"error": "self_approve"}


def test_a_till_of_a_test_home_comes_with_its_token(run):
    make_approved_shop()

    made = run("devices", "enrol", "--shop", "S0001", "--as", "worker")
    listed = run("devices", "list", "--as", "worker")["devices"]
    stopped = run("devices", "suspend", made["device"], "--as", "worker")

    assert sorted(made) == ["code", "device", "expires_at", "token"]
    assert [(device["device"], device["state"]) for device in listed] == [
        (made["device"], "enrolled")
    ]
    assert stopped == {"device": made["device"], "state": "suspended"}


def test_a_till_of_an_unknown_shop_is_refused(run):
    answer = run("devices", "enrol", "--shop", "S0404", "--as", "worker", code=1)

    assert answer == {"error": "shop_unknown", "code": "S0404"}
