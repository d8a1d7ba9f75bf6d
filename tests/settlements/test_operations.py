"""What shops are owed: cut at midnight, made by one, approved by another, paid with a reference."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.ledger.factories import list_postings
from tests.redemptions.factories import redeem, reverse
from tests.refusing import read_tables, refuse
from tests.vouchers.factories import (
    OTHER_SHOP,
    Town,
    add_resident,
    get_code,
    get_voucher,
    make_town,
    make_vouchers,
)
from voucher import clock
from voucher.db import db, transaction
from voucher.ledger.models import LedgerEntry
from voucher.periods import start_of_day
from voucher.redemptions.rules.taking import Claim
from voucher.refusals import BadInput, NotAllowed, NotFound
from voucher.settlements.models import Settlement, SettlementLine
from voucher.settlements.operations.closing import make_settlements
from voucher.settlements.operations.paying import approve_settlement, pay_settlement
from voucher.shops.models import ShopAccount
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Voucher

DAY = date(2026, 12, 5)
CUT = start_of_day(date(2026, 12, 6))
BATH = Claim(service="bath", price_fen=6000)


@pytest.fixture
def town(app) -> Town:
    """Give a town with a bath of 60 yuan at the one shop, a haircut of 25 at the other, today."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    make_vouchers(town)
    redeem(town, get_code(get_voucher("bath")), BATH)
    redeem(town, get_code(get_voucher()), key="second", shop=OTHER_SHOP)
    return town


def settle(town, *, through=DAY, now=CUT):
    with transaction():
        made = make_settlements(actor=town.finance, through=through, now=now)
        return [(one.shop_id, one.lines, one.amount_fen, one.held) for one in made]


def approve(actor, settlement_id=1):
    with transaction():
        approve_settlement(actor=actor, settlement_id=settlement_id, now=CUT)


def pay(town, *, settlement_id=1, bank_ref="B-1"):
    with transaction():
        pay_settlement(
            actor=town.finance,
            settlement_id=settlement_id,
            bank_ref=bank_ref,
            now=CUT,
        )


def settle_and_pay(town):
    settle(town)
    for number in (1, 2):
        approve(town.other_finance, number)
        pay(town, settlement_id=number, bank_ref=f"B-{number}")


def test_a_day_is_settled_from_the_midnight_that_ends_it(town):
    refusal = refuse("not_over", settle, town, now=CUT - timedelta(microseconds=1))

    assert refusal.facts == {"day": "2026-12-05"}
    assert settle(town) == [(1, 1, 6000, 0), (2, 1, 2500, 0)]


def test_what_happens_after_the_cut_waits_for_the_next(town):
    redeem(town, get_code(get_voucher("bath")), BATH, key="late", now=CUT)

    assert settle(town, now=CUT + timedelta(hours=1)) == [(1, 1, 6000, 0), (2, 1, 2500, 0)]
    following = {"through": DAY + timedelta(days=1), "now": CUT + timedelta(days=1)}
    assert settle(town, **following) == [(1, 1, 6000, 0)]


def test_settling_a_day_again_gives_the_same_and_writes_nothing(town):
    first = settle(town)
    before = read_tables()

    assert settle(town) == first
    assert read_tables() == before


def test_a_settlement_is_approved_once_and_by_another(town):
    settle(town)

    refuse("self_approve", approve, town.finance, kind=NotAllowed)
    approve(town.other_finance)
    refuse("settlement_state", approve, town.other_finance)
    refuse("settlement_unknown", approve, town.other_finance, 9, kind=NotFound)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Settlement).values(approved_by=Settlement.made_by))


def test_only_what_is_approved_is_paid_once_and_under_a_reference_of_its_own(town):
    settle(town)
    refuse("settlement_state", pay, town)
    approve(town.other_finance)
    approve(town.other_finance, 2)

    for reference in ("", "  ", "x" * 61):
        refuse("bank_ref_missing", pay, town, bank_ref=reference, kind=BadInput)
    pay(town)
    refuse("settlement_state", pay, town, bank_ref="B-2")
    refuse("bank_ref_reused", pay, town, settlement_id=2, bank_ref=" B-1 ", kind=BadInput)


def test_a_close_splits_its_whole_total_once_and_payment_moves_payable_to_paid(town):
    settle_and_pay(town)

    assert list_postings("pay") == [
        [("payable", -6000, 0), ("paid", 6000, 0)],
        [("payable", -2500, 0), ("paid", 2500, 0)],
    ]
    # The age bands are paid by the district alone.
    assert list_postings("split") == [
        [("fund", 8500, 0), ("fund", -8500, 0)],
    ]
    sources = set(db.session.scalars(select(LedgerEntry.source)))
    assert sources == {None, "district"}
    assert run_checks()["breaches"] == []


def test_a_late_reversal_is_a_negative_line_of_the_next_settlement(town):
    settle_and_pay(town)
    tomorrow = CUT + timedelta(hours=10)
    redeem(town, get_code(get_voucher("bath")), BATH, key="next", now=tomorrow)
    reverse(town.finance, 1, now=tomorrow)
    reverse(town.other_finance, 1, now=tomorrow)

    made = settle(town, through=DAY + timedelta(days=1), now=CUT + timedelta(days=1))

    assert made == [(1, 2, 0, 0)]
    lines = db.session.execute(
        select(
            SettlementLine.redemption_id, SettlementLine.reversal_id, SettlementLine.amount_fen
        ).where(SettlementLine.settlement_id == 3)
    )
    assert [tuple(line) for line in lines] == [(3, None, 6000), (None, 1, -6000)]
    assert run_checks()["breaches"] == []


def test_a_shop_that_would_owe_money_waits_for_its_next_redemptions(town):
    settle_and_pay(town)
    tomorrow = CUT + timedelta(hours=10)
    reverse(town.finance, 1, now=tomorrow)
    reverse(town.other_finance, 1, now=tomorrow)

    assert settle(town, through=DAY + timedelta(days=1), now=CUT + timedelta(days=1)) == []


def test_a_line_under_an_open_case_is_held_and_the_rest_closes(town):
    redeem(town, get_code(get_voucher("bath")), BATH, key="third")
    reverse(town.finance, 1, now=CUT)

    assert settle(town) == [(1, 1, 6000, 1), (2, 1, 2500, 0)]
    assert db.session.scalars(
        select(SettlementLine.redemption_id).order_by(SettlementLine.redemption_id)
    ).all() == [2, 3]


def test_no_redemption_stands_in_two_settlements(town):
    settle(town)

    with pytest.raises(IntegrityError), transaction():
        db.session.add(SettlementLine(settlement_id=2, redemption_id=1, amount_fen=6000))


def test_books_that_are_off_by_a_fen_stop_the_settlement_and_name_the_law(town):
    with transaction():
        changed = {"redeemed_fen": Voucher.redeemed_fen - 1, "lapsed_fen": Voucher.lapsed_fen + 1}
        db.session.execute(update(Voucher).where(Voucher.item == "bath").values(changed))

    refusal = refuse("books_off", settle, town)

    assert refusal.facts["law"] == "I16"


def test_a_shop_without_a_bank_account_in_force_stops_the_settlement(town):
    with transaction():
        db.session.execute(update(ShopAccount).values(to_date=clock.today()))

    refusal = refuse("account_missing", settle, town)

    assert refusal.facts == {"shop": "S0001"}
