"""Redeeming and taking back at the command line."""

import pytest

from tests.doors.door import Door
from tests.doors.town import AGE_BANDS, OTHER_SHOP, SHOP, read_paper
from voucher.codes import show_typed_code

HAIRCUT = ("--service", "haircut")


@pytest.fixture
def door(open_door) -> Door:
    """Give the town with paper in people's hands."""
    return open_door("given")


def decline(door: Door, text: str, *options: object, reason: str, **facts: object) -> None:
    answered = door.refuse("redeem", text, "--shop", SHOP, *options, word=reason)
    assert answered == {"result": "refused", "reason": reason, **facts}


def test_a_scanned_code_is_accepted_with_exactly_the_promised_answer(door):
    paper = read_paper(door)["services"]

    answer = door.answer("redeem", paper.qr_text, "--shop", SHOP, *HAIRCUT)

    receipt = answer.pop("receipt")
    assert len(receipt) == 15
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


def test_a_typed_code_of_each_kind_is_accepted(door):
    papers = read_paper(door)
    spent = {
        item: door.answer("redeem", papers[item].typed_code, "--shop", SHOP, *options)
        for item, options in (
            ("services", ("--service", "cleaning", "--amount", "25.50")),
            ("bath", ("--service", "bath", "--uses", "2")),
            ("daycare", ("--service", "daycare", "--price", "100", "--other-payer", "0.01")),
        )
    }

    assert {item: (a["price_fen"], a["amount_fen"], a["own_fen"]) for item, a in spent.items()} == {
        "services": (2550, 2550, 0),
        "bath": (18400, 16000, 2400),
        "daycare": (10000, 4999, 5000),
    }
    assert {item: (a["balance_fen"], a["balance_uses"]) for item, a in spent.items()} == {
        "services": (5450, 0),
        "bath": (0, 0),
        "daycare": (15001, 0),
    }


def test_the_same_key_gets_the_same_answer_and_another_body_is_bad_input(door):
    code = read_paper(door)["services"].typed_code
    redeem = ("redeem", code, "--shop", SHOP, "--key", "scan-1", "--service")

    first = door.answer(*redeem, "haircut")
    before = door.read_tables()

    assert door.answer(*redeem, "haircut") == first
    assert door.read_tables() == before
    door.refuse(*redeem, "cleaning", word="key_reused", exit_code=2)


def test_a_code_that_was_tampered_with_is_worthless(door):
    text = read_paper(door)["services"].qr_text
    other = "B" if text[60] != "B" else "C"

    decline(door, text[:60] + other + text[61:], *HAIRCUT, reason="signature")
    decline(door, text[:80], *HAIRCUT, reason="damaged")
    decline(door, text.replace("HTTPS", "HTTPSX"), *HAIRCUT, reason="not_ours")
    decline(door, "weixin://pay/1", *HAIRCUT, reason="not_ours")


def test_a_slip_in_a_typed_code_is_seen_before_anything_is_looked_up(door):
    code = read_paper(door)["services"].typed_code
    other = "7" if code[0] != "7" else "8"

    decline(door, other + code[1:], *HAIRCUT, reason="typo")
    decline(door, show_typed_code(1), *HAIRCUT, reason="unknown")


def test_no_more_is_taken_than_voucher_shop_and_price_list_allow(door):
    papers = read_paper(door)
    services, bath = papers["services"].typed_code, papers["bath"].typed_code

    over = ("--service", "cleaning", "--price", "60", "--amount", "80.01")
    decline(door, services, *over, reason="over_value", left="80.00")
    decline(door, bath, "--service", "bath", "--uses", 3, reason="over_value", left=2)
    high = ("--service", "haircut", "--price", "30.01")
    decline(door, services, *high, reason="price_high", published="30.00")
    decline(door, services, "--service", "bath", reason="class", service="bath")
    bathing = ("redeem", bath, "--shop", OTHER_SHOP, "--service", "bath")
    assert door.refuse(*bathing, word="class")["reason"] == "class"


