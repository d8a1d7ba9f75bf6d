"""A replacement: what is left moves to a new voucher, and not a fen more."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.ledger.factories import list_postings
from tests.redemptions.factories import redeem, reverse
from tests.refusing import refuse
from tests.shops.factories import make_person
from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    Town,
    add_resident,
    fund,
    get_code,
    give,
    issue,
    make_town,
)
from voucher import clock
from voucher.access import Role
from voucher.cases.models import Case
from voucher.codes import make_serial
from voucher.db import db, transaction
from voucher.ledger.models import BudgetTotal
from voucher.periods import start_of_day
from voucher.redemptions.rules.taking import Claim, RedemptionRefused
from voucher.refusals import NotAllowed
from voucher.residents.models import Resident
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.ending import hold_voucher, void_vouchers
from voucher.vouchers.operations.replacing import decline_replacement, replace_voucher

RUN_FEN = 8000 + 16000 + 20000
HALF_OF_DAYCARE = Claim(service="daycare", price_fen=15000)


@pytest.fixture
def town(app) -> Town:
    """Give a town whose one resident holds a voucher of each kind; the budget is spent whole."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0], situation=("独居",))
    fund(town, amount_fen=RUN_FEN)
    give(town, issue(town))
    return town


def get(item):
    """Give the voucher of an item that was issued first."""
    db.session.rollback()
    return db.session.scalars(
        select(Voucher).where(Voucher.item == item).order_by(Voucher.id)
    ).first()


def get_successor(serial):
    db.session.rollback()
    old = db.session.scalars(select(Voucher).where(Voucher.serial == serial)).one()
    return db.session.scalars(select(Voucher).where(Voucher.replaces_id == old.id)).one()


def replace(actor, serial, *, may_approve=True, now=None):
    with transaction():
        return replace_voucher(
            actor=actor,
            serial=serial,
            reason="遗失",
            may_approve=may_approve,
            kid=1,
            now=now or clock.now(),
        )


def replace_by_two(town, serial):
    assert replace(town.worker, serial)["result"] == "waiting"
    return replace(town.approver, serial)


def get_figures(voucher):
    return (
        voucher.state,
        voucher.unit_fen,
        voucher.uses_total,
        voucher.committed_fen,
        voucher.balance_fen,
        voucher.balance_uses,
        voucher.void_fen,
    )


def test_one_asks_and_another_does_it(town):
    serial = get("services").serial

    asked = replace(town.approver, serial)
    assert (asked["result"], get("services").state) == ("waiting", "active")
    refuse("self_approve", replace, town.approver, serial, kind=NotAllowed)
    refuse("not_allowed", replace, town.worker, serial, may_approve=False, kind=NotAllowed)
    done = replace(make_person("checker", Role.APPROVER), serial)

    new = make_serial(month=MONTH, number=4)
    assert done == {
        "serial": serial,
        "result": "replaced",
        "new_serial": new,
        "value_fen": 8000,
        "uses": 0,
    }
    assert get_figures(get("services")) == ("void", 8000, 0, 8000, 0, 0, 8000)
    assert get_figures(get_successor(serial)) == ("inactive", 8000, 0, 8000, 8000, 0, 0)
    assert db.session.scalars(select(Case.decision)).all() == ["replaced"]
    assert run_checks()["breaches"] == []


def test_the_money_leaves_through_void_and_comes_back_out_of_the_budget(town):
    replace_by_two(town, get("bath").serial)

    assert list_postings("void") == [[("committed", -16000, -2), ("void", 16000, 2)]]
    assert list_postings("approve")[-1] == [("fund", -16000, -2), ("committed", 16000, 2)]
    assert db.session.get_one(BudgetTotal, (AGE_BANDS, MONTH)).committed_fen == RUN_FEN


@pytest.mark.parametrize(
    ("item", "claim", "figures"),
    [
        ("services", Claim(service="haircut"), ("inactive", 5000, 0, 5000, 5000, 0, 0)),
        ("bath", Claim(service="bath", uses=1), ("inactive", 8000, 1, 8000, 8000, 1, 0)),
        ("daycare", HALF_OF_DAYCARE, ("inactive", 12500, 0, 12500, 12500, 0, 0)),
    ],
)
def test_what_was_used_stays_used_and_only_the_rest_moves(town, item, claim, figures):
    voucher = get(item)
    redeem(town, get_code(voucher), claim)

    replace_by_two(town, voucher.serial)
    give(town, 1)

    new = get_successor(voucher.serial)
    assert get_figures(new) == ("active", *figures[1:])
    assert run_checks()["breaches"] == []
    redeem(town, get_code(new), claim, key="key-2")
    assert run_checks()["breaches"] == []


def test_the_old_paper_buys_nothing_and_the_new_one_only_once_it_is_given(town):
    voucher = get("services")
    old_code = get_code(voucher)
    replace_by_two(town, voucher.serial)
    new_code = get_code(get_successor(voucher.serial))

    refuse("void", redeem, town, old_code, kind=RedemptionRefused)
    refuse("inactive", redeem, town, new_code, kind=RedemptionRefused)
    give(town, 1)
    assert redeem(town, new_code)["amount_fen"] == 3000


def test_a_use_of_the_old_one_taken_back_later_is_void(town):
    voucher = get("services")
    used = redeem(town, get_code(voucher))["redemption"]
    replace_by_two(town, voucher.serial)

    reverse(town.finance, used)
    assert reverse(town.other_finance, used)["to"] == "void"

    assert get_figures(get("services"))[-1] == 8000
    assert run_checks()["breaches"] == []


def test_a_new_voucher_can_be_replaced_again(town):
    first = get("services").serial
    second = replace_by_two(town, first)["new_serial"]

    third = replace_by_two(town, second)["new_serial"]

    assert get_successor(second).serial == third
    assert run_checks()["breaches"] == []


def test_a_held_voucher_is_replaced_and_the_new_one_is_free(town):
    serial = get("services").serial
    with transaction():
        hold_voucher(actor=town.worker, serial=serial, reason="遗失", now=clock.now())

    replace_by_two(town, serial)

    assert get_successor(serial).held_reason is None


def test_the_dead_get_no_new_voucher(town):
    serial = get("services").serial
    replace(town.worker, serial)
    with transaction():
        resident = db.session.get_one(Resident, 1)
        resident.departed_date, resident.departure = date(2026, 12, 4), "died"

    refuse("resident_died", replace, town.approver, serial)


def test_nothing_is_replaced_after_its_month(town):
    end = start_of_day(date(2027, 1, 1))

    refuse("period_over", replace, town.worker, get("bath").serial, now=end)


def test_what_ended_meanwhile_only_closes_the_case(town):
    serial = get("bath").serial
    replace(town.worker, serial)
    with transaction():
        void_vouchers(
            actor=town.approver, first=serial, last=serial, reason="作废", now=clock.now()
        )

    assert replace(town.approver, serial) == {"serial": serial, "result": "nothing_left"}
    assert db.session.scalars(select(Case.decision)).all() == ["nothing_left"]
    refuse("voucher_state", replace, town.worker, serial)


def test_what_was_declined_may_be_asked_again(town):
    serial = get("bath").serial
    asked = replace(town.worker, serial)
    with transaction():
        decline_replacement(actor=town.approver, case_id=asked["case"], now=clock.now())

    assert replace_by_two(town, serial)["result"] == "replaced"
    assert run_checks()["breaches"] == []
