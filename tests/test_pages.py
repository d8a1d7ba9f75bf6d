"""What every page has, and what it says when something went wrong."""

import logging

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient

from tests.accounts.factories import make_account, sign_in
from tests.conftest import make_home
from tests.pages import post
from voucher.access import ANYONE, require
from voucher.config import Kind, count_proxies
from voucher.pages import say_in_both
from voucher.refusals import BadInput, NotAllowed, Refusal

PATHS = ["/", "/sign-in", "/healthz", "/readyz", "/static/base.css", "/nothing", "/api/v1/nothing"]
STRICT = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture
def broken(app: Flask) -> FlaskClient:
    """Give a browser on an application with pages that fail."""
    faults = {
        "fault": ZeroDivisionError("secret 110101194001010026"),
        "refusal": Refusal("used", "此券已用完 %(serial)s", serial="S1"),
        "input": BadInput("item_missing", "缺少项目 %(item)s", item="B.2.4"),
        "rights": NotAllowed("not_allowed", "您没有权限"),
    }

    def fail(name: str) -> None:
        raise faults[name]

    app.add_url_rule("/broken/<name>", "broken", require(ANYONE)(fail))
    app.add_url_rule("/api/broken/<name>", "api_broken", require(ANYONE)(fail))
    app.add_url_rule("/broken/abort/<int:code>", "aborting", require(ANYONE)(abort))
    return app.test_client()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded_by_its_headers(client, path):
    headers = client.get(path).headers

    assert set(headers["Content-Security-Policy"].split("; ")) >= STRICT
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert "charset=utf-8" in headers["Content-Type"] or "json" in headers["Content-Type"]
    assert path.startswith("/static/") or headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_another_hosts_name_is_not_answered(client, path):
    answer = client.get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "ylq.example.cn"])
def test_the_homes_own_host_and_this_machine_are_answered(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(("method", "status"), [("TRACE", 405), ("PUT", 405), ("DELETE", 405)])
def test_a_method_nobody_uses_is_refused(client, method, status):
    assert client.open("/sign-in", method=method).status_code == status


def test_a_fault_tells_a_number_and_nothing_else(broken, caplog):
    with caplog.at_level(logging.ERROR):
        answer = broken.get("/broken/fault")

    page = answer.get_data(as_text=True)
    incident = page.split('class="incident">')[1].split("<")[0]
    assert answer.status_code == 500
    assert len(incident) == 8
    assert incident in caplog.text
    assert "ZeroDivisionError" not in page
    assert "110101194001010026" not in page


def test_a_fault_of_the_api_is_a_problem_with_a_number(broken):
    answer = broken.get("/api/broken/fault")

    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "error", "instance"}
    assert answer.json["error"] == "fault"


@pytest.mark.parametrize(
    ("name", "status", "word", "sentence"),
    [
        ("refusal", 409, "used", "此券已用完 S1"),
        ("input", 422, "item_missing", "缺少项目 B.2.4"),
    ],
)
def test_a_refusal_says_the_same_on_page_and_api(broken, name, status, word, sentence):
    page = broken.get(f"/broken/{name}")
    problem = broken.get(f"/api/broken/{name}")

    assert (page.status_code, problem.status_code) == (status, status)
    assert sentence in page.get_data(as_text=True)
    assert (problem.json["error"], problem.json["title"]) == (word, sentence)
    assert problem.json["status"] == status


def test_a_stranger_is_sent_to_the_door_by_a_page_and_refused_by_the_api(broken):
    assert broken.get("/broken/rights").location == "/sign-in?next=/broken/rights"
    problem = broken.get("/api/broken/rights")
    assert (problem.status_code, problem.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_person_without_the_right_is_told_so(broken):
    make_account()
    sign_in(broken)

    answer = broken.get("/broken/rights")

    assert answer.status_code == 403
    assert "您没有权限" in answer.get_data(as_text=True)


def test_the_api_does_not_know_a_browsers_session(broken):
    make_account()
    sign_in(broken)

    assert broken.get("/api/broken/rights").status_code == 401


@pytest.mark.parametrize("code", [400, 404, 405, 413, 415, 418, 429, 503])
def test_what_the_web_server_refuses_is_a_page_too(broken, code):
    answer = broken.get(f"/broken/abort/{code}")

    assert answer.status_code == code
    assert '<main id="content"' in answer.get_data(as_text=True)


def test_pages_are_chinese_until_the_reader_chooses_english(client):
    assert '<html lang="zh-CN">' in client.get("/sign-in").get_data(as_text=True)

    chosen = post(client, "/language", language="en", next="/sign-in")

    assert (chosen.status_code, chosen.location) == (302, "/sign-in")
    assert '<html lang="en">' in client.get("/sign-in").get_data(as_text=True)
    post(client, "/language", language="zh")
    assert '<html lang="zh-CN">' in client.get("/sign-in").get_data(as_text=True)


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_choosing_a_language_leads_to_no_other_site(client, path):
    assert post(client, "/language", language="en", next=path).location == "/"


def test_a_rehearsal_shows_its_mark_and_its_clock_on_every_page(client):
    page = client.get("/sign-in").get_data(as_text=True)

    assert "测试" in page
    assert 'datetime="2026-12-05T10:0' in page


def test_a_live_home_keeps_its_cookie_for_tls_and_its_own_host(open_site, tmp_path):
    live = open_site(make_home(tmp_path / "live", kind=Kind.LIVE)).test_client()

    answer = live.get("/sign-in", base_url="https://ylq.example.cn")

    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-voucher=")
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "rehearsal" not in answer.get_data(as_text=True)
    assert live.get("/sign-in", base_url="https://localhost").status_code == 400


def test_a_refusal_without_a_translation_is_said_once():
    assert say_in_both(Refusal("w", "没有译文的句子 %(n)s", n=3)) == "没有译文的句子 3"


@pytest.mark.parametrize(("proxies", "seen"), [("", "127.0.0.1"), ("1", "203.0.113.9")])
def test_a_forwarded_address_is_believed_of_stated_proxies_alone(
    open_site, home, monkeypatch, proxies, seen
):
    monkeypatch.setenv("VOUCHER_PROXIES", proxies)
    app = open_site(home)
    addresses = []
    app.before_request(lambda: addresses.append(request.remote_addr))

    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})

    assert addresses == [seen]


@pytest.mark.parametrize("stated", ["-1", "10", "all", "１"])
def test_proxies_are_a_small_number(monkeypatch, stated):
    monkeypatch.setenv("VOUCHER_PROXIES", stated)

    with pytest.raises(BadInput, match="^proxies_format$"):
        count_proxies()
