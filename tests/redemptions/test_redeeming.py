"""What a till takes of a voucher, once, and what it leaves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from tests.ledger.factories import list_postings
from tests.redemptions.factories import HAIRCUT, redeem
from tests.refusing import read_tables, refuse
from tests.vouchers.factories import (
    OTHER_SHOP,
    SHOP,
    Town,
    add_resident,
    fund,
    get_code,
    get_voucher,
    issue,
    make_town,
    make_vouchers,
)
from voucher import clock
from voucher.db import db, transaction
from voucher.periods import start_of_day
from voucher.redemptions.rules.taking import Claim, RedemptionRefused
from voucher.refusals import BadInput
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import reprint_voucher
from voucher.vouchers.operations.ending import hold_voucher, lapse_vouchers, void_vouchers

START = start_of_day(date(2026, 12, 1))
END = start_of_day(date(2027, 1, 1))
BATH = Claim(service="bath", price_fen=6000)
DAYCARE = Claim(service="daycare", price_fen=15000)


@pytest.fixture
def town(app) -> Town:
    """Give a town where a woman of 85 who lives alone holds a voucher of each kind."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0], situation=["独居"])
    make_vouchers(town)
    return town


def decline(word, *arguments, **named):
    """Give the till's refusal of a use, which wrote nothing."""
    return refuse(word, redeem, *arguments, kind=RedemptionRefused, **named)


def test_a_redemption_answers_price_parts_what_is_left_and_the_receipt(town):
    answer = redeem(town, get_code(get_voucher()))

    receipt = answer.pop("receipt")
    assert answer == {
        "redemption": 1,
        "result": "accepted",
        "price_fen": 3000,
        "amount_fen": 3000,
        "own_fen": 0,
        "other_payer_fen": 0,
        "uses": 0,
        "balance_fen": 5000,
        "balance_uses": 0,
    }
    assert (receipt[:7], len(receipt)) == ("261205-", 15)
    assert list_postings("redeem") == [[("committed", -3000, 0), ("payable", 3000, 0)]]


def test_the_last_fen_makes_an_amount_voucher_used(town):
    code = get_code(get_voucher())

    redeem(town, code, Claim(service="cleaning", amount_fen=6000), key="a")
    answer = redeem(town, code, key="b")

    voucher = get_voucher()
    assert (answer["amount_fen"], answer["own_fen"], answer["balance_fen"]) == (2000, 1000, 0)
    assert (voucher.state, voucher.redeemed_fen, voucher.balance_fen) == ("used", 8000, 0)


def test_a_count_use_pays_its_price_and_releases_the_rest_of_the_cap_at_once(town):
    answer = redeem(town, get_code(get_voucher("bath")), BATH)

    voucher = get_voucher("bath")
    assert (answer["amount_fen"], answer["uses"], answer["balance_uses"]) == (6000, 1, 1)
    assert (voucher.redeemed_fen, voucher.released_fen, voucher.balance_fen) == (6000, 2000, 8000)
    assert list_postings("redeem") == [
        [
            ("committed", -6000, -1),
            ("payable", 6000, 1),
            ("committed", -2000, 0),
            ("released", 2000, 0),
        ]
    ]


def test_several_uses_of_a_count_voucher_are_one_redemption(town):
    answer = redeem(town, get_code(get_voucher("bath")), replace(BATH, price_fen=None, uses=2))

    assert (answer["price_fen"], answer["amount_fen"], answer["own_fen"]) == (18400, 16000, 2400)
    assert (answer["uses"], answer["balance_uses"], answer["balance_fen"]) == (2, 0, 0)
    assert get_voucher("bath").state == "used"


def test_a_discount_pays_its_share_and_draws_down_its_cap(town):
    code = get_code(get_voucher("daycare"))

    first = redeem(town, code, DAYCARE, key="a")
    second = redeem(town, code, replace(DAYCARE, other_payer_fen=5001), key="b")
    third = redeem(town, code, DAYCARE, key="c")

    assert (first["amount_fen"], first["own_fen"], first["balance_fen"]) == (7500, 7500, 12500)
    assert (second["amount_fen"], second["own_fen"], second["other_payer_fen"]) == (
        4999,
        5000,
        5001,
    )
    assert (third["amount_fen"], third["own_fen"], third["balance_fen"]) == (7500, 7500, 1)
    assert redeem(town, code, DAYCARE, key="d")["amount_fen"] == 1


def test_the_same_key_and_body_get_the_same_answer_and_write_nothing_more(town):
    code = get_code(get_voucher())
    first = redeem(town, code)
    before = read_tables()

    assert redeem(town, code, now=END + timedelta(days=365)) == first
    assert read_tables() == before


def test_the_same_key_with_another_body_is_refused(town):
    code = get_code(get_voucher())
    redeem(town, code)

    refuse("key_reused", redeem, town, code, BATH, kind=BadInput)


