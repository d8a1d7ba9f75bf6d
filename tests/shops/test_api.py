"""A till becomes known at the API by its one-time code."""

import pytest

from tests.shops.factories import make_approved_shop, make_district, make_person
from voucher import clock
from voucher.db import db, transaction
from voucher.shops.operations.enrolling import enrol_device, suspend_device
from voucher.shops.queries import find_till


@pytest.fixture
def worker(app):
    make_district()
    make_approved_shop()
    return make_person("worker")


@pytest.fixture
def code(worker):
    with transaction():
        return enrol_device(actor=worker, shop_code="S0001", now=clock.now()).code


def open_code(client, code):
    db.session.rollback()
    return client.post("/api/v1/enrolments", json={"code": code})


def look_up(client, token):
    db.session.rollback()
    return client.post(
        "/api/v1/vouchers/lookup",
        json={"code": "weixin://x"},
        headers={"Authorization": f"Bearer {token}"},
    )


def test_a_code_gives_a_token_that_works(client, code):
    answer = open_code(client, code.lower())

    body = answer.get_json()
    assert (answer.status_code, sorted(body)) == (200, ["device", "expires_at", "token"])
    till = find_till(token=body["token"], channel="api", now=clock.now())
    assert till.device_id == body["device"]
    assert look_up(client, body["token"]).get_json()["error"] == "not_ours"


def test_a_code_gives_a_token_once_and_a_wrong_one_never(client, code):
    open_code(client, code)

    used, wrong = open_code(client, code), open_code(client, "0000-0000-0000-0000")

    assert (used.status_code, used.get_json()["error"]) == (409, "enrolment_code")
    assert (wrong.status_code, wrong.data) == (used.status_code, used.data)


def test_a_stopped_till_is_refused_at_its_next_request(client, code, worker):
    body = open_code(client, code).get_json()
    with transaction():
        suspend_device(actor=worker, device_id=body["device"], now=clock.now())

    assert look_up(client, body["token"]).status_code == 401
