"""Tables of shops."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of
from voucher.shops.rules.states import DeviceState, Registration, ShopState


class Shop(Model):
    """A partner shop. Contact phone is sealed with the code as row name."""

    __tablename__ = "shops"
    __table_args__ = (
        one_of("registration", Registration),
        one_of("state", ShopState),
        CheckConstraint("approved_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "(state = 'proposed') = (approved_by IS NULL)", name="approved_by_somebody"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    registration: Mapped[str] = mapped_column(String(12))
    licence: Mapped[str] = mapped_column(String(30), unique=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"))
    address: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(50))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hours: Mapped[str] = mapped_column(String(60))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default=ShopState.PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)


_PRESENT = text("to_date IS NULL AND approved_by IS NOT NULL")
_WAITING = text("to_date IS NULL AND approved_by IS NULL")


class ShopAccount(Model):
    """
    A bank account of a shop. It is paid from `from_date`, which a second person gave it.

    Until then it is a proposal, which has no first day; a `to_date` withdraws it.
    """

    __tablename__ = "shop_accounts"
    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="two_people"),
        CheckConstraint("(approved_by IS NULL) = (from_date IS NULL)", name="paid_once_approved"),
        CheckConstraint("from_date <= to_date", name="period_ordered"),
        Index(
            "uq_shop_accounts_shop_id_present",
            "shop_id",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index(
            "uq_shop_accounts_shop_id_waiting",
            "shop_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    bank: Mapped[str] = mapped_column(String(100))
    holder: Mapped[str] = mapped_column(String(100))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_index: Mapped[str] = mapped_column(String(32))
    number_tail: Mapped[str] = mapped_column(String(4))
    from_date: Mapped[date | None] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class ShopService(Model):
    """A service a shop offers, with the price it publishes, in fen; a new price is a new row."""

    __tablename__ = "shop_services"
    __table_args__ = (
        CheckConstraint("price_fen > 0", name="price_positive"),
        CheckConstraint("from_date <= to_date", name="period_ordered"),
        Index(
            "uq_shop_services_present",
            "shop_id",
            "service",
            unique=True,
            sqlite_where=text("to_date IS NULL"),
            postgresql_where=text("to_date IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    service: Mapped[str] = mapped_column(String(30))
    price_fen: Mapped[int]
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)


class Device(Model):
    """A till: enrolled with a one-time code, known by a token of which only the hash is kept."""

    __tablename__ = "devices"
    __table_args__ = (
        one_of("state", DeviceState),
        CheckConstraint(
            "state = 'suspended' OR (state = 'waiting') = (token_hash IS NULL)",
            name="token_when_enrolled",
        ),
        UniqueConstraint("code_hash"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    state: Mapped[str] = mapped_column(String(12))
    code_hash: Mapped[str] = mapped_column(String(64))
    code_expires_at: Mapped[datetime] = mapped_column(Instant)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    enrolled_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    # Wrong shop PINs in a row; a right one makes it 0 again.
    pin_misses: Mapped[int] = mapped_column(default=0, server_default="0")
