"""What a browser does: it reads a form's token before it sends the form."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from voucher.db import db

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def read_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """Give the token that the forms of a page carry."""
    page = client.get(path, follow_redirects=True).get_data(as_text=True)
    found = _TOKEN.search(page)
    assert found is not None, page
    return found[1]


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send a form with the token of this browser's session."""
    return client.post(path, data={"csrf_token": read_token(client), **fields})


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collect the statements sent to the database meanwhile: a list page sends the same few."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
