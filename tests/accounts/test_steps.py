"""The steps at the door: a code where there is a second factor, and one set up where it must be."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.factories import (
    PASSWORD,
    give_second_factor,
    invite,
    make_account,
    read_code,
    sign_in,
)
from tests.conftest import Browser, make_home
from tests.pages import post, read_token
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.config import Kind
from voucher.db import db, transaction

DEMANDED = [Role.FINANCE, Role.APPROVER, Role.ADMIN, Role.AUDITOR]
_SECRET = re.compile(r'factor-secret">(.+?)</p>')
_OFFERED = re.compile(r'name="offered" value="([0-9a-f]+)"')


class LiveBrowser(Browser):
    """A browser on a live home, which is served under its own name and with TLS alone."""

    def open(self, *arguments, **options):
        return super().open(*arguments, **{"base_url": "https://ylq.example.cn", **options})


@pytest.fixture
def live(open_site, tmp_path):
    """Give a live home's application, inside its context."""
    app: Flask = open_site(make_home(tmp_path / "live", kind=Kind.LIVE))
    app.test_client_class = LiveBrowser
    with app.app_context():
        yield app
        db.session.remove()


def read_offer(page):
    """Give the secret a page shows, as a person types it into the telephone, and the offer."""
    groups = re.findall(r"<span>(\w{4})</span>", _SECRET.search(page)[1])
    return "".join(groups), _OFFERED.search(page)[1]


def give_code(client, code, **fields):
    return post(client, "/sign-in/code", code=code, **fields)


def is_inside(client):
    return client.get("/").status_code == 200


@pytest.mark.parametrize("role", DEMANDED)
def test_in_a_live_home_a_second_factor_comes_before_any_other_page(live, role):
    make_account(role=role)
    client = live.test_client()

    entered = post(client, "/sign-in", name="zhang.san", password=PASSWORD)

    secret, offered = read_offer(entered.get_data(as_text=True))
    assert client.get("/").location == "/second-factor"
    assert client.get("/account").location == "/second-factor"
    done = post(client, "/second-factor", offered=offered, code=read_code(secret))
    assert (done.status_code, done.location) == (302, "/")
    assert is_inside(client)


@pytest.mark.parametrize("role", [Role.WORKER, Role.ASSESSOR, Role.DESK])
def test_the_others_enter_a_live_home_by_their_password(live, role):
    make_account(role=role)
    client = live.test_client()

    assert sign_in(client) == 302
    assert is_inside(client)


@pytest.mark.parametrize("role", DEMANDED)
def test_a_rehearsal_demands_no_second_factor(client, role):
    make_account(role=role)

    sign_in(client)

    assert is_inside(client)


def test_in_a_live_home_a_password_of_ones_own_comes_first_and_the_second_factor_next(live):
    made = invite(role=Role.ADMIN)
    client = live.test_client()

    post(client, "/sign-in", name="zhang.san", password=made.first_password)

    assert client.get("/second-factor").location == "/password"
    wanted = "a second otter paints the river"
    changed = post(client, "/password", current=made.first_password, wanted=wanted, repeated=wanted)
    secret, offered = read_offer(changed.get_data(as_text=True))
    assert client.get("/").location == "/second-factor"
    post(client, "/second-factor", offered=offered, code=read_code(secret))
    assert is_inside(client)


def test_a_change_to_a_role_that_demands_a_second_factor_acts_on_the_next_request(live):
    account = make_account(role=Role.WORKER)
    client = live.test_client()
    sign_in(client)

    with transaction():
        db.session.get_one(Account, account.id).role = Role.FINANCE

    assert client.get("/").location == "/second-factor"


