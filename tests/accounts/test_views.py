"""The door, as a browser meets it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.accounts.factories import ADMIN, PASSWORD, invite, make_account, sign_in
from tests.pages import post, read_token
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.operations.keeping import renew_first_password
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.db import db, transaction

SECOND = "a second otter paints the river"


def is_inside(client):
    return client.get("/").status_code == 200


def test_a_stranger_is_shown_to_the_door_and_led_back(client):
    make_account()

    asked = client.get("/?page=2")

    assert (asked.status_code, asked.location) == (302, "/sign-in?next=/")
    entered = post(client, "/sign-in", name="zhang.san", password=PASSWORD, next="/password")
    assert (entered.status_code, entered.location) == (302, "/password")
    assert is_inside(client)


def test_the_home_page_greets_by_name_and_role(client):
    make_account(name="王芳", role=Role.FINANCE)

    sign_in(client, name="王芳")

    page = client.get("/").get_data(as_text=True)
    assert "您好，王芳" in page
    assert "区财务" in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_every_role_has_a_home_page(client, role):
    make_account(role=role)

    sign_in(client)

    assert is_inside(client)


def test_every_miss_reads_the_same(client):
    make_account(name="zhang.san")
    make_account(name="li.si")
    with transaction():
        db.session.scalars(select(Account).where(Account.name == "li.si")).one().is_active = False

    answers = [
        post(client, "/sign-in", name="nobody", password=PASSWORD),
        post(client, "/sign-in", name="zhang.san", password="wrong"),
        post(client, "/sign-in", name="li.si", password=PASSWORD),
    ]

    token = re.compile(r'name="csrf_token" value="[^"]+"|<time.+</time>')
    assert {answer.status_code for answer in answers} == {401}
    assert len({token.sub("", answer.get_data(as_text=True)) for answer in answers}) == 1


def test_a_first_password_opens_only_the_page_that_changes_it(client):
    made = invite()

    sign_in(client, password=made.first_password)

    assert client.get("/").location == "/password"
    changed = post(client, "/password", current=made.first_password, wanted=SECOND, repeated=SECOND)
    assert (changed.status_code, changed.location) == (302, "/")
    assert is_inside(client)


def test_a_refused_new_password_says_what_to_do(client):
    make_account()
    sign_in(client)

    refused = post(client, "/password", current=PASSWORD, wanted="short", repeated="short")

    assert refused.status_code == 422
    assert "密码须为 15 至 128 个字符" in refused.get_data(as_text=True)


def test_a_new_password_ends_the_sessions_of_other_machines(app):
    make_account()
    office, tablet = app.test_client(), app.test_client()
    sign_in(office)
    sign_in(tablet)

    post(office, "/password", current=PASSWORD, wanted=SECOND, repeated=SECOND)

    assert (is_inside(office), is_inside(tablet)) == (True, False)


def test_a_copied_cookie_is_dead_after_signing_out(app):
    make_account()
    client, thief = app.test_client(), app.test_client()
    sign_in(client)
    cookie = client.get_cookie("voucher")
    assert cookie is not None
    thief.set_cookie("voucher", cookie.value)
    assert is_inside(thief)

    left = client.post("/sign-out", data={"csrf_token": read_token(client, "/")})

    assert left.location == "/sign-in"
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (is_inside(client), is_inside(thief)) == (False, False)


@pytest.mark.parametrize(
    ("role", "steps", "is_open"),
    [
        (Role.WORKER, [timedelta(minutes=29)], True),
        (Role.WORKER, [timedelta(minutes=30)], False),
        (Role.FINANCE, [timedelta(minutes=14)], True),
        (Role.FINANCE, [timedelta(minutes=15)], False),
        (Role.WORKER, [timedelta(minutes=28)] * 17, True),
        (Role.WORKER, [timedelta(minutes=28)] * 18, False),
    ],
)
def test_a_session_ends_when_idle_or_after_a_working_day(home, client, role, steps, is_open):
    make_account(role=role)
    sign_in(client)

    for step in steps:
        set_clock(home, clock.now() + step)
        found = is_inside(client)

    assert found is is_open


def test_a_new_first_password_ends_what_was_open_on_the_next_request(client):
    make_account()
    sign_in(client)

    with transaction():
        renew_first_password(actor=ADMIN, name="zhang.san", now=clock.now())

    assert not is_inside(client)


def test_closing_an_account_acts_on_the_next_request(client):
    account = make_account()
    sign_in(client)

    with transaction():
        db.session.get_one(Account, account.id).is_active = False

    assert not is_inside(client)


def test_a_change_of_role_acts_on_the_next_request(client):
    account = make_account(role=Role.WORKER)
    sign_in(client)

    with transaction():
        db.session.get_one(Account, account.id).role = Role.AUDITOR

    assert "审计" in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\/evil",
        "/a\r\nb",
        "javascript:",
    ],
)
def test_nobody_is_led_to_another_site(client, asked):
    make_account()

    entered = post(client, "/sign-in", name="zhang.san", password=PASSWORD, next=asked)

    assert (entered.status_code, entered.location) == (302, "/")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/password", "/language"])
def test_a_form_without_its_token_does_nothing(client, path):
    make_account()
    sign_in(client)
    before = db.session.scalars(select(Event.id)).all()

    answer = client.post(path, data={"name": "zhang.san", "password": PASSWORD})

    assert answer.status_code == 403
    assert db.session.scalars(select(Event.id)).all() == before


def test_too_many_attempts_from_one_address_wait(client):
    token = read_token(client)

    answers = [
        client.post("/sign-in", data={"csrf_token": token, "name": "x", "password": ""})
        for _ in range(31)
    ]

    assert {answer.status_code for answer in answers[:30]} == {401}
    assert answers[30].status_code == 429
    assert int(answers[30].headers["Retry-After"]) > 0


def test_an_asset_asked_for_with_an_old_cookie_sets_none(client, home):
    make_account()
    sign_in(client)
    set_clock(home, clock.now() + timedelta(hours=8))

    assert client.get("/static/base.css").headers.getlist("Set-Cookie") == []
    assert client.get("/").headers.getlist("Set-Cookie") != []


def test_a_page_that_renews_itself_keeps_no_session_open_and_goes_to_the_door(client, home):
    make_account()
    sign_in(client)
    set_clock(home, clock.now() + timedelta(minutes=29))
    renewing = {"HX-Request": "true"}
    assert client.get("/", headers=renewing).status_code == 200
    set_clock(home, clock.now() + timedelta(minutes=1))

    answer = client.get("/", headers=renewing)

    assert (answer.status_code, answer.headers["HX-Refresh"], answer.data) == (401, "true", b"")
