"""The demo: the whole chain on the sample district, two months after its sample month."""

import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, func, select

from tests.rehearsal import Rehearsed
from tests.structure.source import ROOT
from voucher.audit.models import Event
from voucher.ledger.models import LedgerEntry
from voucher.money import show_yuan, split_by_largest_remainder
from voucher.settlements.models import Settlement
from voucher.vouchers.models import Print

ANSWERS = ROOT / "tests" / "data" / "rosters" / "jinjiang_answers.json"
MONTH = date(2026, 12, 1)
STARTED_AT = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
SETTLED_AT = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
LAWS = ["I01", "I02", "I03", "I04", "I05", "I06", "I08", "I09", "I10", "I11", "I12", "I13", "I16"]


@pytest.fixture(scope="module")
def answers():
    return json.loads(ANSWERS.read_text())


@pytest.fixture(scope="module")
def summary(rehearsed):
    return rehearsed.answer["summary"]


def test_the_roster_is_judged_as_its_answers_say(summary, answers):
    verdicts = Counter(row["reason"] or "accepted" for row in answers["rows"])

    assert summary["residents accepted"] == verdicts.pop("accepted") == 1822
    assert summary["residents rejected"] == verdicts


def test_the_levels_are_those_of_the_answers(summary, answers):
    ages = [row["age"] for row in answers["rows"] if row["verdict"] == "accepted"]
    bands = Counter("100+" if age >= 100 else f"{age // 10}0-{age // 10}9" for age in ages)
    assessed = [row for row in answers["assessments"] if row["verdict"] == "accepted"]

    assert summary["levels jinjiang-age-bands"] == bands
    assert summary["assessments"] == len(assessed) == 625
    assert summary["levels gbt-42195-2022"] == Counter(str(row["level"]) for row in assessed)


def test_the_sums_of_the_sample_are_those_of_its_programmes(summary):
    assert summary["budget jinjiang-age-bands"] == "190,000.00 yuan"
    assert summary["run 1 jinjiang-age-bands"] == ("2395 vouchers, 1822 residents, 189,220.00 yuan")
    assert summary["budget national-2026"] == "210,000.00 yuan"
    # Everybody of level 2 to 4 has 800 yuan a month: 150, 75 and 38 people, less 7 not due.
    assert summary["run 2 national-2026"] == "256 vouchers, 256 residents, 204,800.00 yuan"


def test_every_voucher_is_on_paper(rehearsed, summary):
    made = len(rehearsed.sheets) + len(rehearsed.handover_lists)

    assert summary["PDF"].startswith(f"{made} files, ")
    assert summary["PDF"].endswith(f" 2651 vouchers in {rehearsed.printouts}")


def test_a_quarter_is_spent_some_of_it_twice_and_some_taken_back(summary):
    assert summary["shops"] == 120
    assert summary["redemptions"] == {
        "accepted": 712,
        "refused already_yours": 18,
        "reversed": 17,
    }


def test_what_was_spent_is_paid_to_the_fen(rehearsed, summary):
    made = rehearsed.ask("settlements", "list", "--as", "finance1")["settlements"]

    paid_fen = sum(row["amount_fen"] for row in made)
    assert {row["state"] for row in made} == {"paid"}
    # Whatever was taken back stands there twice, once with a minus.
    assert sum(row["lines"] for row in made) == 712 + 17
    assert summary["settlements"] == f"{len(made)} shops, {show_yuan(paid_fen)} yuan, paid"


def test_the_closed_total_is_split_among_its_sources_to_the_fen(rehearsed):
    engine = create_engine(f"sqlite:///{rehearsed.home / 'voucher.db'}")
    of_sources = select(
        LedgerEntry.programme, LedgerEntry.source, func.sum(LedgerEntry.amount_fen)
    ).where(LedgerEntry.community_id.is_(None))
    with engine.connect() as connection:
        rows = connection.execute(of_sources.group_by(LedgerEntry.programme, LedgerEntry.source))
        split = {(programme, source): fen for programme, source, fen in rows}
    engine.dispose()

    # Sichuan: 95 to 5 between the centre and the place; the spare fen goes to the first named.
    total = split["national-2026", None]
    central, local = split_by_largest_remainder(total, [95, 5])
    assert split == {
        ("national-2026", None): total,
        ("national-2026", "central"): -central,
        ("national-2026", "local"): -local,
        ("jinjiang-age-bands", None): 2409830 - total,
        ("jinjiang-age-bands", "district"): total - 2409830,
    }


def test_every_law_was_looked_at_and_none_is_broken(rehearsed, summary):
    verified = rehearsed.ask("verify")

    assert verified["breaches"] == []
    assert summary["breaches"] == "none"
    for checked in (summary["verify"], verified["checked"]):
        assert sorted(law for law, count in checked.items() if count) == LAWS


def test_both_runs_are_there_and_closed(rehearsed):
    runs = rehearsed.ask("runs", "list")["runs"]

    shown = {row["programme"]: (row["month"], row["vouchers"], row["state"]) for row in runs}
    assert shown == {
        "jinjiang-age-bands": ("2026-12", 2395, "closed"),
        "national-2026": ("2026-12", 256, "closed"),
    }


def test_the_summary_tells_how_to_sign_in(rehearsed):
    accounts = rehearsed.answer["accounts"]

    assert [account["name"] for account in accounts] == [
        "worker", "approver", "finance1", "finance2", "auditor", "desk", "admin",
    ]  # fmt: skip
    assert len({account["password"] for account in accounts}) == 7


def test_the_demo_lives_by_its_own_clock(rehearsed: Rehearsed):
    engine = create_engine(f"sqlite:///{rehearsed.home / 'voucher.db'}")
    with engine.connect() as connection:
        founded = connection.scalar(select(func.min(Event.happened_at)))
        printed = connection.scalar(select(func.max(Print.made_at)))
        settled = connection.scalar(select(func.min(Settlement.made_at)))
    engine.dispose()

    assert 0 <= (founded - STARTED_AT).total_seconds() < 60
    assert 0 < (printed - STARTED_AT).total_seconds() < 1200
    assert 0 < (settled - SETTLED_AT).total_seconds() < 600
