"""Two hundred codes that want to lead a till elsewhere: none of them leads anywhere."""

import itertools

import cv2
import pytest
from playwright.sync_api import Page, expect

from tests.browsing import NARROW
from tests.redemptions.counter import Gun, open_till, read_sheets, wait_at
from tests.redemptions.filming import draw_code

NOT_OURS = "不是本区券码，请勿付款或登录"


LOOKALIKES = (
    *("ylq.example.evil.cn", "evil.cn", "ylq-example.cn", "ylqexample", "xylq.example"),
    *(
        "ylq.examp1e",
        "y1q.example",
        "ylq.exampIe",
        "уlq.example",
        "ylq.exаmple",
        "ylq。example",
    ),
    *("ylq.example.", "www.ylq.example", "ylq.example:443", "ylq.example:8443", "ylq.example:"),
    *("user@ylq.example", "ylq.example@evil.cn", "ylq.example%2eevil.cn", "ｙlq.example"),
    *(
        "ylq.example\\.evil.cn",
        "127.0.0.1",
        "localhost",
        "[::1]",
        "xn--ylq.example",
        "ylq..example",
    ),
)
OTHERS = (
    *("weixin://wxpay/bizpayurl?pr=abc", "wxp://f2f0abc", "https://qr.alipay.com/fkx0abc"),
    *("alipays://platformapi/startapp?appId=1", "javascript:alert(1)", "JAVASCRIPT:alert(1)"),
    *("data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "tel:110", "sms:10086"),
    *("intent://scan/#Intent;end", "blob:https://ylq.example/V/1", "about:blank", "vbscript:x"),
    *("mailto:a@b.cn", "WIFI:S:a;P:b;;", "BEGIN:VCARD\nEND:VCARD", "YL0:", "yl1:ABC"),
    *("6901234567892", "<img src=x onerror=alert(1)>", "' OR 1=1 --", "{{7*7}}", "7" * 4000),
)


@pytest.fixture
def site(serve_town):
    return serve_town("given")


def list_hostile(url: str) -> list[str]:
    """Give 200 payloads around a genuine voucher's address, each of them another address."""
    host, token = "ylq.example", url.split("/V/")[1]
    schemes = (
        "https://",
        "HTTPS://",
        "http://",
        "HTTP://",
        "https:/",
        "https:\\\\",
        "//",
        "ftp://",
    )
    foreign = [scheme + each + "/V/" + token for scheme in schemes[:4] for each in LOOKALIKES]
    foreign += [scheme + host + "/V/" + token for scheme in schemes[2:]]
    paths = ("/v/", "/", "/V", "/VV/", "/till/", "//V/", "/V//", "/./V/", "/x/../V/", "/%56/")
    foreign += [f"https://{host}{path}{token}" for path in paths if path != "/V//"]
    endings = ("?a=1", "#a", "/", "/..", "?next=//evil.cn", "#/V/" + token, "/pay")
    foreign += [f"https://{host}/V/{token}{ending}" for ending in endings]
    foreign += list(OTHERS)
    number = itertools.count(1)
    while len(foreign) < 200:
        foreign.append(f"https://evil{next(number)}.cn/V/{token}")
    return foreign[:200]


def as_photo(text: str) -> dict[str, object]:
    picture = cv2.imencode(".png", draw_code(text))[1].tobytes()
    return {"name": "code.png", "mimeType": "image/png", "buffer": picture}


def list_asked(asked: list[str]) -> list[str]:
    """Leave out the picture of the browser's tab, and the photo itself."""
    return [
        each for each in asked if not each.startswith("data:image/png") and "icon.svg" not in each
    ]


def test_two_hundred_hostile_codes_lead_to_no_request_and_no_page(browse, site):
    url = read_sheets(site)["services"].qr_text
    page: Page = open_till(browse(viewport=NARROW), site)
    hostile = list_hostile(url)
    assert len(set(hostile)) == 200
    page.locator("#photo").set_input_files(as_photo("warming up"))
    wait_at(page, "result")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("framenavigated", lambda frame: asked.append(frame.url))
    page.context.on("page", lambda opened: asked.append(opened.url))

    for payload in hostile:
        # Without the care of a real click, which waits for two frames each time.
        page.locator('[data-screen="result"] [data-next]').dispatch_event("click")
        page.locator("#photo").set_input_files(as_photo(payload))
        wait_at(page, "result")
        said = page.locator("#result-said").inner_text()
        assert said in (NOT_OURS, "无法识别此券的版本，请更新程序"), payload

    assert list_asked(asked) == []
    expect(page.locator("main a[href]:visible")).to_have_count(0)


def test_a_gun_that_shoots_a_foreign_address_leads_nowhere_either(browse, site):
    page = open_till(browse(viewport=NARROW), site)
    gun = Gun.at(page)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))

    for payload in ("http://evil.cn/V/ABC", "HTTPS://YLQ.EXAMPLE.EVIL.CN/V/ABC", "6901234567892"):
        gun.shoot(payload)
        expect(page.locator("#result-said")).to_have_text(NOT_OURS)
        page.locator('[data-screen="result"] [data-next]').click()
    gun.shoot("HTTPS://YLQ.EXAMPLE/V/ABC")

    expect(page.locator("#result-said")).to_contain_text("券码不完整或已损坏")
    assert list_asked(asked) == []
