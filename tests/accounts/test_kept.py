"""A form that met a closed door goes on after it, for the same person, and nowhere else."""

import html
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from tests.accounts.factories import (
    PASSWORD,
    give_second_factor,
    invite,
    make_account,
    read_code,
    sign_in,
)
from tests.pages import post, read_token
from voucher import clock
from voucher.access import Action, is_signed_in, require
from voucher.accounts.models import Account
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.kept import MAX_BYTES, KeptForm, keep_form, open_form
from voucher.refusals import BadInput

OURS = {"Sec-Fetch-Site": "same-origin"}
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def taken() -> list[list[tuple[str, str]]]:
    """Give the forms that were taken in the end."""
    return []


@pytest.fixture
def desk(app: Flask, taken) -> FlaskClient:
    """Give a browser on an office with a form that anybody signed in may send, and a grave one."""

    def take() -> str:
        taken.append([pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"])
        return "taken"

    for path, is_grave in (("/plain/王", False), ("/grave", True)):
        action = Action(f"tests{path}", (is_signed_in,), is_grave=is_grave)
        methods = ["GET", "POST"]
        app.add_url_rule(path, path, require(action)(take), methods=methods)
    return app.test_client()


def read_fields(answer, name=None):
    """Give the hidden fields of a page's own form, in order."""
    page = answer.get_data(as_text=True).split('<main id="content"')[1]
    fields = [(found, html.unescape(value)) for found, value in _FIELD.findall(page)]
    return dict(fields)[name] if name else [pair for pair in fields if pair[0] != "csrf_token"]


def send(client, path, token, *pairs, **options):
    fields = {"csrf_token": token}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return client.post(path, data=fields, **options)


def let_idle(home):
    set_clock(home, clock.now() + timedelta(minutes=30))


TYPED = (("name", "王秀英"), ("tag", "a"), ("tag", "b"), ("note", '"<&>\n二行'))


def test_an_expired_session_loses_nothing_that_was_typed(desk, home, taken):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)

    stopped = send(desk, "/plain/王?step=2", token, *TYPED)
    resumed = post(
        desk, "/sign-in", name="zhang.san", password=PASSWORD, kept=read_fields(stopped, "kept")
    )

    assert stopped.status_code == 401
    assert "刚才填写的内容还在" in stopped.get_data(as_text=True)
    page = resumed.get_data(as_text=True)
    assert 'action="/plain/%E7%8E%8B?step=2" data-sends-itself' in page
    assert taken == []
    going = [*read_fields(resumed), ("csrf_token", read_fields(resumed, "csrf_token"))]
    assert send(desk, "/plain/王?step=2", going.pop()[1], *going).status_code == 200
    assert taken == [list(TYPED)]


def test_what_waits_in_the_page_cannot_be_read_there(desk, home):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)

    page = send(desk, "/plain/王", token, ("id", "510104194101010026")).get_data(as_text=True)

    assert "510104194101010026" not in page


def test_another_persons_form_is_dropped(desk, home, taken):
    make_account(name="zhang.san")
    make_account(name="li.si")
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)

    kept = read_fields(send(desk, "/plain/王", token, *TYPED), "kept")
    other = post(desk, "/sign-in", name="li.si", password=PASSWORD, kept=kept)

    assert (other.status_code, other.location) == (302, "/")
    assert "属于另一个账号，没有提交" in desk.get("/").get_data(as_text=True)
    assert taken == []


def test_a_form_of_before_is_its_typists_even_when_another_has_signed_in_since(desk, taken):
    make_account(name="zhang.san")
    make_account(name="li.si")
    sign_in(desk, name="zhang.san")
    token = read_token(desk, "/account")
    desk.post("/sign-out", data={"csrf_token": token})
    sign_in(desk, name="li.si")

    stopped = send(desk, "/plain/王", token, *TYPED, headers=OURS)
    kept = read_fields(stopped, "kept")

    assert stopped.status_code == 401
    assert post(desk, "/sign-in", name="li.si", password=PASSWORD, kept=kept).location == "/"
    again = post(desk, "/sign-in", name="zhang.san", password=PASSWORD, kept=kept)
    assert read_fields(again) == list(TYPED)
    assert taken == []


