"""Verify names the law when rows were changed behind the system's back."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.laws.stage import clone
from tests.laws.town import describe_reader, issue_and_hand_over, list_codes, present
from voucher import clock
from voucher.audit.operations import seal_events
from voucher.db import db, transaction
from voucher.periods import CHINA
from voucher.redemptions.rules.taking import Claim
from voucher.settlements.operations.closing import make_settlements
from voucher.settlements.operations.paying import approve_settlement, pay_settlement
from voucher.upkeep.checks import run_checks

# Law, what somebody with the database's own password did. Each on a row that a real life wrote.
DEEDS = (
    (
        "I01",
        (
            "UPDATE ledger_entries SET uses = uses + 1 WHERE id ="
            " (SELECT max(id) FROM ledger_entries WHERE account = 'payable')"
        ),
    ),
    ("I02", "UPDATE ledger_entries SET amount_fen = amount_fen + 1 WHERE id = 1"),
    (
        "I02",
        (
            "DELETE FROM ledger_entries WHERE transaction_id ="
            " (SELECT max(id) FROM ledger_transactions)"
        ),
    ),
    ("I03", "UPDATE vouchers SET balance_fen = balance_fen + 100 WHERE id = 1"),
    ("I04", "UPDATE vouchers SET state = 'inactive' WHERE redeemed_fen > 0"),
    ("I06", "UPDATE replies SET body = replace(body, 'accepted', 'refused')"),
    ("I06", "DELETE FROM replies"),
    (
        "I08",
        (
            "UPDATE ledger_transactions SET subject_id = 'redemption:999'"
            " WHERE posting = 'redeem' AND subject_id = 'redemption:1'"
        ),
    ),
    ("I09", "UPDATE prints SET state = 'dead', died_at = made_at WHERE id = 1"),
    ("I09", "UPDATE vouchers SET serial = '1' WHERE id = 1"),
    ("I10", "UPDATE settlement_lines SET amount_fen = amount_fen - 1"),
    ("I10", "DELETE FROM settlement_lines"),
    ("I11", "UPDATE settlements SET state = 'approved', bank_ref = NULL"),
    ("I12", "UPDATE vouchers SET resident_id = 1, item = 'services'"),
    ("I12", "UPDATE budget_totals SET approved_fen = approved_fen + 1"),
    ("I12", "UPDATE budget_totals SET committed_fen = committed_fen - 1"),
    ("I13", "UPDATE events SET actor_name = 'somebody else' WHERE id = 5"),
    ("I13", "DELETE FROM seals WHERE number = 3"),
    (
        "I16",
        (
            "UPDATE vouchers SET redeemed_fen = redeemed_fen - 1, balance_fen = balance_fen + 1,"
            " state = 'active' WHERE redeemed_fen > 0"
        ),
    ),
    ("I03", "UPDATE vouchers SET balance_uses = balance_uses - 1 WHERE balance_uses > 0"),
)


@pytest.fixture
def lived(stage):
    """Give the town after vouchers were spent, settled, paid and sealed."""
    issue_and_hand_over(stage.town)
    reader, till = describe_reader(stage.home), stage.town.tills[0]
    for item, service in (("services", "repair"), ("bath", "bath")):
        for code in list_codes(item=item)[:2]:
            present(
                till,
                code=code,
                claim=Claim(service=service),
                key=f"{item} {code}",
                reader=reader,
                now=clock.now(),
            )
    _settle(stage)
    with transaction():
        seal_events(now=clock.now() + timedelta(days=2))
    return stage


def _settle(stage):
    now, town = clock.now() + timedelta(days=1), stage.town
    with transaction():
        through = (now - timedelta(days=1)).astimezone(CHINA).date()
        (made,) = make_settlements(actor=town.finance, through=through, now=now)
        approve_settlement(actor=town.controller, settlement_id=made.id, now=now)
        pay_settlement(actor=town.finance, settlement_id=made.id, bank_ref="X-1", now=now)


def _tamper(statement):
    """Take away whatever the database would say against it, and do it."""
    if db.engine.dialect.name == "sqlite":
        _disarm_sqlite()
    else:
        _disarm_postgresql()
    db.session.execute(text(statement))
    db.session.commit()


def _disarm_sqlite():
    connection = db.session.connection()
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (name,) in connection.execute(text(named)).all():
        connection.execute(text(f"DROP TRIGGER {name}"))
    for name in ("uq_vouchers_one_a_period", "uq_prints_voucher_id_live"):
        connection.execute(text(f"DROP INDEX {name}"))
    db.session.commit()
    raw = db.session.connection().connection.driver_connection
    db.session.commit()
    raw.execute("PRAGMA ignore_check_constraints=ON").close()
    raw.execute("PRAGMA foreign_keys=OFF").close()


def _disarm_postgresql():
    connection = db.session.connection()
    connection.execute(text("SET session_replication_role = replica"))
    named = "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c'"
    for table, name in connection.execute(text(f"{named} AND conrelid <> 0")).all():
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for name in ("uq_vouchers_one_a_period", "uq_prints_voucher_id_live"):
        connection.execute(text(f"DROP INDEX {name}"))


def test_verify_finds_nothing_in_a_lawful_life(lived):
    verified = run_checks()

    assert verified["breaches"] == []
    assert all(verified["checked"].values())


def test_verify_names_each_law_that_was_broken(lived):
    db.session.remove()
    db.engine.dispose()
    lived.kept = clone(lived.url, lived.home.path)
    missed = []
    for law, deed in DEEDS:
        lived.put_back()
        _tamper(deed)
        if law not in {breach["law"] for breach in run_checks()["breaches"]}:
            missed.append((law, deed))

    assert missed == []


def test_verify_names_the_table_that_lost_its_guard(lived):
    guard = (
        "ledger_entries_no_update"
        if db.engine.dialect.name == "sqlite"
        else ("ledger_entries_append_only ON ledger_entries")
    )
    db.session.execute(text(f"DROP TRIGGER {guard}"))
    db.session.commit()

    assert [(one["law"], one["where"]) for one in run_checks()["breaches"]] == [
        ("I05", "ledger_entries")
    ]
