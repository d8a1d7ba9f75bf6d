"""The API of tills: what it takes, what it answers, what it never lets through."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.redemptions.tills import enrol_till, open_town
from voucher import clock
from voucher.codes import show_typed_code
from voucher.db import db, transaction
from voucher.redemptions.models import Attempt, Redemption, Reversal
from voucher.vouchers.models import Print, Voucher

REDEMPTIONS, LOOKUP = "/api/v1/redemptions", "/api/v1/vouchers/lookup"


@pytest.fixture
def town(app, home):
    return open_town(home)


@pytest.fixture
def post(client, town):
    def send(path, body=None, *, key="key-1", token=town.token, raw=None, **headers):
        # A request is a transaction of its own: it meets no reading one of the test's.
        db.session.rollback()
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if token is None:
            del sent["Authorization"]
        if key is not None:
            sent["Idempotency-Key"] = key
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = raw if raw is not None else json.dumps(body)
        return client.post(path, data=data, headers=sent)

    return send


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def count_written():
    return (count(Redemption), count(Attempt))


def test_an_amount_voucher_pays_the_price_and_keeps_the_rest(post, town):
    answer = post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"})

    body = answer.get_json()
    assert answer.status_code == 200
    assert body == {
        "redemption": body["redemption"],
        "result": "accepted",
        "price_fen": 3000,
        "amount_fen": 3000,
        "own_fen": 0,
        "other_payer_fen": 0,
        "uses": 0,
        "balance_fen": 5000,
        "balance_uses": 0,
        "receipt": body["receipt"],
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_count_voucher_pays_its_cap_and_the_resident_the_rest(post, town):
    body = post(REDEMPTIONS, {"code": town.typed["count"], "service": "bath"}).get_json()

    assert (body["amount_fen"], body["own_fen"], body["uses"]) == (8000, 2000, 1)
    assert (body["balance_fen"], body["balance_uses"]) == (8000, 1)


def test_a_discount_voucher_pays_its_share_after_other_payers(post, town):
    body = post(
        REDEMPTIONS,
        {
            "code": town.scanned["discount"],
            "service": "daycare",
            "price_fen": 12000,
            "other_payer_fen": 2000,
        },
    ).get_json()

    assert (body["amount_fen"], body["own_fen"], body["other_payer_fen"]) == (5000, 5000, 2000)
    assert body["balance_fen"] == 15000


def test_the_same_key_and_body_get_the_same_bytes_and_pay_once(post, town):
    body = {"code": town.scanned["amount"], "service": "haircut"}

    first, second = post(REDEMPTIONS, body), post(REDEMPTIONS, body)

    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert count(Redemption) == 1


def test_the_same_key_with_another_body_is_refused(post, town):
    post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"})

    answer = post(REDEMPTIONS, {"code": town.scanned["count"], "service": "bath"})

    assert (answer.status_code, answer.get_json()["error"]) == (422, "key_reused")
    assert count(Redemption) == 1


def test_keys_of_two_tills_have_nothing_to_do_with_each_other(post, town):
    first = post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"})
    other = post(
        REDEMPTIONS, {"code": town.scanned["count"], "service": "bath"}, token=town.other_token
    )

    assert (first.status_code, other.status_code) == (200, 200)


def test_a_refusal_is_a_problem_with_the_machine_word(post, town):
    body = {"code": town.scanned["amount"], "service": "haircut", "price_fen": 3001}

    answer = post(REDEMPTIONS, body, Accept_Language="zh")

    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.get_json() == {
        "type": "urn:voucher:price_high",
        "title": "高于本店公示价 30.00 元",
        "status": 409,
        "error": "price_high",
        "result": "refused",
        "reason": "price_high",
        "published": "30.00",
    }
    assert count_written() == (0, 1)


def test_every_kind_of_fault_says_a_word_and_writes_no_redemption(post, town):
    amount, count_ = town.scanned["amount"], town.scanned["count"]
    expected = [
        ({"code": "https://example.cn/V/AAAA", "service": "bath"}, 409, "not_ours"),
        ({"code": amount, "service": "bath"}, 409, "class"),
        ({"code": amount}, 422, "service_missing"),
        ({"code": amount, "service": "haircut", "amount_fen": 9000}, 409, "price_high"),
        ({"code": count_, "service": "bath", "uses": 3}, 409, "over_value"),
        ({"code": amount, "service": "haircut", "price_fen": 0}, 422, "amount_positive"),
        ({"code": amount, "service": "haircut", "price_fen": -5}, 422, "amount_positive"),
        ({"code": amount, "service": "haircut", "price_fen": 10**16}, 422, "amount_max"),
        ({"code": amount, "service": "haircut", "other_payer_fen": -1}, 422, "amount_positive"),
        ({"code": count_, "service": "bath", "uses": 0}, 422, "count"),
        ({"code": count_, "service": "bath", "uses": 100_001}, 422, "count"),
        ({"code": town.scanned["discount"], "service": "daycare"}, 422, "price_missing"),
        ({"code": "9" * 7000, "service": "bath"}, 409, "not_ours"),
    ]
    for number, (body, status, word) in enumerate(expected):
        answer = post(REDEMPTIONS, body, key=f"key-{number}")

        assert (answer.status_code, answer.get_json()["error"]) == (status, word), body
    assert count(Redemption) == 0


def test_a_body_or_key_that_is_not_exactly_meant_is_a_problem_and_writes_nothing(post):
    for raw, key, status, word in (
        (b'{"code":"x","code":"y"}', "k", 400, "json_dup"),
        (b'{"code":"x","role":"admin"}', "k", 400, "field_unknown"),
        (b'{"code":"' + b"x" * 16_384 + b'"}', "k", 413, "too_large"),
        (b'{"code":"x"}', None, 400, "key_missing"),
        (b'{"code":"x"}', "", 400, "key_format"),
    ):
        answer = post(REDEMPTIONS, raw=raw, key=key)

        assert (answer.status_code, answer.get_json()["error"]) == (status, word), raw
    assert count_written() == (0, 0)


def test_a_stranger_is_nobody(post, town):
    body = {"code": town.scanned["amount"], "service": "haircut"}
    for token in (None, "", "x" * 43):
        answer = post(REDEMPTIONS, body, token=token)

        assert (answer.status_code, answer.get_json()["error"]) == (401, "not_allowed"), token
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert count_written() == (0, 0)


def test_every_other_method_is_refused(client):
    for path in (REDEMPTIONS, LOOKUP, f"{REDEMPTIONS}/1/reversal", "/api/v1/enrolments"):
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            answer = client.open(path, method=method, headers={"X-HTTP-Method-Override": "POST"})

            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), (path, method)
            assert answer.get_json(force=True)["error"] == "method_not_allowed"


def test_a_shop_takes_back_its_own_redemption_the_same_day(post, town):
    made = post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"}).get_json()
    path = f"{REDEMPTIONS}/{made['redemption']}/reversal"

    first = post(path, {"reason": "扫错了"}, key="undo")
    again = post(path, {"reason": "扫错了"}, key="undo")
    other = post(path, {"reason": "扫错了"}, key="undo-2")

    assert (first.status_code, first.get_json()["result"]) == (200, "reversed")
    assert (again.data, again.headers["Idempotent-Replay"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["error"]) == (409, "already_reversed")
    assert count(Reversal) == 1
    assert post(LOOKUP, {"code": town.scanned["amount"]}).get_json()["balance_fen"] == 8000


def test_no_shop_takes_back_what_another_redeemed(post, town):
    made = post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"}).get_json()
    own = f"{REDEMPTIONS}/{made['redemption']}/reversal"
    missing = f"{REDEMPTIONS}/999999/reversal"

    foreign = post(own, {"reason": "x"}, key="a", token=town.other_token)
    unknown = post(missing, {"reason": "x"}, key="b", token=town.other_token)

    assert (foreign.status_code, foreign.get_json()["error"]) == (404, "redemption_unknown")
    assert (unknown.status_code, unknown.get_json()["error"]) == (404, "redemption_unknown")
    assert count(Reversal) == 0


def test_a_number_no_database_can_hold_is_no_page(post, town):
    answer = post(f"{REDEMPTIONS}/9223372036854775808/reversal", {"reason": "x"})

    assert (answer.status_code, answer.get_json()["error"]) == (404, "not_found")


def test_a_day_later_the_shop_cannot_take_it_back(post, town, home):
    made = post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"}).get_json()
    db.session.rollback()
    clock.set_clock(home, clock.now() + timedelta(days=1))

    answer = post(f"{REDEMPTIONS}/{made['redemption']}/reversal", {"reason": "x"}, key="late")

    assert (answer.status_code, answer.get_json()["error"]) == (409, "undo_over")


def test_a_lookup_tells_the_voucher_and_not_its_holder(post, town):
    answer = post(LOOKUP, {"code": town.scanned["count"]}, key=None)

    body = answer.get_json()
    assert body == {
        "serial": body["serial"],
        "kind": "count",
        "services": ["bath"],
        "state": "active",
        "balance_fen": 16000,
        "balance_uses": 2,
        "valid_from": "2026-12-01",
        "valid_to": "2026-12-31",
    }
    assert count_written() == (0, 0)


def test_a_lookup_of_a_voucher_on_hold_says_so(post, town):
    with transaction():
        db.session.execute(update(Voucher).values(held_reason="核查"))

    assert post(LOOKUP, {"code": town.scanned["count"]}).get_json()["state"] == "held"


def test_a_lookup_of_dead_paper_is_refused(post, town):
    with transaction():
        db.session.execute(update(Print).values(state="dead", died_at=clock.now()))

    answer = post(LOOKUP, {"code": town.typed["count"]})

    assert (answer.status_code, answer.get_json()["error"]) == (409, "superseded")


def miss(post, number, **named):
    return post(LOOKUP, {"code": show_typed_code(1_000_000 + number)}, key=None, **named)


def test_the_eleventh_typed_miss_of_an_hour_must_wait_and_a_scan_need_not(post, town, home):
    answers = [miss(post, number) for number in range(11)]

    assert [answer.get_json()["error"] for answer in answers[:10]] == ["unknown"] * 10
    assert (answers[10].status_code, answers[10].get_json()["error"]) == (429, "too_many_attempts")
    assert 3500 <= int(answers[10].headers["Retry-After"]) <= 3600
    typed = post(REDEMPTIONS, {"code": town.typed["amount"], "service": "haircut"})
    scanned = post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"})
    assert (typed.status_code, scanned.status_code) == (429, 200)
    db.session.rollback()
    clock.set_clock(home, clock.now() + timedelta(hours=1))
    assert post(LOOKUP, {"code": town.typed["amount"]}).status_code == 200


def test_misses_of_one_till_do_not_slow_another(post, town):
    for number in range(11):
        miss(post, number)

    other = post(LOOKUP, {"code": town.typed["amount"]}, token=town.other_token)

    assert other.status_code == 200


def test_neither_typing_errors_nor_scans_count_as_misses(post, town):
    wrong = town.typed["amount"][:-1] + ("0" if town.typed["amount"][-1] != "0" else "1")
    for _ in range(12):
        assert post(LOOKUP, {"code": wrong}).get_json()["error"] == "typo"
        assert post(LOOKUP, {"code": "weixin://x"}).get_json()["error"] == "not_ours"

    assert post(LOOKUP, {"code": town.typed["amount"]}).status_code == 200


def test_fifty_typed_misses_stop_the_typing_of_that_till_for_good(post, town):
    miss(post, 0)
    with transaction():
        first = db.session.scalars(select(Attempt)).one()
        for day in range(1, 50):
            db.session.add(
                Attempt(
                    attempted_at=first.attempted_at - timedelta(days=day),
                    shop_id=first.shop_id,
                    device_id=first.device_id,
                    mode=first.mode,
                    reason=first.reason,
                )
            )

    typed = post(LOOKUP, {"code": town.typed["amount"]})

    assert (typed.status_code, typed.get_json()["error"]) == (403, "typing_locked")
    assert post(LOOKUP, {"code": town.scanned["amount"]}).status_code == 200
    again = enrol_till(town.worker)
    assert post(LOOKUP, {"code": town.typed["amount"]}, token=again).status_code == 200


def test_an_answered_attempt_is_answered_even_while_typing_is_paused(post, town):
    body = {"code": town.typed["amount"], "service": "haircut"}
    first = post(REDEMPTIONS, body)
    for number in range(11):
        miss(post, number)

    assert post(REDEMPTIONS, body).data == first.data


def test_no_code_or_token_reaches_a_log(post, town, caplog, capfd):
    with caplog.at_level("DEBUG"):
        post(REDEMPTIONS, {"code": town.scanned["amount"], "service": "haircut"})
        post(REDEMPTIONS, {"code": town.typed["count"], "service": "haircut"}, key="k2")

    shown = "".join([caplog.text, *capfd.readouterr()])
    for secret in (town.token, *town.scanned.values(), *town.typed.values()):
        assert secret not in shown
        assert secret.replace("-", "") not in shown
