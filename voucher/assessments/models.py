"""Tables of assessments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of


class DraftState(StrEnum):
    """Only a draft that a second assessor confirmed became an assessment."""

    OPEN = "open"
    SIGNED = "signed"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


# One person at a time works on one form of a resident's.
AT_WORK = (DraftState.OPEN, DraftState.SIGNED)
_AT_WORK = text("state IN ('open', 'signed')")


class Assessment(Model):
    """
    The answers of one day as points by item; diagnoses are sealed with `public_id` as row name.

    `events` counts the risk events of the last 30 days by kind. From the bedside come also
    `options`, the number of the chosen option by item, and the evidence (records beside the items,
    the informant's signature, both assessors' backgrounds), sealed in the same way.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("assessor_1 <> assessor_2", name="two_assessors"),
        Index(
            "uq_assessments_present",
            "resident_id",
            "scheme_version_id",
            "assessed_date",
            unique=True,
            sqlite_where=text("superseded_by IS NULL"),
            postgresql_where=text("superseded_by IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_versions.id"))
    assessed_date: Mapped[date] = mapped_column(Date)
    assessor_1: Mapped[str] = mapped_column(String(50))
    assessor_2: Mapped[str] = mapped_column(String(50))
    points: Mapped[dict[str, int]] = mapped_column(JSON)
    diagnoses_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[dict[str, Any]] = mapped_column(JSON)
    coma: Mapped[bool]
    options: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    evidence_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))


class AssessmentDraft(Model):
    """
    One bedside form on its way: kept again and again, signed, confirmed by somebody else.

    `content_sealed` holds everything answered, sealed with `public_id` as row name, and is emptied
    at the end; `revision` counts the keepings, and `saved_key` names the last one, so that it may
    come twice. `assessor_1` is the name the first assessor signed with.
    """

    __tablename__ = "assessment_drafts"
    __table_args__ = (
        one_of("state", DraftState),
        CheckConstraint("confirmed_by <> account_id", name="two_people"),
        CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL AND assessment_id IS NOT NULL)",
            name="confirmed_whole",
        ),
        Index(
            "uq_assessment_drafts_at_work",
            "resident_id",
            "account_id",
            "scheme",
            unique=True,
            sqlite_where=_AT_WORK,
            postgresql_where=_AT_WORK,
        ),
        Index("ix_assessment_drafts_state", "state", "resident_id"),
        Index("ix_assessment_drafts_assessment_id", "assessment_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    scheme: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int]
    saved_key: Mapped[str] = mapped_column(String(64))
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    assessed_date: Mapped[date | None] = mapped_column(Date)
    assessor_1: Mapped[str] = mapped_column(String(50))
    saved_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
