"""The demo: the whole chain on the sample district, two months after its sample month."""

import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, func, select

from tests.rehearsal import Rehearsed
from tests.structure.source import ROOT
from voucher.accounts.queries import get_actor
from voucher.app import create_app
from voucher.audit.models import Event
from voucher.config import Deadlines, load_home
from voucher.db import db
from voucher.ledger.models import LedgerEntry
from voucher.money import show_yuan, split_by_largest_remainder
from voucher.overview.queries.waiting import list_waiting
from voucher.settlements.models import Settlement
from voucher.vouchers.models import Print, Voucher

ANSWERS = ROOT / "tests" / "data" / "rosters" / "jinjiang_answers.json"
MONTH = date(2026, 12, 1)
STARTED_AT = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
# 24,098.30 yuan were spent; the last of it, 15.00 yuan, waits for a second person.
SETTLED_FEN = 2_408_330
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


def test_what_was_spent_is_settled_to_the_fen(rehearsed, summary):
    made = rehearsed.ask("settlements", "list", "--as", "finance1")["settlements"]

    owed_fen = sum(row["amount_fen"] for row in made)
    states = Counter(row["state"] for row in made)
    assert states == {"paid": len(made) - 2, "approved": 1, "made": 1}
    # Whatever was taken back stands there twice, once with a minus; one line is under a case.
    assert sum(row["lines"] for row in made) == 712 + 17 - 1
    assert sum(row["held"] for row in made) == 1
    assert summary["settlements"] == (
        f"{len(made)} shops, {show_yuan(owed_fen)} yuan, {len(made) - 2} paid, 1 approved, 1 made"
    )


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
        ("jinjiang-age-bands", None): SETTLED_FEN - total,
        ("jinjiang-age-bands", "district"): total - SETTLED_FEN,
    }


def test_every_law_was_looked_at_and_none_is_broken(rehearsed, summary):
    verified = rehearsed.ask("verify")

    assert verified["breaches"] == []
    assert summary["breaches"] == "none"
    for checked in (summary["verify"], verified["checked"]):
        assert sorted(law for law, count in checked.items() if count) == LAWS


def test_the_sample_month_is_closed_and_the_next_is_under_way(rehearsed, summary):
    runs = rehearsed.ask("runs", "list")["runs"]

    shown = [(row["programme"], row["month"], row["vouchers"], row["state"]) for row in runs]
    assert sorted(shown) == [
        ("jinjiang-age-bands", "2026-12", 2395, "closed"),
        ("jinjiang-age-bands", "2027-01", 2403, "issued"),
        ("national-2026", "2026-12", 256, "closed"),
        ("national-2026", "2027-01", 256, "draft"),
    ]
    assert 0 < summary["handed over 2027-01"] < 2403
    assert summary["redemptions 2027-01"]["accepted"] > 0


def test_something_waits_for_everybody_who_decides(rehearsed, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = create_app(load_home(rehearsed.home))
    with app.app_context():
        found = {name: list_titles(name) for name in WAITING}
        db.session.remove()
        db.engine.dispose()

    assert found == WAITING


WAITING = {
    "worker": ["张券等着发放", "个您的批次等着审核"],
    "assessor": ["位老人还没有评估过"],
    "approver": ["件待办案件", "个批次等着批准", "家商户等着批准"],
    "finance1": [
        "个方案没有将要发券月份的预算",
        "张结算单等着付款",
        "笔核销暂不结算",
        "件冲正等第二个人",
    ],
    "finance2": [
        *("笔预算等着批准", "个方案没有将要发券月份的预算", "张结算单等着批准"),
        *("张结算单等着付款", "笔核销暂不结算", "件冲正等第二个人"),
    ],
    "admin": ["个首次密码还没有更改"],
}


def list_titles(name):
    actor = get_actor(name=name, channel="test")
    return [one.title for one in list_waiting(actor=actor, now=SETTLED_AT, deadlines=Deadlines())]


def test_the_answer_tells_how_to_open_a_till(rehearsed):
    assert rehearsed.answer["till"]["shop"] == "S0001"
    assert len(rehearsed.answer["till"]["code"]) == 19


def test_the_summary_tells_how_to_sign_in(rehearsed):
    accounts = rehearsed.answer["accounts"]

    assert [account["name"] for account in accounts] == [
        "worker", "assessor", "approver", "finance1", "finance2", "auditor", "desk", "admin",
    ]  # fmt: skip
    assert len({account["password"] for account in accounts}) == 8


def test_the_demo_lives_by_its_own_clock(rehearsed: Rehearsed):
    engine = create_engine(f"sqlite:///{rehearsed.home / 'voucher.db'}")
    with engine.connect() as connection:
        founded = connection.scalar(select(func.min(Event.happened_at)))
        of_december = select(Voucher.id).where(Voucher.period_from == MONTH)
        printed = connection.scalar(
            select(func.max(Print.made_at)).where(Print.voucher_id.in_(of_december))
        )
        settled = connection.scalar(select(func.min(Settlement.made_at)))
    engine.dispose()

    assert 0 <= (founded - STARTED_AT).total_seconds() < 60
    assert 0 < (printed - STARTED_AT).total_seconds() < 1200
    assert 0 < (settled - SETTLED_AT).total_seconds() < 600
