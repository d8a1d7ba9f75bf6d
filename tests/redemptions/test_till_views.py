"""The till's answers: who is asked, what is told, what to do next."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.accounts.factories import make_account, sign_in
from tests.conftest import make_home
from tests.redemptions.till_client import PIN, TillClient, enrol, make_code, open_till, send
from tests.redemptions.tills import open_town
from voucher import clock
from voucher.access import Actor, Role
from voucher.codes import show_typed_code
from voucher.config import Kind
from voucher.db import db, transaction
from voucher.redemptions.api import _REFUSED
from voucher.redemptions.models import Attempt, Redemption, Reversal
from voucher.redemptions.rules.wording import ADVICE
from voucher.shops.models import Device, Shop
from voucher.shops.operations.pins import admit_till
from voucher.vouchers.models import Print, Voucher

ANSWERS = (
    ("/till/look", {"code": "x"}),
    ("/till/quote", {"code": "x"}),
    ("/till/redeem", {"code": "x"}),
    ("/till/undo", {"redemption": "1", "reason": "x"}),
    ("/till/today", None),
)


@pytest.fixture
def town(app, home):
    return open_town(home)


@pytest.fixture
def till(client, town) -> TillClient:
    return open_till(client, town)


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def change(table, **values):
    db.session.rollback()
    with transaction():
        db.session.execute(update(table).values(**values))


# --- who asks


def test_a_browser_without_the_cookie_is_told_that_it_is_no_till(client, town):
    page = client.get("/till/")

    assert page.status_code == 401
    assert "本机未绑定商户，不能核销" in page.get_data(as_text=True)
    stranger = TillClient(client, "")
    client.get("/sign-in")
    for path, body in ANSWERS:
        if body is None:
            answer = stranger.ask(path, body)
            assert (answer.status_code, answer.get_json()["error"]) == (401, "till_unknown")
        else:
            assert stranger.ask(path, body, key="k").status_code == 403


def test_no_account_works_a_till_whatever_its_role(client, town):
    for role in Role:
        if role is Role.CONSOLE:
            continue
        staff = client.application.test_client()
        make_account(name=f"staff-{role}", role=role)
        sign_in(staff, name=f"staff-{role}")
        page = staff.get("/account").get_data(as_text=True)
        person = TillClient(staff, page.split('name="csrf_token" value="')[1].split('"')[0])

        for path, body in ANSWERS:
            answer = person.ask(path, body, key="k")
            assert (answer.status_code, answer.get_json()["error"]) == (401, "till_unknown"), path
        assert staff.get("/till/").status_code == 401
    assert count(Redemption) == 0


def test_a_till_that_may_no_longer_work_gets_nothing(client, town, till):
    past, future = clock.now() - timedelta(seconds=1), clock.now() + timedelta(days=1)
    for table, stopped, works in (
        (Shop, {"state": "suspended"}, {"state": "approved"}),
        (Device, {"state": "suspended"}, {"state": "enrolled"}),
        (Device, {"expires_at": past}, {"expires_at": future}),
        (Device, {"token_hash": None, "state": "suspended"}, None),
    ):
        change(table, **stopped)

        for path, body in ANSWERS:
            answer = till.ask(path, body, key="k")
            assert (answer.status_code, answer.get_json()["error"]) == (401, "till_unknown"), path
        assert client.get("/till/").status_code == 401
        if works:
            change(table, **works)
            assert client.get("/till/").status_code == 200
    assert count(Redemption) == 0


# --- enrolment and PIN


def test_the_cookie_of_a_rehearsal_is_plain_and_of_a_live_home_bound_to_the_host(
    client, town, open_site, tmp_path
):
    plain = send(client, "/till/enrol", code=make_code(town)).headers.getlist("Set-Cookie")
    live_home = make_home(tmp_path / "live", kind=Kind.LIVE)
    live_app = open_site(live_home)
    code = make_code(town)
    with live_app.app_context():
        live = live_app.test_client()
        https = {"base_url": "https://ylq.example.cn"}
        page = live.get("/till/enrol", **https).get_data(as_text=True)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        answer = live.post("/till/enrol", data={"csrf_token": token, "code": code}, **https)
        secure = answer.headers.getlist("Set-Cookie")

    assert [one.split("=")[0] for one in plain if one.startswith("till")] == ["till"]
    (cookie,) = [one for one in secure if one.startswith("__Host-till=")]
    attributes = {part.strip().split("=")[0].lower() for part in cookie.split(";")[1:]}
    assert attributes == {"secure", "httponly", "samesite", "path", "max-age", "expires"}
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert f"Max-Age={90 * 24 * 3600}" in cookie


def test_a_code_works_once_and_what_was_typed_stays(client, town):
    code = make_code(town)
    assert send(client, "/till/enrol", code=code).status_code == 303
    other = client.application.test_client()

    again = send(other, "/till/enrol", code=code)

    assert again.status_code == 409
    page = again.get_data(as_text=True)
    assert code in page
    assert "绑定码无效、已用过或已超过15分钟" in page
    assert other.get("/till/").status_code == 401


def test_the_first_till_of_a_shop_sets_its_pin_twice_the_same(client, town):
    enrol(client, town)
    for pin, repeated, sentence in (
        ("123", "123", "4 至 6 位数字"),
        ("1234567", "1234567", "4 至 6 位数字"),
        ("12a4", "12a4", "4 至 6 位数字"),
        ("1234", "1243", "两次输入的商户口令不一致"),
    ):
        answer = send(client, "/till/pin", pin=pin, repeated=repeated)
        assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (422, True)
        assert db.session.scalars(select(Shop.pin_hash)).all() == [None, None]

    assert send(client, "/till/pin", pin="１２３４", repeated="1234").location == "/till/"

    db.session.rollback()
    hashes = [kept for kept in db.session.scalars(select(Shop.pin_hash)) if kept]
    assert [kept.startswith("$argon2") for kept in hashes] == [True]


def test_the_next_till_of_a_shop_must_know_its_pin(client, town, till):
    other = client.application.test_client()
    enrol(other, town)

    assert "再输一次" not in other.get("/till/pin").get_data(as_text=True)
    assert send(other, "/till/pin", pin="1111", repeated="1111").status_code == 409
    assert other.get("/till/").location == "/till/pin"
    assert send(other, "/till/pin", pin=PIN).location == "/till/"
    assert other.get("/till/").status_code == 200


def test_without_the_pin_nothing_is_answered(client, town):
    enrol(client, town)
    locked = TillClient(client, "")
    locked.token = locked.ask("/till/token").get_json()["token"]

    for path, body in ANSWERS:
        answer = locked.ask(path, body, key="k")
        assert (answer.status_code, answer.get_json()["error"]) == (401, "pin_needed"), path
    assert client.get("/till/?scan=abc").location == "/till/pin?scan=abc"


def test_the_pin_is_asked_for_after_eight_hours_of_the_homes_clock(client, town, till, home):
    clock.set_clock(home, clock.now() + timedelta(hours=7, minutes=59))
    assert till.ask("/till/today").status_code == 200
    clock.set_clock(home, clock.now() + timedelta(minutes=1))

    answer = till.ask("/till/today")

    assert (answer.status_code, answer.get_json()["error"]) == (401, "pin_needed")
    assert till.ask("/till/pin", {"pin": PIN}).get_json()["result"] == "unlocked"
    assert till.ask("/till/today").status_code == 200


def test_a_closed_browser_forgets_the_pin_and_keeps_the_till(client, town, till):
    client.delete_cookie("voucher")

    assert client.get("/till/").location == "/till/pin"
    assert till.ask("/till/token").status_code == 200


def test_a_pin_given_at_one_till_opens_no_other(client, town, till):
    code = make_code(town, "S0002")

    answer = send(client, "/till/enrol", code=code)

    assert answer.status_code == 303
    assert client.get("/till/").location == "/till/pin"


def test_five_wrong_pins_in_a_row_stop_the_till(client, town, till):
    client.delete_cookie("voucher")
    till.token = till.ask("/till/token").get_json()["token"]

    answers = [till.ask("/till/pin", {"pin": "0000"}) for _ in range(5)]

    assert [answer.get_json()["error"] for answer in answers] == ["pin_wrong"] * 4 + ["till_locked"]
    assert [answer.get_json().get("left") for answer in answers] == [4, 3, 2, 1, None]
    right = till.ask("/till/pin", {"pin": PIN})
    assert (right.status_code, right.get_json()["error"]) == (401, "till_unknown")
    assert client.get("/till/").status_code == 401
    mine = db.session.scalars(select(Device).order_by(Device.id.desc())).first()
    assert (mine.state, mine.pin_misses) == ("suspended", 5)
    again = client.application.test_client()
    enrol(again, town)
    assert send(again, "/till/pin", pin=PIN).location == "/till/"


def test_pins_sent_all_at_once_are_counted_one_by_one(app, town, till):
    db.session.rollback()
    device = db.session.scalars(select(Device.id).order_by(Device.id.desc())).first()
    shop_id = db.session.scalars(select(Shop.id).where(Shop.code == "S0001")).one()
    db.session.rollback()
    actor = Actor(
        key=f"device:{device}", name="S0001", channel="till", shop_id=shop_id, device_id=device
    )

    def miss(number):
        with app.app_context():
            with transaction():
                answer = admit_till(actor=actor, is_right=False, now=clock.now())
            db.session.remove()
            return answer.left

    with ThreadPoolExecutor(8) as threads:
        left = sorted(threads.map(miss, range(8)))

    assert left == [0, 0, 0, 0, 1, 2, 3, 4]
    stopped = db.session.get_one(Device, device)
    assert (stopped.pin_misses, stopped.state) == (5, "suspended")


def test_a_right_pin_makes_the_misses_forgotten(client, town, till):
    for _ in range(2):
        for _ in range(4):
            till.ask("/till/pin", {"pin": "0000"})
        assert till.ask("/till/pin", {"pin": PIN}).status_code == 200

    assert client.get("/till/").status_code == 200


# --- what is told


def test_a_look_tells_voucher_holder_and_the_shops_prices_and_never_the_level(till, town):
    answer = till.ask("/till/look", {"code": town.scanned["amount"]})

    body = answer.get_json()
    assert body == {
        "serial": body["serial"],
        "programme": "为老服务券",
        "kind": "amount",
        "kind_title": "储值券",
        "left": "80.00 元",
        "balance_uses": 0,
        "valid_to": "2026-12-31",
        "holder": "王** · 男 · 80-89岁",
        "services": [{"code": "haircut", "name": "理发", "price_fen": 3000}],
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert count(Attempt) == 0


def test_a_quote_divides_the_price_and_takes_nothing(till, town):
    sent = {"code": town.scanned["discount"], "service": "daycare", "price": "１２０元"}

    answer = till.ask("/till/quote", {**sent, "other_payer": "20"})

    assert answer.get_json() == {
        "price_fen": 12000,
        "amount_fen": 5000,
        "own_fen": 5000,
        "other_payer_fen": 2000,
        "uses": 0,
    }
    assert (count(Redemption), count(Attempt)) == (0, 0)


def test_what_was_quoted_is_what_is_taken_and_the_same_key_takes_once(till, town):
    claim = {"price": "100", "uses": 1, "other_payer": "0.00"}
    quoted = till.ask(
        "/till/quote", {"code": town.typed["count"], "service": "bath", **claim}
    ).get_json()

    first = till.redeem(town.typed["count"], "bath", **claim)
    again = till.redeem(town.typed["count"], "bath", **claim)

    taken = first.get_json()
    assert {name: taken[name] for name in quoted} == quoted
    assert (quoted["amount_fen"], quoted["own_fen"]) == (8000, 2000)
    assert again.data == first.data
    assert count(Redemption) == 1


def test_today_lists_what_the_shop_took_and_what_was_taken_back(till, town):
    kept = till.redeem(town.scanned["amount"], "haircut", key="a").get_json()
    gone = till.redeem(town.scanned["count"], "bath", key="b").get_json()
    undo = {"redemption": str(gone["redemption"]), "reason": "扫错了券"}

    answers = [till.ask("/till/undo", undo, key="u").get_json()["result"] for _ in range(2)]

    assert answers == ["reversed", "reversed"]
    assert count(Reversal) == 1
    body = till.ask("/till/today").get_json()
    assert (body["count"], body["amount_fen"], body["own_fen"]) == (1, 3000, 0)
    assert [(row["receipt"], row["undone"], row["service"]) for row in body["rows"]] == [
        (gone["receipt"], True, "助浴"),
        (kept["receipt"], False, "理发"),
    ]
    assert {len(row["serial"]) for row in body["rows"]} == {4}


def test_no_shop_sees_or_takes_back_what_another_took(till, town, client):
    made = till.redeem(town.scanned["amount"], "haircut").get_json()
    other = open_till(client.application.test_client(), town, "S0002")

    undo = {"redemption": str(made["redemption"]), "reason": "x"}
    answer = other.ask("/till/undo", undo, key="u")

    assert (answer.status_code, answer.get_json()["error"]) == (404, "redemption_unknown")
    assert other.ask("/till/today").get_json()["rows"] == []
    assert count(Reversal) == 0


# --- refusals: every word with a sentence and what to do next


def refuse(answer, word, sentence):
    body = answer.get_json()
    assert answer.status_code >= 400
    assert (body["error"], body["title"]) == (word, sentence)
    assert body["advice"] == ADVICE[word]
    assert count(Redemption) == 0


def test_no_word_a_till_can_hear_is_without_advice():
    assert set(_REFUSED.split()) - set(ADVICE) == set()


def test_every_word_of_a_code_reaches_the_till_with_sentence_and_advice(till, town):
    url = town.scanned["amount"]
    start, token = url[: url.index("/V/") + 3], url[url.index("/V/") + 3 :]
    other = "B" if token[60] != "B" else "C"
    typed = town.typed["amount"]
    wrong = ("7" if typed[0] != "7" else "8") + typed[1:]

    for code, word, sentence in (
        ("weixin://pay/1", "not_ours", "不是本区券码，请勿付款或登录"),
        ("YL2:AAAA", "version", "无法识别此券的版本，请更新程序"),
        (start + token[:60] + other + token[61:], "signature", "券码无效"),
        (start + token[:-4], "damaged", "券码不完整或已损坏，请重新扫描或输入券下方的编码"),
        (wrong, "typo", "编码有误，请逐位核对"),
        (show_typed_code(1), "unknown", "没有这张券，请核对券码"),
    ):
        refuse(till.ask("/till/look", {"code": code}), word, sentence)


def test_every_state_of_a_voucher_reaches_the_till(till, town):
    spent = {"void_fen": Voucher.balance_fen, "balance_fen": 0, "balance_uses": 0}
    for table, values, word, sentence in (
        (Voucher, {"held_reason": "核查"}, "held", "已暂停，请联系社区"),
        (
            Voucher,
            {"held_reason": None, "state": "inactive"},
            "inactive",
            "尚未发放，请联系社区",
        ),
        (
            Print,
            {"state": "dead", "died_at": clock.now()},
            "superseded",
            "此券已补印，请出示新的那张",
        ),
        (Voucher, {"state": "void", **spent}, "void", "已作废，请联系社区"),
    ):
        change(table, **values)

        refuse(till.ask("/till/look", {"code": town.scanned["amount"]}), word, sentence)
        refuse(till.redeem(town.scanned["amount"], "haircut"), word, sentence)


def test_before_and_after_its_month_a_voucher_says_so(till, town, home):
    change(Voucher, period_from=clock.today() + timedelta(days=1))
    day = (clock.today() + timedelta(days=1)).isoformat()
    refuse(till.ask("/till/look", {"code": town.scanned["amount"]}), "early", f"{day} 起可用")
    change(Voucher, period_from=clock.today() - timedelta(days=4), period_to=clock.today())
    day = (clock.today() - timedelta(days=1)).isoformat()

    refuse(till.ask("/till/look", {"code": town.scanned["amount"]}), "expired", f"已于 {day} 过期")


def test_used_here_says_when_and_used_elsewhere_only_the_day(till, town, client):
    for key in ("a", "b"):
        till.redeem(town.scanned["count"], "bath", key=key)
    other = open_till(client.application.test_client(), town, "S0002")
    now = clock.now().astimezone(clock.CHINA)

    mine = till.ask("/till/look", {"code": town.scanned["count"]}).get_json()
    theirs = other.ask("/till/look", {"code": town.scanned["count"]}).get_json()

    assert (mine["error"], mine["title"]) == ("already_yours", f"本店 {now:%H:%M} 已核销")
    assert (theirs["error"], theirs["title"]) == ("used", f"已于 {now:%Y-%m-%d} 核销")
    assert "S0001" not in json.dumps(theirs)
    assert mine["advice"] == ADVICE["already_yours"]
    assert theirs["advice"] == ADVICE["used"]


def test_what_the_shop_does_not_offer_and_what_is_too_much_is_said_in_words(till, town):
    amount, number = town.scanned["amount"], town.scanned["count"]
    refuse(till.redeem(amount, "bath"), "class", "本店不能用此券支付“助浴”")
    refuse(till.redeem(amount, "haircut", price="30.01"), "price_high", "高于本店公示价 30.00 元")
    refuse(till.redeem(number, "bath", uses=3), "over_value", "次数不够，还剩 2 次")
    nothing = till.redeem(town.scanned["discount"], "daycare", price="10", other_payer="10")
    refuse(nothing, "nothing_to_take", "其他支付方已付清，无需使用此券")
    for more, word in (
        ({"price": "1e3"}, "amount_format"),
        ({"price": "12.345"}, "amount_scale"),
        ({"price": "0"}, "amount_positive"),
        ({"other_payer": "31", "price": "30"}, "other_payer_high"),
        ({"amount": "31", "price": "30"}, "amount_over_price"),
    ):
        answer = till.redeem(amount, "haircut", **more)
        assert (answer.status_code, answer.get_json()["error"]) == (422, word)
    assert count(Redemption) == 0


def test_typing_and_asking_for_prices_share_the_limit_of_an_hour(till, town):
    for number in range(10):
        path = "/till/quote" if number % 2 else "/till/look"
        answer = till.ask(path, {"code": show_typed_code(1000 + number)})
        assert answer.get_json()["error"] == "unknown"

    answer = till.ask("/till/quote", {"code": town.typed["amount"], "service": "haircut"})

    assert (answer.status_code, answer.get_json()["error"]) == (429, "too_many_attempts")
    assert answer.get_json()["advice"] == ADVICE["too_many_attempts"]
    assert int(answer.headers["Retry-After"]) > 3000
    assert till.ask("/till/look", {"code": town.scanned["amount"]}).status_code == 200


def test_only_the_till_and_the_worker_that_reads_codes_may_compile(client, town, till):
    def may_compile(path):
        return "'wasm-unsafe-eval'" in client.get(path).headers["Content-Security-Policy"]

    assert may_compile("/till/")
    assert may_compile("/static/redemptions/decoder.js")
    assert not may_compile("/static/redemptions/till.js")
    assert not may_compile("/till/pin")
    wasm = client.get("/static/vendor/zxing-wasm/zxing_reader.wasm")
    assert wasm.headers["Content-Type"] == "application/wasm"
