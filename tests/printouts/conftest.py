"""A town whose run is issued and waits to be printed, and its people at their browsers."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.factories import sign_in
from tests.browsing import let_everybody_in
from tests.shops.factories import COMMUNITY, make_person
from tests.vouchers.factories import Town, add_resident, fund, issue, make_town
from voucher.access import Role
from voucher.db import db


@pytest.fixture
def folder(home, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("VOUCHER_PRINTOUTS", str(tmp_path / "printouts"))
    return tmp_path / "printouts"


@pytest.fixture
def town(app: Flask, folder: Path) -> Town:
    """Give a town with an issued run: one woman in each of two communities, nothing printed."""
    town = make_town()
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1], name="李建国")
    fund(town)
    make_person("local", area=COMMUNITY[0])
    make_person("auditor", Role.AUDITOR)
    make_person("desk", Role.DESK)
    let_everybody_in()
    issue(town)
    return town


@pytest.fixture
def enter(app: Flask, town: Town) -> Callable[[str], FlaskClient]:
    def open_one(name: str) -> FlaskClient:
        client = app.test_client()
        sign_in(client, name=name)
        db.session.rollback()
        return client

    return open_one