def test_a_form_survives_that_its_session_was_ended_elsewhere(desk, taken):
    account = make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    with transaction():
        db.session.get_one(Account, account.id).session_mark = "ended"

    kept = read_fields(send(desk, "/plain/王", token, *TYPED), "kept")

    resumed = post(desk, "/sign-in", name="zhang.san", password=PASSWORD, kept=kept)
    assert read_fields(resumed) == list(TYPED)


def test_a_form_survives_the_code(desk, home):
    account = make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    secret = give_second_factor(account)
    let_idle(home)

    kept = read_fields(send(desk, "/plain/王", token, *TYPED), "kept")
    asked = post(desk, "/sign-in", name="zhang.san", password=PASSWORD, kept=kept)
    carried = read_fields(asked, "kept")
    resumed = post(desk, "/sign-in/code", code=read_code(secret), kept=carried)

    assert read_fields(resumed) == list(TYPED)


def test_a_form_survives_a_new_first_password(desk, home):
    made = invite()
    sign_in(desk, password=made.first_password)
    token = read_token(desk, "/password")

    stopped = send(desk, "/plain/王", token, *TYPED)
    wanted = "a second otter paints the river"
    resumed = post(
        desk,
        "/password",
        current=made.first_password,
        wanted=wanted,
        repeated=wanted,
        kept=read_fields(stopped, "kept"),
    )

    assert read_fields(resumed) == list(TYPED)


def test_a_grave_deed_asks_for_the_password_once_it_is_old_and_goes_on(desk, home, taken):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    assert send(desk, "/grave", token).status_code == 200
    set_clock(home, clock.now() + timedelta(minutes=15))

    stopped = send(desk, "/grave", token, *TYPED)
    kept = read_fields(stopped, "kept")
    missed = post(desk, "/confirm", password="wrong", kept=kept)
    resumed = post(desk, "/confirm", password=PASSWORD, kept=read_fields(missed, "kept"))

    assert (stopped.status_code, missed.status_code, resumed.status_code) == (401, 401, 200)
    assert "再次输入密码" in stopped.get_data(as_text=True)
    assert taken == [[]]
    token = read_fields(resumed, "csrf_token")
    assert send(desk, "/grave", token, *read_fields(resumed)).status_code == 200
    assert taken == [[], list(TYPED)]


def test_a_grave_page_opens_after_the_password(desk, home):
    make_account()
    sign_in(desk)
    set_clock(home, clock.now() + timedelta(minutes=15))

    asked = desk.get("/grave?x=1")

    assert asked.status_code == 401
    assert read_fields(asked) == [("next", "/grave")]
    assert post(desk, "/confirm", password=PASSWORD, next="/grave").location == "/grave"


def test_a_grave_deed_of_who_has_a_second_factor_asks_for_the_code_too(desk, home, taken):
    secret = give_second_factor(make_account())
    sign_in(desk)
    post(desk, "/sign-in/code", code=read_code(secret))
    set_clock(home, clock.now() + timedelta(minutes=15))
    token = read_token(desk, "/account")
    stopped = send(desk, "/grave", token, *TYPED)
    kept = read_fields(stopped, "kept")
    assert 'name="code"' in stopped.get_data(as_text=True)

    without = post(desk, "/confirm", password=PASSWORD, kept=kept)
    resumed = post(desk, "/confirm", password=PASSWORD, code=read_code(secret), kept=kept)

    assert (without.status_code, resumed.status_code) == (401, 200)
    assert read_fields(resumed) == list(TYPED)


