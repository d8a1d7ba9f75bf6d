"""A town whose people can sign in, for the pages of runs and handovers."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.factories import sign_in
from tests.browsing import let_everybody_in
from tests.shops.factories import COMMUNITY, make_person
from tests.vouchers.factories import Town, add_resident, fund, make_town
from voucher.access import Role


@pytest.fixture
def open_town(app: Flask) -> Town:
    """Give a funded town: a woman of 85 in one community, one of 65 in the other; a draft costs
    270.00. Everybody of it can sign in, `local` works in the first street alone."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1], name="李建国")
    fund(town)
    make_person("local", area=COMMUNITY[0])
    make_person("checker", Role.APPROVER)
    make_person("auditor", Role.AUDITOR)
    make_person("admin", Role.ADMIN)
    make_person("desk", Role.DESK)
    make_person("assessor", Role.ASSESSOR)
    let_everybody_in()
    return town


@pytest.fixture
def enter(app: Flask, open_town: Town) -> Callable[[str], FlaskClient]:
    """Give what opens a browser in which a person of the town is signed in."""

    def open_one(name: str) -> FlaskClient:
        client = app.test_client()
        sign_in(client, name=name)
        return client

    return open_one
