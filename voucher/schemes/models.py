"""Tables of schemes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import Instant, Model, one_of


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
