"""Tables of rechecks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model


class RecheckDraw(Model):
    """
    One draw: which share of which assessments, by which seed. Never changed.

    `division_id` is the street or community drawn from, None for the drawer's whole area.
    """

    __tablename__ = "recheck_draws"
    __table_args__ = (
        CheckConstraint("period_from < period_to", name="period_ordered"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="share_of_all"),
        CheckConstraint("drawn BETWEEN 1 AND candidates", name="some_drawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(60))
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    division_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    percent: Mapped[int]
    seed: Mapped[str] = mapped_column(String(32))
    candidates: Mapped[int]
    drawn: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)


class Recheck(Model):
    """
    One drawn assessment and, once it was made again, the second answers and both levels.

    The first pair is copied here, so that the database itself refuses one of them in the second.
    Diagnoses are sealed with `public_id` as row name. Everything after `first_assessor_2` is
    written once, together.
    """

    __tablename__ = "rechecks"
    __table_args__ = (
        UniqueConstraint("assessment_id"),
        CheckConstraint(
            "assessor_1 <> assessor_2"
            " AND assessor_1 <> first_assessor_1 AND assessor_1 <> first_assessor_2"
            " AND assessor_2 <> first_assessor_1 AND assessor_2 <> first_assessor_2",
            name="another_pair",
        ),
        CheckConstraint(
            "(recorded_at IS NULL) = (assessor_1 IS NULL)"
            " AND (recorded_at IS NULL) = (assessor_2 IS NULL)"
            " AND (recorded_at IS NULL) = (assessed_date IS NULL)"
            " AND (recorded_at IS NULL) = (diagnoses_sealed IS NULL)"
            " AND (recorded_at IS NULL) = (first_level IS NULL)"
            " AND (recorded_at IS NULL) = (level IS NULL)",
            name="recorded_whole",
        ),
        Index("ix_rechecks_draw_id", "draw_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("recheck_draws.id"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    first_assessor_1: Mapped[str] = mapped_column(String(50))
    first_assessor_2: Mapped[str] = mapped_column(String(50))
    assessed_date: Mapped[date | None] = mapped_column(Date)
    assessor_1: Mapped[str | None] = mapped_column(String(50))
    assessor_2: Mapped[str | None] = mapped_column(String(50))
    points: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    options: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    diagnoses_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    events: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    coma: Mapped[bool | None]
    first_level: Mapped[str | None] = mapped_column(String(12))
    level: Mapped[str | None] = mapped_column(String(12))
    recorded_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
