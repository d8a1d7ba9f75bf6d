"""A redemption taken back: full, once, by its maker the same day or by two people later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.ledger.factories import list_postings
from tests.redemptions.factories import at_shop, redeem, reverse
from tests.refusing import refuse
from tests.vouchers.factories import (
    SHOP,
    Town,
    add_resident,
    get_code,
    get_voucher,
    make_town,
    make_vouchers,
)
from voucher import clock
from voucher.cases.models import Case
from voucher.db import db, transaction
from voucher.periods import start_of_day
from voucher.redemptions.models import Reversal
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.rules.taking import Claim
from voucher.refusals import NotAllowed, NotFound
from voucher.shops.operations.enrolling import enrol_rehearsal_device
from voucher.upkeep.checks import run_checks
from voucher.vouchers.operations.ending import lapse_vouchers, void_vouchers

TOMORROW = start_of_day(date(2026, 12, 6))
END = start_of_day(date(2027, 1, 1))
BATH = Claim(service="bath", price_fen=6000)


@pytest.fixture
def town(app) -> Town:
    """Give a town where a woman of 85 had one bath of 60 yuan today, as redemption 1."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    make_vouchers(town)
    redeem(town, get_code(get_voucher("bath")), BATH)
    return town


def test_its_maker_takes_it_back_alone_the_same_day(town):
    answer = reverse(town.worker, 1, now=TOMORROW - timedelta(microseconds=1))

    voucher = get_voucher("bath")
    assert answer == {
        "redemption": 1,
        "result": "reversed",
        "reversal": 1,
        "amount_fen": 6000,
        "to": "committed",
    }
    assert (voucher.state, voucher.balance_fen, voucher.balance_uses) == ("active", 16000, 2)
    assert (voucher.redeemed_fen, voucher.released_fen) == (0, 0)
    assert list_postings("reverse") == [
        [
            ("payable", -6000, -1),
            ("committed", 6000, 1),
            ("released", -2000, 0),
            ("committed", 2000, 0),
        ]
    ]


def test_it_is_taken_back_once(town):
    reverse(town.worker, 1)

    refuse("already_reversed", reverse, town.worker, 1)


def test_the_day_after_it_takes_two_people(town):
    asked = reverse(town.finance, 1, now=TOMORROW)
    assert (asked["result"], get_voucher("bath").balance_uses) == ("waiting", 1)

    refuse("self_approve", reverse, town.finance, 1, now=TOMORROW, kind=NotAllowed)
    done = reverse(town.other_finance, 1, now=TOMORROW)

    kept = db.session.scalars(select(Reversal)).one()
    decided = db.session.scalars(select(Case)).one()
    assert (done["result"], done["to"], kept.is_late) == ("reversed", "committed", True)
    assert (kept.asked_by, kept.approved_by) == (town.finance.key, town.other_finance.key)
    assert (decided.decision, decided.decided_by) == ("reversed", town.other_finance.key)


def test_asking_twice_asks_once(town):
    reverse(town.finance, 1, now=TOMORROW)
    cases = db.session.query(Case).count()

    refuse("self_approve", reverse, town.finance, 1, now=TOMORROW, kind=NotAllowed)

    assert (cases, db.session.query(Case).count()) == (1, 1)


def test_whoever_may_not_reverse_late_is_refused(town):
    with pytest.raises(NotAllowed, match="^not_allowed$"):
        reverse_redemption(
            actor=town.worker,
            redemption_id=1,
            reason="记错了",
            may_reverse_late=False,
            now=TOMORROW,
        )


def test_a_till_undoes_its_own_work_today_and_never_later_or_elsewhere(town):
    with transaction():
        device_id = enrol_rehearsal_device(
            actor=town.worker, shop_code=SHOP, now=clock.now()
        ).device_id
    till = replace(at_shop(town), role=None, account_id=None, device_id=device_id)

    refuse("undo_over", reverse, till, 1, now=TOMORROW)
    assert reverse(till, 1)["result"] == "reversed"
    refuse("redemption_unknown", reverse, till, 2, kind=NotFound)


def test_a_redemption_outside_ones_area_does_not_exist(town):
    elsewhere = replace(town.worker, community_ids=frozenset({town.communities[1]}))

    refuse("redemption_unknown", reverse, elsewhere, 1, kind=NotFound)


def test_after_the_vouchers_end_it_posts_to_lapsed(town):
    with transaction():
        lapse_vouchers(actor=town.worker, now=END + timedelta(hours=72))
    reverse(town.finance, 1, now=END + timedelta(days=4))

    done = reverse(town.other_finance, 1, now=END + timedelta(days=4))

    voucher = get_voucher("bath")
    assert (done["to"], voucher.state) == ("lapsed", "lapsed")
    assert (voucher.lapsed_fen, voucher.redeemed_fen, voucher.released_fen) == (16000, 0, 0)
    assert list_postings("reverse") == [
        [
            ("payable", -6000, -1),
            ("lapsed", 6000, 1),
            ("released", -2000, 0),
            ("lapsed", 2000, 0),
        ]
    ]
    assert run_checks()["breaches"] == []


def test_of_a_void_voucher_it_posts_to_void_and_the_budget_comes_back(town):
    serial = get_voucher("bath").serial
    with transaction():
        void_vouchers(
            actor=town.approver, first=serial, last=serial, reason="遗失", now=clock.now()
        )

    assert reverse(town.worker, 1)["to"] == "void"
    assert get_voucher("bath").void_fen == 16000
    assert run_checks()["breaches"] == []


def test_a_used_voucher_is_active_again(town):
    redeem(town, get_code(get_voucher("bath")), BATH, key="second")
    assert get_voucher("bath").state == "used"

    reverse(town.worker, 2)

    assert (get_voucher("bath").state, get_voucher("bath").balance_uses) == ("active", 1)


def test_the_database_itself_refuses_a_second_reversal_and_a_lone_late_one(town):
    reverse(town.worker, 1)
    first = db.session.scalars(select(Reversal)).one()
    row = {"event_id": first.event_id, "reason": "", "reversed_at": clock.now()}

    for changed in (
        {"redemption_id": 1, "is_late": False, "asked_by": "a", "approved_by": "b"},
        {"redemption_id": 2, "is_late": True, "asked_by": "a", "approved_by": None},
        {"redemption_id": 2, "is_late": True, "asked_by": "a", "approved_by": "a"},
    ):
        with pytest.raises(IntegrityError), transaction():
            db.session.add(Reversal(**row, **changed))
