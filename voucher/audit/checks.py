"""The laws of the event chain, recomputed from its rows."""

from sqlalchemy import select, text

from voucher.audit.models import Event, Seal
from voucher.audit.rules import START_OF_CHAIN, chain_digest
from voucher.db import db
from voucher.laws import Breach, Check, Finding

APPEND_ONLY = (
    "events",
    "seals",
    "replies",
    "resident_changes",
    "scheme_versions",
    "ledger_transactions",
    "ledger_entries",
    "handovers",
    "redemptions",
    "reversals",
    "attempts",
    "settlement_lines",
    "print_files",
    "paper_outcomes",
)


def check_append_only() -> Finding:
    """I05: the database itself refuses to change or remove a fact, in every such table."""
    if db.engine.dialect.name == "sqlite":
        query = "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1"
        needed = 2
    else:
        query = (
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' GROUP BY 1"
        )
        needed = 1
    guards = {str(row[0]): int(row[1]) for row in db.session.execute(text(query))}
    breaches = [
        Breach("I05", table, {"guards": guards.get(table, 0)})
        for table in APPEND_ONLY
        if guards.get(table, 0) < needed
    ]
    return Finding(len(APPEND_ONLY), breaches)


def check_chain() -> Finding:
    """I13: seal numbers have no gap, their times never go back, and every hash is right."""
    last, before, sealed_at = 0, START_OF_CHAIN, None
    breaches = []
    rows = db.session.execute(
        select(Seal, Event).outerjoin(Event, Event.id == Seal.event_id).order_by(Seal.number)
    )
    for last, (seal, event) in enumerate(rows, start=1):
        content = event.content if event is not None else ()
        expected = chain_digest(number=last, before=before, content=content)
        if seal.number != last or (sealed_at is not None and seal.sealed_at < sealed_at):
            breaches.append(Breach("I13", f"seal {seal.number}", {"expected": last}))
        if event is None or seal.digest != expected:
            breaches.append(Breach("I13", f"event {seal.event_id}", {"seal": seal.number}))
        before, sealed_at = seal.digest, seal.sealed_at
    return Finding(last, breaches)


CHECKS: dict[str, Check] = {"I05": check_append_only, "I13": check_chain}