def test_what_a_clerk_forgets_or_mistypes_is_bad_input(door):
    papers = read_paper(door)
    redeem = ("redeem", papers["daycare"].typed_code, "--shop", SHOP)

    for words, word in (
        ((*redeem, "--price", "100"), "service_missing"),
        ((*redeem, "--service", "daycare"), "price_missing"),
        ((*redeem, "--service", "daycare", "--price", "1e3"), "amount_format"),
        ((*redeem, "--service", "daycare", "--price", "12.345"), "amount_scale"),
        ((*redeem, "--service", "daycare", "--price", "0"), "amount_positive"),
        ((*redeem, "--service", "daycare", "--price", "9" * 20), "amount_max"),
        ((*redeem, "--service", "daycare", "--price", "10", "--key", "钥匙"), "key_format"),
    ):
        assert door.refuse(*words, word=word, exit_code=2)["error"] == word


def test_a_shop_that_is_not_there_or_not_approved_takes_nothing(door):
    code = read_paper(door)["services"].typed_code

    door.refuse("redeem", code, "--shop", "S9999", *HAIRCUT, word="shop_unknown")


def test_paper_that_was_not_handed_over_buys_nothing(open_door):
    door = open_door("issued")

    decline(door, read_paper(door)["services"].typed_code, *HAIRCUT, reason="inactive")


def test_held_void_and_superseded_paper_says_so(door):
    papers = read_paper(door)
    door.answer("hold", papers["services"].serial, "--reason", "核实")
    door.answer("void", papers["bath"].serial, "--reason", "遗失", "--as", "approver")
    newer = door.answer("reprint", papers["daycare"].serial, "--reason", "破损")

    decline(door, papers["services"].typed_code, *HAIRCUT, reason="held")
    decline(door, papers["bath"].typed_code, "--service", "bath", reason="void")
    care = ("--service", "daycare", "--price", "100")
    decline(door, papers["daycare"].typed_code, *care, reason="superseded")
    spent = door.answer("redeem", newer["typed_code"], "--shop", SHOP, *care)
    assert spent["amount_fen"] == 5000


def test_used_paper_is_already_yours_here_and_used_elsewhere(door):
    code = read_paper(door)["services"].typed_code
    for service, amount in (("cleaning", "60"), ("haircut", "20")):
        door.answer("redeem", code, "--shop", SHOP, "--service", service, "--amount", amount)

    decline(door, code, *HAIRCUT, reason="already_yours")
    elsewhere = ("redeem", code, "--shop", OTHER_SHOP, *HAIRCUT)
    assert door.refuse(*elsewhere, word="used") == {"result": "refused", "reason": "used"}


def test_a_voucher_ends_with_its_month(door):
    code = read_paper(door)["services"].typed_code
    door.answer("clock", "set", "2027-01-01T00:00:00+08:00")

    decline(door, code, *HAIRCUT, reason="expired", day="2026-12-31")


def test_a_voucher_of_next_month_is_early(door):
    door.answer("clock", "set", "2026-12-20T10:00:00+08:00")
    budget = ("budgets", "set", AGE_BANDS, "--month", "2027-01", "--amount", "1000")
    made = door.answer(*budget, "--as", "finance")
    door.answer("budgets", "approve", made["budget"], "--as", "other-finance")
    run = door.answer("issue", AGE_BANDS, "--month", "2027-01", "--as", "worker")["run"]
    door.answer("runs", "approve", run, "--as", "approver")
    door.answer("print", run, "--as", "worker")
    door.answer("handover", run, "--as", "worker")
    serial = door.find_serial(run=run, item="services")
    newer = door.answer("reprint", serial, "--reason", "破损")

    decline(door, newer["typed_code"], *HAIRCUT, reason="early", day="2027-01-01")


def test_the_day_after_one_person_alone_takes_nothing_back(door):
    redeem = ("redeem", read_paper(door)["services"].typed_code, "--shop", SHOP, *HAIRCUT)
    made = door.answer(*redeem)["redemption"]
    door.answer("clock", "set", "2026-12-06T00:00:00+08:00")
    reverse = ("reverse", made, "--reason", "记错了", "--as")

    assert door.answer(*reverse, "approver")["result"] == "waiting"

    door.refuse(*reverse, "approver", word="self_approve")
    door.refuse(*reverse, "console", word="not_allowed")
    assert door.answer(*reverse, "checker")["result"] == "reversed"
    door.refuse(*reverse, "checker", word="already_reversed")


def test_a_redemption_nobody_made_cannot_be_taken_back(door):
    reverse = ("reverse", 99, "--reason", "记错了", "--as", "approver")

    assert door.refuse(*reverse, word="redemption_unknown")["redemption"] == 99
