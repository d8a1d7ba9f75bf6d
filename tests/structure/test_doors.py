"""Every way in says who may take it."""

from collections.abc import Iterator

import click
import pytest
from flask import Flask

from tests.pages import read_token
from voucher.access import Action, is_signed_in
from voucher.app import create_app, main
from voucher.config import Home
from voucher.refusals import Refusal

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def site(home: Home, migrated_sqlite, monkeypatch) -> Flask:
    """Give the application, to be looked at and not written to."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{migrated_sqlite}")
    return create_app(home)


def walk_commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from walk_commands(inner, f"{name} {word}")


def test_every_route_declares_who_may_use_it(site):
    unguarded = [
        endpoint
        for endpoint, view in site.view_functions.items()
        if not isinstance(getattr(view, "action", None), Action)
    ]

    assert unguarded == []


def test_every_command_declares_who_may_give_it():
    unguarded = [
        name
        for name, command in walk_commands(main, "voucher")
        if not isinstance(getattr(command, "action", None), Action)
    ]

    assert unguarded == []


def test_every_command_answers_in_json_and_says_what_it_does():
    for name, command in walk_commands(main, "voucher"):
        options = {option for parameter in command.params for option in parameter.opts}

        assert "--json" in options, name
        assert command.help, name


def test_an_action_has_one_name_and_nobody_allowed_by_accident(site):
    actions = {
        id(found.action): found.action
        for found in [
            *site.view_functions.values(),
            *(command for _, command in walk_commands(main, "voucher")),
        ]
    }

    names = [action.name for action in actions.values()]
    assert sorted(names) == sorted(set(names))
    for action in actions.values():
        assert action.is_public or action.any_of, action.name
        assert action.is_public or not action.allows(None), action.name


def test_a_route_that_changes_something_is_never_a_get(site):
    for rule in site.url_map.iter_rules():
        assert not (rule.methods & UNSAFE and "GET" in rule.methods), rule.rule


def test_no_form_is_taken_without_its_token(site):
    client = site.test_client()
    assert read_token(client)

    for rule in site.url_map.iter_rules():
        if not rule.methods & UNSAFE or rule.rule.startswith("/api/"):
            continue
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<int:{argument}>", "1").replace(f"<{argument}>", "x")
        for method in rule.methods & UNSAFE:
            assert client.open(path, method=method, data={"a": "b"}).status_code == 403, path


def test_what_the_signed_in_may_do_the_stranger_may_not():
    action = Action("example.see", (is_signed_in,))

    with pytest.raises(Refusal, match="^not_allowed$"):
        action.demand(None)