def test_any_account_may_have_a_second_factor_and_is_asked_from_then_on(app, client, home):
    make_account()
    sign_in(client)
    other = app.test_client()
    sign_in(other)
    secret, offered = read_offer(client.get("/second-factor").get_data(as_text=True))

    done = post(client, "/second-factor", offered=offered, code=read_code(secret))

    assert (done.status_code, done.location) == (302, "/")
    assert (is_inside(client), is_inside(other)) == (True, False)
    assert client.get("/second-factor").location == "/account"
    set_clock(home, clock.now() + timedelta(seconds=60))
    asked = post(other, "/sign-in", name="zhang.san", password=PASSWORD)
    assert (asked.status_code, "输入验证码" in asked.get_data(as_text=True)) == (200, True)
    assert not is_inside(other)
    assert give_code(other, read_code(secret)).location == "/"
    assert is_inside(other)


def test_a_wrong_code_shows_the_same_secret_again(client):
    make_account()
    sign_in(client)
    secret, offered = read_offer(client.get("/second-factor").get_data(as_text=True))

    missed = post(client, "/second-factor", offered=offered, code="1")

    assert missed.status_code == 422
    assert read_offer(missed.get_data(as_text=True))[0] == secret
    assert "验证码不正确" in missed.get_data(as_text=True)


def test_between_password_and_code_nothing_opens(client):
    give_second_factor(make_account())

    sign_in(client)

    for path in ("/", "/account", "/password", "/second-factor", "/accounts/"):
        assert client.get(path).location.startswith("/sign-in?next=")
    assert post(client, "/confirm", password=PASSWORD).status_code == 401
    assert not is_inside(client)


def test_a_code_used_at_one_machine_opens_no_other(app):
    secret = give_second_factor(make_account())
    office, thief = app.test_client(), app.test_client()
    sign_in(office)
    sign_in(thief)
    code = read_code(secret)

    assert give_code(office, code).status_code == 302

    assert give_code(thief, code).status_code == 401
    assert not is_inside(thief)


def test_the_password_waits_five_minutes_for_its_code(client, home):
    secret = give_second_factor(make_account())
    sign_in(client)
    token = read_token(client)
    set_clock(home, clock.now() + timedelta(minutes=5))

    late = client.post("/sign-in/code", data={"csrf_token": token, "code": read_code(secret)})

    assert late.status_code == 401
    assert not is_inside(client)
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_code_after_the_account_changed_opens_nothing(client):
    account = make_account()
    secret = give_second_factor(account)
    sign_in(client)
    with transaction():
        db.session.get_one(Account, account.id).session_mark = "ended"

    assert give_code(client, read_code(secret)).status_code == 401
    assert not is_inside(client)


def test_five_wrong_codes_close_the_account(client):
    account = make_account()
    secret = give_second_factor(account)
    sign_in(client)

    for _ in range(5):
        assert give_code(client, "000000").status_code == 401

    assert give_code(client, read_code(secret)).status_code == 401
    assert sign_in(client) == 401
    db.session.rollback()
    assert db.session.get_one(Account, account.id).locked_until is not None


def test_the_page_asked_for_survives_the_code(client):
    secret = give_second_factor(make_account())

    asked = post(client, "/sign-in", name="zhang.san", password=PASSWORD, next="/account")

    assert 'name="next" value="/account"' in asked.get_data(as_text=True)
    assert give_code(client, read_code(secret), next="/account").location == "/account"


def test_too_many_codes_from_one_address_wait(client):
    token = read_token(client)

    answers = [
        client.post("/sign-in/code", data={"csrf_token": token, "code": "1"}) for _ in range(31)
    ]

    assert {answer.status_code for answer in answers[:30]} == {401}
    assert answers[30].status_code == 429


def test_ones_own_account_says_who_one_is_and_what_one_can_do(client):
    make_account(role=Role.AUDITOR)
    sign_in(client)

    page = client.get("/account").get_data(as_text=True)

    for words in ("zhang.san", "审计", "全区", "未设置", "更改密码", "全部退出"):
        assert words in page
    left = client.post("/sign-out", data={"csrf_token": read_token(client, "/account")})
    assert left.location == "/sign-in"
    assert list(db.session.scalars(select(Event.action).order_by(Event.id.desc()).limit(1))) == [
        "accounts.sign_out"
    ]
