"""Tables of residents."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of
from voucher.residents.rules.departures import Departure


class Sex(StrEnum):
    """As the ID number states it."""

    MALE = "male"
    FEMALE = "female"


class Resident(Model):
    """
    One person. ID number and phone are sealed with `public_id` as row name.

    `situation` keeps the roster's words in their order; `name_key` sorts by pinyin.
    """

    __tablename__ = "residents"
    __table_args__ = (
        one_of("sex", Sex),
        one_of("departure", Departure),
        CheckConstraint("(departed_date IS NULL) = (departure IS NULL)", name="departure_whole"),
        CheckConstraint("(phone_sealed IS NULL) = (phone_index IS NULL)", name="phone_whole"),
        Index(
            "uq_residents_id_index_present",
            "id_index",
            unique=True,
            sqlite_where=text("departed_date IS NULL"),
            postgresql_where=text("departed_date IS NULL"),
        ),
        Index("ix_residents_twin", "name", "born_date", "phone_index"),
        Index("ix_residents_community_id", "community_id"),
        Index("ix_residents_phone_index", "phone_index"),
        Index("ix_residents_name_key", "name_key"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(50))
    name_key: Mapped[str] = mapped_column(String(300))
    sex: Mapped[str] = mapped_column(String(6))
    born_date: Mapped[date] = mapped_column(Date)
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[str] = mapped_column(String(32))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(32))
    community_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"))
    address: Mapped[str] = mapped_column(String(200))
    situation: Mapped[list[str]] = mapped_column(JSON)
    remark: Mapped[str] = mapped_column(String(500))
    registered_at: Mapped[datetime] = mapped_column(Instant)
    departed_date: Mapped[date | None] = mapped_column(Date)
    departure: Mapped[str | None] = mapped_column(String(12))


class ResidentChange(Model):
    """One field of one person before and after; sealed fields are only named, not shown."""

    __tablename__ = "resident_changes"
    __table_args__ = (Index("ix_resident_changes_resident_id", "resident_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    field: Mapped[str] = mapped_column(String(30))
    before: Mapped[str | None] = mapped_column(String(500))
    after: Mapped[str | None] = mapped_column(String(500))
