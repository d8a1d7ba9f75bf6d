"""Tables of printouts."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model


class PrintFile(Model):
    """One file that was made, and its hash; the row stays when the file is gone."""

    __tablename__ = "print_files"
    __table_args__ = (Index("ix_print_files_run_id", "run_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("issue_runs.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    vouchers: Mapped[int]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
