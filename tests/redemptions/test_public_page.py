"""What a stranger learns who opens a voucher's address: little, and never whose it is."""

import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.redemptions.till_client import open_till
from tests.redemptions.tills import open_town
from voucher import clock
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.signing import load_ring, sign, verify
from voucher.tokens import show_url
from voucher.vouchers.models import Print, Voucher

NAME = "欧阳醒狮"
FIRST, SECOND = "仅供查询，未核销", "本机未绑定商户，请打开收银页"


@pytest.fixture
def town(app, home):
    town = open_town(home)
    with transaction():
        db.session.execute(update(Resident).values(name=NAME))
    return town


def path_of(url: str) -> str:
    return "/V/" + url.split("/V/")[1]


def change(table, **values):
    db.session.rollback()
    with transaction():
        db.session.execute(update(table).values(**values))


def read_parts(page: str) -> list[str]:
    """Give the texts of a page's main part, in order."""
    main = page.split("<main", 1)[1].split("</main>")[0].split(">", 1)[1]
    return [part.strip() for part in re.split(r"<[^>]+>", main) if part.strip()]


def read_rows() -> dict[str, list[tuple[object, ...]]]:
    tables = reversed(db.metadata.sorted_tables)
    return {
        table.name: [tuple(row) for row in db.session.execute(select(table))] for table in tables
    }


def test_a_stranger_reads_that_nothing_was_redeemed_then_state_service_value_and_end(client, town):
    answer = client.get(path_of(town.scanned["amount"]))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert read_parts(page) == [
        *(FIRST, SECOND),
        *("状态", "可用"),
        *("可用于", "理发、照相、洗衣、助餐、家电维修、保洁"),
        *("剩余", "80.00 元"),
        *("有效期", "2026-12-01 至 2026-12-31"),
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_page_asks_for_nothing_and_leads_nowhere(client, town):
    pages = [client.get(path_of(town.scanned[kind])) for kind in ("amount", "count", "discount")]
    pages.append(client.get("/V/" + "A" * 143))

    for answer in pages:
        page = answer.get_data(as_text=True)
        assert re.findall(r"<(?:form|input|a|button|select|script|iframe)\b", page) == []
        assert re.findall(r"(?:href|src)=\"(?!/static/)", page) == []


def test_in_no_state_does_the_page_know_a_name_a_number_or_a_shop(client, town):
    till = open_till(client.application.test_client(), town)
    path = path_of(town.scanned["amount"])
    serial = db.session.scalars(select(Voucher.serial).where(Voucher.kind == "amount")).one()
    spent = {"void_fen": Voucher.balance_fen, "balance_fen": 0, "balance_uses": 0}
    today = clock.today()
    seen = []
    for table, values, status in (
        (Voucher, {}, "可用"),
        (Voucher, {"held_reason": "核查"}, "已暂停"),
        (Voucher, {"held_reason": None, "state": "inactive"}, "尚未发放"),
        (Voucher, {"state": "active", "period_from": today + timedelta(days=1)}, "尚未到使用日期"),
        (Voucher, {"period_from": today - timedelta(days=9), "period_to": today}, "已过期"),
        (Voucher, {"period_to": today + timedelta(days=9)}, "可用"),
        (Print, {"state": "dead", "died_at": clock.now()}, "已补印，请用新的那张"),
        (Print, {"state": "live", "died_at": None}, "可用"),
        (Voucher, "spend", "已用完"),
        (Voucher, {"state": "void", **spent}, "已作废"),
    ):
        if values == "spend":
            for key in ("a", "b", "c"):
                till.redeem(town.scanned["amount"], "haircut", key=key)
        elif values:
            change(table, **values)
        page = client.get(path).get_data(as_text=True)
        seen.append(read_parts(page)[3])
        assert read_parts(page)[:2] == [FIRST, SECOND]
        for secret in (*NAME, "**", serial, "永兴", "S0001", "80-89", "莲花"):
            assert secret not in page, (secret, status)

    assert seen == [
        *("可用", "已暂停", "尚未发放", "尚未到使用日期", "已过期", "可用"),
        *("已补印，请用新的那张", "可用", "已用完", "已作废"),
    ]


def test_a_wrong_signature_and_an_unknown_voucher_are_the_same_bytes(client, town, home):
    url = town.scanned["amount"]
    ring = load_ring(home)
    body = verify(url, host=home.host, keyring=ring, test_allowed=True)
    unknown = show_url(sign(body=replace(body, print_id=1), keyring=ring), host=home.host)
    path = path_of(url)
    other = "B" if path[60] != "B" else "C"
    wrong = path[:60] + other + path[61:]

    answers = [
        client.get(each)
        for each in (path_of(unknown), wrong, path.lower(), path[:-1], path + "/x", "/V/1")
    ]

    # The lower-case path is another address: /v/ is no page of ours.
    assert answers[2].status_code == 404
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for position, answer in enumerate(answers) if position != 2}) == 1
    assert client.get("/V/" + path[3:].lower()).data == answers[0].data


