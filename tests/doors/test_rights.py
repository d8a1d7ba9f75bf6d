"""The rights hold at the door itself: every route, asked by every role and by a stranger."""

import re

import pytest
from flask import Flask

from tests.accounts.factories import make_account, sign_in
from tests.pages import read_token
from tests.structure.test_rights import ROLES, make_actor

# Open to whoever holds the till's cookie, which no account is: tested with the till.
OF_TILLS = ("till", "public")
PLACE = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?\w+>")


def fill_in(rule: str) -> str:
    """Give an address of this rule where nothing is to be found."""
    return PLACE.sub(lambda place: "999999" if place["kind"] == "int" else "nothing", rule)


def list_doors(app: Flask) -> list[tuple[str, str, str]]:
    """Give (method, address, endpoint) of every route that people with accounts use."""
    return [
        (method, fill_in(rule.rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if not rule.rule.startswith(("/api/", "/static/"))
        and rule.endpoint.partition(".")[0] not in OF_TILLS
        and rule.endpoint != "accounts.leave"
    ]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_passes_exactly_the_doors_that_are_its_own(app, client, role):
    make_account(role=role)
    sign_in(client)
    token = read_token(client, "/account")

    for method, address, endpoint in list_doors(app):
        answer = client.open(address, method=method, data={"csrf_token": token})

        said = (method, address, answer.status_code)
        action = app.view_functions[endpoint].action  # type: ignore[attr-defined]
        may = action.allows(make_actor(role))
        assert (answer.status_code == 403) == (not may), said
        assert answer.status_code < 500, said


def test_a_stranger_is_shown_to_the_door_everywhere(app, client):
    token = read_token(client)

    for method, address, endpoint in list_doors(app):
        if app.view_functions[endpoint].action.is_public:  # type: ignore[attr-defined]
            continue
        answer = client.open(address, method=method, data={"csrf_token": token})

        expected = 302 if method == "GET" else 401
        assert (answer.status_code, method, address) == (expected, method, address)
