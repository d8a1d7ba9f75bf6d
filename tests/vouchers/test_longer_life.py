"""Paper that outlives its month: printed, redeemed in a later month, lapsed after its last day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from tests.care_levels.factories import confirm, grade
from tests.redemptions.factories import redeem
from tests.refusing import refuse
from tests.vouchers.factories import (
    MONTH,
    Town,
    add_resident,
    draft,
    fund,
    get_code,
    get_voucher,
    give,
    issue,
    make_town,
)
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.ledger.models import BudgetTotal
from voucher.ledger.queries import get_balances
from voucher.ledger.rules import LedgerAccount
from voucher.periods import start_of_day
from voucher.printouts.queries.sheets import Office, list_sheet_vouchers
from voucher.redemptions.rules.taking import RedemptionRefused
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.lives import Life, Unused
from voucher.settlements.operations.closing import make_settlements
from voucher.signing import load_ring, verify
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.ending import lapse_vouchers
from voucher.vouchers.operations.planning import plan_run

BEIJING = "beijing-2010"
LAST_DATE = date(2027, 1, 31)
JANUARY = start_of_day(date(2027, 1, 20))
END = start_of_day(date(2027, 2, 1))


@pytest.fixture
def town(app) -> Town:
    """Give a town where one person of 85 holds a December voucher of Beijing's programme."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    grade(town.worker, on=MONTH, programme=BEIJING)
    confirm(town.approver, on=MONTH, scale=BEIJING)
    fund(town, programme=BEIJING)
    give(town, issue(town, programme=BEIJING))
    return town


def read_paper() -> tuple[date, date]:
    """Give the last day as the sheet prints it and as its token says it."""
    home = current_app.config["HOME"]
    office, ring = Office(home.host, home.desk_phone, is_test=True), load_ring(home)
    community = db.session.scalars(
        select(Division).where(Division.id == get_voucher().community_id)
    ).one()
    run_id = db.session.scalars(select(IssueRun.id)).one()
    (sheet,) = list_sheet_vouchers(run_id=run_id, community=community, office=office, keyring=ring)
    token = verify(sheet.qr_text, host=home.host, keyring=ring, test_allowed=True)
    return sheet.last_date, token.last_date


def lapse(town, now) -> int:
    with transaction():
        return lapse_vouchers(actor=town.worker, now=now)


def test_paper_of_a_year_is_good_to_the_last_day_of_the_next_january(town):
    assert read_paper() == (LAST_DATE, LAST_DATE)
    assert lapse(town, JANUARY + timedelta(days=4)) == 0

    redeem(town, get_code(get_voucher()), now=JANUARY)
    redeem(town, get_code(get_voucher()), key="key-2", now=END - timedelta(seconds=1))
    refuse(
        "expired",
        redeem,
        town,
        get_code(get_voucher()),
        key="key-3",
        now=END,
        kind=RedemptionRefused,
    )
    with transaction():
        (bill,) = make_settlements(actor=town.finance, through=LAST_DATE, now=END)

    # It may be taken offline, so its lapse waits for late receipts.
    assert [lapse(town, END), lapse(town, END + timedelta(hours=72))] == [0, 1]
    voucher = get_voucher()
    assert (voucher.state, voucher.redeemed_fen, voucher.lapsed_fen) == ("lapsed", 6000, 4000)
    assert bill.amount_fen == 6000
    # All of it stands in the books and the budget of December, when it was issued.
    balances = get_balances(programme=BEIJING, period_from=MONTH)
    assert (balances[LedgerAccount.PAYABLE], balances[LedgerAccount.LAPSED]) == (6000, 4000)
    assert db.session.get_one(BudgetTotal, (BEIJING, MONTH)).committed_fen == 10000
    assert run_checks()["breaches"] == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"life": Life(None, Unused.CARRIES, None)}, "programme_life"),
        ({"currency": "HKD"}, "programme_currency"),
    ],
)
def test_what_a_run_does_not_act_on_is_refused_before_anything_is_planned(town, change, word):
    refuse(
        word,
        plan_run,
        actor=town.worker,
        programme=replace(get_programme(BEIJING, 1), **change),
        period_from=MONTH,
        community_id=None,
        today=MONTH,
    )


def test_what_no_roster_states_and_the_last_day_stand_before_whoever_saves_and_approves(
    open_town, enter
):
    grade(open_town.worker, on=MONTH, programme=BEIJING)
    confirm(open_town.approver, on=MONTH, scale=BEIJING)

    plan = enter("worker").get(f"/runs/new/plan?programme={BEIJING}&month=2026-12").text
    run = enter("approver").get(f"/runs/{draft(open_town, programme=BEIJING)}").text

    for page in (plan, run):
        assert "须有本市户籍（名册不记载户籍）" in page
        assert "2026-12-01 至 2027-01-31" in page
