"""Tables of redemptions."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of
from voucher.redemptions.rules.taking import Mode


class Redemption(Model):
    """
    One accepted use, in fen: price = amount + own part + other payer.

    The attempt is known by who made it and its key, which `replies` holds unique: two tills of a
    shop may number alike. `amount_fen` is what the district pays the shop; `released_fen` what a
    use of a count voucher leaves of its cap. Balances are those after this use.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        one_of("mode", Mode),
        CheckConstraint("amount_fen > 0 OR released_fen > 0", name="takes_something"),
        CheckConstraint(
            "amount_fen >= 0 AND own_fen >= 0 AND other_payer_fen >= 0 AND released_fen >= 0",
            name="no_part_negative",
        ),
        CheckConstraint("price_fen = amount_fen + own_fen + other_payer_fen", name="price_whole"),
        Index("ix_redemptions_voucher_id", "voucher_id"),
        Index("ix_redemptions_redeemed_at", "redeemed_at"),
        Index("ix_redemptions_shop_id", "shop_id", "redeemed_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    receipt: Mapped[str] = mapped_column(String(20), unique=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    print_id: Mapped[int] = mapped_column(ForeignKey("prints.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    client_key: Mapped[str] = mapped_column(String(255))
    mode: Mapped[str] = mapped_column(String(8))
    service: Mapped[str | None] = mapped_column(String(30))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    own_fen: Mapped[int] = mapped_column(BigInteger)
    other_payer_fen: Mapped[int] = mapped_column(BigInteger)
    released_fen: Mapped[int] = mapped_column(BigInteger)
    uses: Mapped[int]
    balance_fen: Mapped[int] = mapped_column(BigInteger)
    balance_uses: Mapped[int]
    redeemed_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def answer(self) -> dict[str, Any]:
        """Give what every door answers to this redemption, then and for ever."""
        return {
            "redemption": self.id,
            "result": "accepted",
            "price_fen": self.price_fen,
            "amount_fen": self.amount_fen,
            "own_fen": self.own_fen,
            "other_payer_fen": self.other_payer_fen,
            "uses": self.uses,
            "balance_fen": self.balance_fen,
            "balance_uses": self.balance_uses,
            "receipt": self.receipt,
        }


class Reversal(Model):
    """A redemption taken back, full and once; a late one carries the second person."""

    __tablename__ = "reversals"
    __table_args__ = (
        UniqueConstraint("redemption_id"),
        CheckConstraint("approved_by <> asked_by", name="two_people"),
        CheckConstraint("NOT is_late OR approved_by IS NOT NULL", name="late_needs_two"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    redemption_id: Mapped[int] = mapped_column(ForeignKey("redemptions.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    reason: Mapped[str] = mapped_column(String(200))
    is_late: Mapped[bool]
    asked_by: Mapped[str] = mapped_column(String(60))
    approved_by: Mapped[str | None] = mapped_column(String(60))
    reversed_at: Mapped[datetime] = mapped_column(Instant)


class Attempt(Model):
    """A refused attempt: what was refused, where and why; it moved nothing."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_device_id", "device_id", "attempted_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attempted_at: Mapped[datetime] = mapped_column(Instant)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    mode: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(30))
