"""What a browser does: it reads a form's token before it sends the form."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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
