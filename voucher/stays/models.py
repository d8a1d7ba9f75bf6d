"""Tables of stays."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of
from voucher.stays.rules import Effect

_OPEN = text("to_date IS NULL AND withdrawn_at IS NULL")


class Stay(Model):
    """
    One stay of one person from a day until before another; the hospital's name is sealed.

    The database refuses stays of a person that overlap (`stays_overlap`), withdrawn ones aside.
    """

    __tablename__ = "stays"
    __table_args__ = (
        one_of("effect", Effect),
        CheckConstraint("from_date < to_date", name="period_ordered"),
        CheckConstraint("ended_at IS NULL OR to_date IS NOT NULL", name="ended_on_a_day"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_with_reason"
        ),
        Index(
            "uq_stays_open", "resident_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_stays_resident_id", "resident_id", "from_date"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    hospital_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    effect: Mapped[str] = mapped_column(String(8))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))
