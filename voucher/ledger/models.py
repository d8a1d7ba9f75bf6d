"""Tables of the ledger."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of
from voucher.ledger.rules import BudgetState, LedgerAccount, Posting


class Budget(Model):
    """What a programme may commit in a month, as one finance account set it."""

    __tablename__ = "budgets"
    __table_args__ = (
        one_of("state", BudgetState),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("approved_by <> set_by", name="two_people"),
        CheckConstraint(
            "(state = 'proposed') = (approved_by IS NULL)", name="approved_by_somebody"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(String(60))
    period_from: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    set_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)


class BudgetTotal(Model):
    """What is approved and committed for a programme and month; the constraint is the law."""

    __tablename__ = "budget_totals"
    __table_args__ = (
        CheckConstraint("committed_fen BETWEEN 0 AND approved_fen", name="within_budget"),
    )

    programme: Mapped[str] = mapped_column(String(60), primary_key=True)
    period_from: Mapped[date] = mapped_column(Date, primary_key=True)
    approved_fen: Mapped[int] = mapped_column(BigInteger)
    committed_fen: Mapped[int] = mapped_column(BigInteger)


class LedgerTransaction(Model):
    """One balanced set of entries, made by one event."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        one_of("posting", Posting),
        Index("ix_ledger_transactions_subject", "posting", "subject_id"),
        UniqueConstraint("posting", "subject_id", name="uq_ledger_transactions_subject_once"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    posting: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[str] = mapped_column(String(60))
    posted_at: Mapped[datetime] = mapped_column(Instant)


class LedgerEntry(Model):
    """
    An amount added to an account, in fen, and the uses that go with it (count vouchers).

    A close splits its total among the funding sources: those entries name the `source` and no
    community.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        one_of("account", LedgerAccount),
        CheckConstraint("amount_fen <> 0 OR uses <> 0", name="not_empty"),
        CheckConstraint(
            "(account IN ('payable', 'paid')) = (shop_id IS NOT NULL)", name="shop_of_payable"
        ),
        Index("ix_ledger_entries_transaction_id", "transaction_id"),
        Index("ix_ledger_entries_shop_id", "shop_id", "account"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transactions.id"))
    account: Mapped[str] = mapped_column(String(12))
    programme: Mapped[str] = mapped_column(String(60))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    period_from: Mapped[date] = mapped_column(Date)
    item: Mapped[str] = mapped_column(String(40))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shops.id"))
    source: Mapped[str | None] = mapped_column(String(30))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    uses: Mapped[int] = mapped_column(default=0)
