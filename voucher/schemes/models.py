"""Tables of schemes."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import Instant, Model, one_of
from voucher.schemes.rules.adopting import AdoptionState


class SchemeVersion(Model):
    """
    One version of an instrument or programme as it was when first used; it never changes.

    Its id is the scheme number of tokens, assigned once and never reused.
    """

    __tablename__ = "scheme_versions"
    __table_args__ = (
        UniqueConstraint("scheme", "version"),
        one_of("kind", ("instrument", "programme")),
        CheckConstraint("id BETWEEN 1 AND 65535", name="fits_the_token"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    scheme: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(Instant)


_STANDING = text("state <> 'withdrawn'")


class SchemeAdoption(Model):
    """
    A district's own version of a scheme: its text as proposed, and the two people behind it.

    Once approved it counts from `effective_from` on, and never changes again.
    """

    __tablename__ = "scheme_adoptions"
    __table_args__ = (
        one_of("kind", ("instrument", "programme")),
        one_of("state", AdoptionState),
        CheckConstraint("approved_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "(state = 'approved') = (approved_by IS NOT NULL)", name="approved_by_somebody"
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by IS NOT NULL)", name="withdrawn_by_somebody"
        ),
        Index(
            "uq_scheme_adoptions_standing",
            "scheme",
            "version",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    scheme: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    file: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