@pytest.mark.parametrize("change", [lambda kept: kept[:-4] + "AAAA", lambda kept: "王", len])
def test_an_altered_text_is_refused(desk, home, taken, change):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)
    kept = read_fields(send(desk, "/plain/王", token, *TYPED), "kept")

    answer = post(desk, "/sign-in", name="zhang.san", password=PASSWORD, kept=str(change(kept)))

    assert answer.status_code == 422
    assert "之前填写的内容已失效" in answer.get_data(as_text=True)
    assert taken == []


def test_a_text_is_good_for_a_day_and_for_the_site_that_made_it():
    form = KeptForm("/a", (("b", "c"),), (), 7)
    now = datetime(2026, 12, 5, tzinfo=UTC)
    kept = keep_form(secret=b"s" * 32, form=form, now=now)
    day = timedelta(days=1)

    assert open_form(secret=b"s" * 32, kept=kept, now=now + day) == form
    for secret, later in ((b"s" * 32, day + timedelta(seconds=1)), (b"t" * 32, timedelta())):
        with pytest.raises(BadInput, match="^kept_form$"):
            open_form(secret=secret, kept=kept, now=now + later)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "x"}])
@pytest.mark.parametrize("token", ["", "forged"])
def test_a_form_without_its_token_is_not_kept_unless_the_browser_vouches(desk, headers, token):
    make_account()
    sign_in(desk)

    answer = send(desk, "/plain/王", token, *TYPED, headers=headers)

    assert answer.status_code == 403
    assert "kept" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_form_that_no_page_of_ours_made_is_never_kept(desk, token):
    make_account()

    answer = send(desk, "/plain/王", token, *TYPED, headers=OURS)

    assert answer.status_code == 401
    assert [name for name, _ in read_fields(answer)] == ["next"]
    assert "没能保留" in answer.get_data(as_text=True)


def test_a_form_of_a_page_for_nobody_goes_on_for_nobody(desk):
    make_account()
    token = read_token(desk)

    answer = send(desk, "/plain/王", token, *TYPED)

    assert [name for name, _ in read_fields(answer)] == ["next"]


def test_passwords_are_never_kept(desk, home):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    stopped = None
    let_idle(home)

    for path in ("/password", "/confirm", "/second-factor"):
        pairs = [("current", PASSWORD), ("password", PASSWORD), ("wanted", "x"), ("kept", "before")]
        stopped = send(desk, path, token, *pairs, headers=OURS)

        assert stopped.status_code == 401
        assert read_fields(stopped, "kept") == "before"


def test_a_form_too_large_to_be_kept_is_said_to_be_lost(desk, home):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)

    answer = send(desk, "/plain/王", token, ("note", "x" * MAX_BYTES))

    assert [name for name, _ in read_fields(answer)] == ["next"]
    assert "没能保留" in answer.get_data(as_text=True)
    assert "还在" not in answer.get_data(as_text=True)


def test_a_file_has_to_be_chosen_again_and_the_page_says_so(desk, home, taken):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)

    fields = {"csrf_token": token, "month": "2026-12", "roster": (BytesIO(b"x"), "花名册.xlsx")}
    stopped = desk.post("/plain/王", data=fields)
    kept = read_fields(stopped, "kept")
    resumed = post(desk, "/sign-in", name="zhang.san", password=PASSWORD, kept=kept)

    assert "请重新选择" in stopped.get_data(as_text=True)
    page = resumed.get_data(as_text=True)
    assert "data-sends-itself" not in page
    assert "刚才选择的文件：花名册.xlsx" in page
    assert 'name="roster" type="file" required' in page
    assert 'enctype="multipart/form-data"' in page
    assert read_fields(resumed) == [("month", "2026-12")]


@pytest.mark.parametrize("path", ["//evil.example/plain", "/\\evil.example", "/%2F/evil.example"])
def test_a_kept_form_goes_to_a_path_of_ours(desk, home, path):
    make_account()
    sign_in(desk)
    token = read_token(desk, "/account")
    let_idle(home)

    assert "kept" not in send(desk, path, token, *TYPED).get_data(as_text=True)