def test_opening_the_address_changes_nothing(client, town):
    before = read_rows()
    db.session.rollback()

    client.get(path_of(town.scanned["amount"]))
    client.get("/V/" + "A" * 143)

    assert read_rows() == before


def test_the_reader_gets_the_phones_language_or_the_one_in_the_address(client, town):
    path = path_of(town.scanned["amount"])

    def language_of(address, **headers):
        page = client.get(address, headers=headers).get_data(as_text=True)
        return page.split('<html lang="')[1].split('"')[0]

    assert language_of(path) == "zh-CN"
    assert language_of(path, **{"Accept-Language": "en-GB,en;q=0.9"}) == "en"
    assert language_of(path, **{"Accept-Language": "fr"}) == "zh-CN"
    assert language_of(f"{path}?lang=en") == "en"
    assert language_of(f"{path}?lang=zh", **{"Accept-Language": "en"}) == "zh-CN"


def test_an_enrolled_till_is_led_to_its_page_with_the_voucher_filled_in_once(client, town, home):
    open_till(client, town)
    path = path_of(town.scanned["amount"])
    filled = f'data-scanned="{town.scanned["amount"]}"'

    answer = client.get(path)

    assert answer.status_code == 303
    assert re.fullmatch(r"/till/\?scan=[\w-]{12}", answer.location)
    assert filled in client.get(answer.location).get_data(as_text=True)
    used = client.get(answer.location).get_data(as_text=True)
    assert 'data-scanned=""' in used
    assert "刚才的扫码已过期" in used
    late = client.get(path).location
    clock.set_clock(home, clock.now() + timedelta(minutes=5))
    assert 'data-scanned=""' in client.get(late).get_data(as_text=True)


def test_a_till_whose_pin_is_due_keeps_the_scan_until_it_is_given(client, town):
    open_till(client, town)
    client.delete_cookie("voucher")

    scan = client.get(path_of(town.scanned["amount"])).location

    asked = client.get(scan).location
    assert asked == scan.replace("/till/?", "/till/pin?")
    page = client.get(asked).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    given = client.post(
        "/till/pin",
        data={"csrf_token": token, "pin": "246810", "scan": scan.split("=")[1]},
    )
    assert given.location == scan
    assert town.scanned["amount"] in client.get(scan).get_data(as_text=True)


def test_a_stopped_till_is_a_stranger(client, town):
    open_till(client, town)
    with transaction():
        db.session.execute(update(db.metadata.tables["devices"]).values(state="suspended"))

    answer = client.get(path_of(town.scanned["amount"]))

    assert answer.status_code == 200
    assert read_parts(answer.get_data(as_text=True))[:2] == [FIRST, SECOND]


def test_who_asks_too_often_is_told_the_first_line_and_to_wait(client, town):
    answers = [client.get("/V/" + "A" * 143) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [404] * 60 + [429]
    assert read_parts(answers[60].get_data(as_text=True)) == [
        FIRST,
        SECOND,
        "查询太频繁，请稍候再扫",
    ]
    assert "<form" not in answers[60].get_data(as_text=True)
    assert 0 < int(answers[60].headers["Retry-After"]) <= 60


def test_no_token_reaches_a_log_even_when_the_page_fails(client, town, caplog, monkeypatch):
    path = path_of(town.scanned["amount"])

    def fail(**named):
        raise ZeroDivisionError(path)

    monkeypatch.setattr("voucher.redemptions.views.public.glance_at_voucher", fail)
    with caplog.at_level("DEBUG"):
        answer = client.get(path)
        # What the server and Flask themselves would say of a request that failed.
        logging.getLogger("gunicorn.error").error("Error handling request %s %s", "GET", path)
        client.application.logger.error("Exception on %s [GET]", path)

    assert answer.status_code == 500
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if path[3:] in line] == []
    assert said.count("Exception on /V/… [GET]") == 1
    assert said.count("Error handling request GET /V/…") == 1
