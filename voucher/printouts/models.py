"""Tables of printouts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
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


class Preflight(Model):
    """
    One reading back of a community's files as they lay on the disk.

    Of `vouchers` in the files `checked` were decoded and proved, all of them or a stated sample;
    `degraded` were read from spoilt copies too. Without a finding somebody may sign for them.
    """

    __tablename__ = "preflights"
    __table_args__ = (
        CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name="released_by_somebody"
        ),
        CheckConstraint("released_at IS NULL OR findings = 0", name="released_without_fault"),
        Index("ix_preflights_run_id", "run_id", "community_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_runs.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    vouchers: Mapped[int]
    checked: Mapped[int]
    degraded: Mapped[int]
    findings: Mapped[int]
    took_ms: Mapped[int]
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class PreflightFile(Model):
    """A file as a preflight read it: later bytes are another file."""

    __tablename__ = "preflight_files"

    preflight_id: Mapped[int] = mapped_column(ForeignKey("preflights.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    pages_read: Mapped[int]
    checked: Mapped[int]


class PreflightFinding(Model):
    """Something wrong with a file: where, and by which word. `page` 0 is the whole file."""

    __tablename__ = "preflight_findings"
    __table_args__ = (Index("ix_preflight_findings_preflight_id", "preflight_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    preflight_id: Mapped[int] = mapped_column(ForeignKey("preflights.id"))
    file: Mapped[str] = mapped_column(String(200))
    page: Mapped[int]
    serial: Mapped[str] = mapped_column(String(20))
    word: Mapped[str] = mapped_column(String(30))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class PrintDownload(Model):
    """A file taken away: whoever holds it holds its vouchers."""

    __tablename__ = "print_downloads"
    __table_args__ = (Index("ix_print_downloads_file_id", "file_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("print_files.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    taken_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
