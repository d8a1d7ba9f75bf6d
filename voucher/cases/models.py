"""Tables of cases."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of


class Kind(StrEnum):
    """What is asked."""

    SAME_PERSON = "same_person"
    LATE_REVERSAL = "late_reversal"
    USED_AFTER_DEATH = "used_after_death"
    VOID_OF_DEPARTED = "void_of_departed"
    REPLACEMENT = "replacement"


class Case(Model):
    """A question to a person, open until decided. `question` makes it one of its kind."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("kind", "question"),
        one_of("kind", Kind),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_whole"),
        CheckConstraint("decided_by <> opened_by", name="two_people"),
        Index("ix_cases_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    question: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigKey)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_by: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[str | None] = mapped_column(String(30))
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