def test_a_key_that_cannot_be_one_is_refused(town):
    code = get_code(get_voucher())

    for key in ("", "x" * 256, "钥匙", "a\nb"):
        refuse("key_format", redeem, town, code, key=key, kind=BadInput)


def test_a_voucher_works_from_the_first_moment_of_its_month(town):
    code = get_code(get_voucher())

    refusal = decline("early", town, code, now=START - timedelta(microseconds=1))

    assert refusal.facts == {"day": date(2026, 12, 1)}
    assert redeem(town, code, now=START)["result"] == "accepted"


def test_a_voucher_works_to_the_last_moment_of_its_month(town):
    code = get_code(get_voucher())

    refusal = decline("expired", town, code, now=END)

    assert refusal.facts == {"day": date(2026, 12, 31)}
    assert redeem(town, code, now=END - timedelta(microseconds=1))["result"] == "accepted"


def test_paper_not_yet_handed_over_buys_nothing(app):
    town = make_town()
    add_resident(born=date(1961, 6, 15), community_id=town.communities[0])
    fund(town)
    issue(town)
    code = get_code(get_voucher())

    decline("inactive", town, code)


def test_a_held_voucher_buys_nothing(town):
    voucher = get_voucher()
    with transaction():
        hold_voucher(actor=town.worker, serial=voucher.serial, reason="核实", now=clock.now())

    decline("held", town, get_code(get_voucher()))


def test_a_void_voucher_buys_nothing(town):
    serial = get_voucher().serial
    with transaction():
        void_vouchers(
            actor=town.approver, first=serial, last=serial, reason="遗失", now=clock.now()
        )

    decline("void", town, get_code(get_voucher()))


def test_a_lapsed_voucher_buys_nothing_whatever_the_clock_says(town):
    code = get_code(get_voucher("bath"))
    with transaction():
        lapse_vouchers(actor=town.worker, now=END)

    decline("expired", town, code, BATH)


def test_a_reprint_kills_the_older_paper_and_the_new_one_is_the_same_voucher(town):
    voucher = get_voucher()
    older = get_code(voucher)
    with transaction():
        reprint_voucher(
            actor=town.worker, serial=voucher.serial, reason="破损", kid=1, now=clock.now()
        )

    decline("superseded", town, older)
    assert redeem(town, get_code(get_voucher()))["balance_fen"] == 5000


def test_a_used_voucher_is_used_elsewhere_and_already_yours_here(town):
    code = get_code(get_voucher())
    with transaction():
        db.session.execute(
            update(Voucher)
            .where(Voucher.item == "services")
            .values(lapsed_fen=5000, balance_fen=3000)
        )
    redeem(town, code)

    decline("already_yours", town, code, key="again")
    decline("used", town, code, key="elsewhere", shop=OTHER_SHOP)


def test_a_code_nobody_printed_is_unknown(town):
    decline("unknown", town, "0000000000000")


NOT_TAKEN = (
    ("bath", BATH, OTHER_SHOP, "class"),
    ("bath", HAIRCUT, SHOP, "class"),
    ("services", Claim(service="cleaning", price_fen=6001), SHOP, "price_high"),
    ("services", Claim(service="haircut", amount_fen=8001), SHOP, "price_high"),
    ("services", Claim("cleaning", price_fen=6000, amount_fen=8001), SHOP, "over_value"),
    ("bath", Claim(service="bath", uses=3), SHOP, "over_value"),
    ("daycare", replace(DAYCARE, other_payer_fen=15000), SHOP, "nothing_to_take"),
)


def test_no_use_takes_more_than_voucher_shop_and_rule_allow(town):
    for item, claim, shop, word in NOT_TAKEN:
        code = get_code(get_voucher(item))

        decline(word, town, code, claim, shop=shop)


SENSELESS = (
    ("services", Claim(), "service_missing"),
    ("daycare", Claim(service="daycare"), "price_missing"),
    ("services", Claim(service="haircut", price_fen=0), "amount_positive"),
    ("services", Claim(service="haircut", amount_fen=-1), "amount_positive"),
    ("services", Claim(service="haircut", uses=2), "uses_not_counted"),
    ("bath", Claim(service="bath", uses=0), "count"),
    ("daycare", replace(DAYCARE, amount_fen=100), "amount_over_price"),
    ("services", Claim("haircut", price_fen=1000, amount_fen=1001), "amount_over_price"),
    ("daycare", replace(DAYCARE, other_payer_fen=15001), "other_payer_high"),
)


def test_a_claim_that_makes_no_sense_is_bad_input(town):
    for item, claim, word in SENSELESS:
        code = get_code(get_voucher(item))

        refuse(word, redeem, town, code, claim, kind=BadInput)
