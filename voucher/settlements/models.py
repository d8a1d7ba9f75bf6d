"""Tables of settlements."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of


class SettlementState(StrEnum):
    """made -> approved by another -> paid with a bank reference."""

    MADE = "made"
    APPROVED = "approved"
    PAID = "paid"


class Settlement(Model):
    """
    What one shop is owed through a day. Its bank account is copied and sealed here when made, with
    `settlement:` and shop and day as row name, so that a later change never alters it.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        UniqueConstraint("shop_id", "through_date"),
        one_of("state", SettlementState),
        CheckConstraint("approved_by <> made_by", name="two_people"),
        CheckConstraint("(state = 'made') = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint("(state = 'paid') = (bank_ref IS NOT NULL)", name="paid_with_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    through_date: Mapped[date] = mapped_column(Date)
    cut_at: Mapped[datetime] = mapped_column(Instant)
    lines: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int]
    bank: Mapped[str] = mapped_column(String(100))
    holder: Mapped[str] = mapped_column(String(100))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_tail: Mapped[str] = mapped_column(String(4))
    state: Mapped[str] = mapped_column(String(10))
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    paid_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    bank_ref: Mapped[str | None] = mapped_column(String(60), unique=True)


class SettlementLine(Model):
    """A redemption (positive) or a late reversal (negative) of a settlement, in fen."""

    __tablename__ = "settlement_lines"
    __table_args__ = (
        UniqueConstraint("redemption_id"),
        UniqueConstraint("reversal_id"),
        CheckConstraint("(redemption_id IS NULL) <> (reversal_id IS NULL)", name="one_subject"),
        CheckConstraint("(reversal_id IS NULL) = (amount_fen >= 0)", name="sign_of_subject"),
        Index("ix_settlement_lines_settlement_id", "settlement_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"))
    redemption_id: Mapped[int | None] = mapped_column(ForeignKey("redemptions.id"))
    reversal_id: Mapped[int | None] = mapped_column(ForeignKey("reversals.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
