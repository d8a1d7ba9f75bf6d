"""Tables of assessments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model


class Assessment(Model):
    """
    The answers of one day as points by item; diagnoses are sealed with `public_id` as row name.

    `events` counts the risk events of the last 30 days by kind.
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
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
