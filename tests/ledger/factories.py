"""Reading the ledger as a test wants to see it."""

from sqlalchemy import select

from voucher.db import db
from voucher.ledger.models import LedgerEntry, LedgerTransaction

Line = tuple[str, int, int]


def list_postings(posting: str) -> list[list[Line]]:
    """Give every transaction of a posting as its (account, fen, uses), in the order written."""
    db.session.rollback()
    rows = db.session.execute(
        select(
            LedgerEntry.transaction_id,
            LedgerEntry.account,
            LedgerEntry.amount_fen,
            LedgerEntry.uses,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.posting == posting)
        .order_by(LedgerEntry.id)
    )
    found: dict[int, list[Line]] = {}
    for made, *line in rows:
        found.setdefault(made, []).append((line[0], line[1], line[2]))
    return list(found.values())
