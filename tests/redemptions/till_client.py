"""An enrolled browser at the client's level: cookie, PIN and the page's own JSON requests."""

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pages import read_token
from tests.redemptions.tills import Town
from voucher import clock
from voucher.db import db, transaction
from voucher.shops.operations.enrolling import enrol_device

PIN = "246810"


@dataclass
class TillClient:
    """A till's page: it knows its form token and sends JSON as the page's script does."""

    client: FlaskClient
    token: str = field(default="")

    def ask(
        self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> TestResponse:
        """Send one request of the page's script; without a body it is a GET."""
        # A request is a transaction of its own: it meets no reading one of the test's.
        db.session.rollback()
        headers = {"Accept": "application/json", "X-CSRFToken": self.token}
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is None:
            return self.client.get(path, headers=headers)
        return self.client.post(path, json=body, headers=headers)

    def redeem(self, code: str, service: str, *, key: str = "key-1", **more: Any) -> TestResponse:
        return self.ask("/till/redeem", {"code": code, "service": service, **more}, key=key)


def make_code(town: Town, shop: str = "S0001") -> str:
    """Make a one-time code, as the office does."""
    with transaction():
        code = enrol_device(actor=town.worker, shop_code=shop, now=clock.now()).code
    return code


def send(client: FlaskClient, path: str, form: str = "", **fields: str) -> TestResponse:
    """Send a form of the page it stands on."""
    db.session.rollback()
    token = read_token(client, form or path)
    return client.post(path, data={"csrf_token": token, **fields})


def enrol(client: FlaskClient, town: Town, shop: str = "S0001") -> None:
    """Enrol this browser by a one-time code; the PIN is still to be given."""
    answer = send(client, "/till/enrol", code=make_code(town, shop))
    assert (answer.status_code, answer.location) == (303, "/till/pin")


def open_till(client: FlaskClient, town: Town, shop: str = "S0001") -> TillClient:
    """Enrol this browser and give the PIN, which the shop's first till sets."""
    enrol(client, town, shop)
    answer = send(client, "/till/pin", pin=PIN, repeated=PIN)
    assert (answer.status_code, answer.location) == (303, "/till/")
    return TillClient(client, read_page_token(client))


def read_page_token(client: FlaskClient) -> str:
    """Give the token the till's page carries for its script."""
    page = client.get("/till/").get_data(as_text=True)
    return page.split('name="csrf-token" content="')[1].split('"')[0]
