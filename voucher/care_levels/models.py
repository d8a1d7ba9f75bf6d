"""Tables of care levels."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher.care_levels.rules import AppealState, Outcome, Relation
from voucher.db import BigKey, Instant, Model, one_of


class LevelState(StrEnum):
    """
    A proposal counts for nothing until confirmed; a newer proposal replaces it.

    A rejected one is kept with its reason, so that the same assessment is not proposed again.
    """

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"
    REJECTED = "rejected"


_OPEN_PROPOSAL = text("state = 'proposed'")
_OPEN_LEVEL = text("state = 'confirmed' AND to_date IS NULL")
_STANDING_APPEAL = text("state <> 'withdrawn'")


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
        CheckConstraint("rejected_by <> graded_by", name="rejected_by_another"),
        CheckConstraint(
            "(state = 'rejected') = (rejected_at IS NOT NULL AND rejected_by IS NOT NULL"
            " AND rejection_reason IS NOT NULL)",
            name="rejected_why",
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
    rejected_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    rejected_at: Mapped[datetime | None] = mapped_column(Instant)
    rejection_reason: Mapped[str | None] = mapped_column(String(200))


class Appeal(Model):
    """
    Somebody does not accept a confirmed level: two other assessors, then another approver.

    `confirmed_by` is who confirmed the level appealed against, `due_date` the last day on which it
    is decided in time; both are as they were when the appeal was registered.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        one_of("state", AppealState),
        one_of("relation", Relation),
        one_of("outcome", Outcome),
        CheckConstraint("appealed_date <= due_date", name="due_after_appeal"),
        CheckConstraint(
            "(state IN ('assessed', 'decided')) <= (assessment_id IS NOT NULL"
            " AND assessed_by IS NOT NULL AND assessed_at IS NOT NULL)",
            name="assessed_first",
        ),
        CheckConstraint(
            "(state IN ('decided', 'withdrawn')) = (closed_at IS NOT NULL"
            " AND closed_by IS NOT NULL AND closing_reason IS NOT NULL)",
            name="closed_why",
        ),
        CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name="decided_how"),
        CheckConstraint(
            "new_level_id IS NULL OR (outcome IS NOT NULL AND outcome = 'changed')",
            name="new_level_when_changed",
        ),
        CheckConstraint("state <> 'decided' OR closed_by <> confirmed_by", name="two_approvers"),
        CheckConstraint("state <> 'decided' OR closed_by <> assessed_by", name="two_people"),
        Index(
            "uq_appeals_standing",
            "care_level_id",
            unique=True,
            sqlite_where=_STANDING_APPEAL,
            postgresql_where=_STANDING_APPEAL,
        ),
        Index("uq_appeals_assessment_id", "assessment_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    care_level_id: Mapped[int] = mapped_column(ForeignKey("care_levels.id"))
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    appellant: Mapped[str] = mapped_column(String(50))
    relation: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(500))
    late_reason: Mapped[str | None] = mapped_column(String(200))
    appealed_date: Mapped[date] = mapped_column(Date)
    due_date: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    registered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    registered_at: Mapped[datetime] = mapped_column(Instant)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    assessed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    assessed_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(12))
    new_level_id: Mapped[int | None] = mapped_column(ForeignKey("care_levels.id"))
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closing_reason: Mapped[str | None] = mapped_column(String(500))
