"""Tables of divisions."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher.config import Kind
from voucher.db import Instant, Model, one_of


class Level(StrEnum):
    """The three steps of a district."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


class Installation(Model):
    """The one row that ties this database to its district and its kind of home."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        one_of("kind", Kind),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_code: Mapped[str] = mapped_column(String(6))
    kind: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(Instant)


class Division(Model):
    """A district, street or community; its id goes into tokens and is never reused."""

    __tablename__ = "divisions"
    __table_args__ = (
        one_of("level", Level),
        CheckConstraint("id BETWEEN 1 AND 65535", name="fits_the_token"),
        CheckConstraint("(parent_id IS NULL) = (level = 'district')", name="parent_stated"),
        Index(
            "uq_divisions_code_present",
            "code",
            unique=True,
            sqlite_where=text("to_date IS NULL"),
            postgresql_where=text("to_date IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)  # Exclusive; null is still there.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
