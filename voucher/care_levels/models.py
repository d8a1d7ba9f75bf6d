"""Tables of care levels."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of


class LevelState(StrEnum):
    """A proposal counts for nothing until confirmed; a newer proposal replaces it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"


_OPEN_PROPOSAL = text("state = 'proposed'")
_OPEN_LEVEL = text("state = 'confirmed' AND to_date IS NULL")


class CareLevel(Model):
    """A resident's level on a scale, in force from a day until before another, with its reasons."""

    __tablename__ = "care_levels"
    __table_args__ = (
        one_of("state", LevelState),
        CheckConstraint("from_date < to_date", name="period_ordered"),
        CheckConstraint("confirmed_by <> graded_by", name="two_people"),
        CheckConstraint(
            "(state = 'confirmed') <= (confirmed_at IS NOT NULL)", name="confirmed_when"
        ),
        Index(
            "uq_care_levels_proposal",
            "resident_id",
            "scale",
            unique=True,
            sqlite_where=_OPEN_PROPOSAL,
            postgresql_where=_OPEN_PROPOSAL,
        ),
        Index(
            "uq_care_levels_open",
            "resident_id",
            "scale",
            unique=True,
            sqlite_where=_OPEN_LEVEL,
            postgresql_where=_OPEN_LEVEL,
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    scale: Mapped[str] = mapped_column(String(60))
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_versions.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    level: Mapped[str] = mapped_column(String(12))
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    graded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    graded_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
