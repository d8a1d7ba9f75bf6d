"""Tables of audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model


class Event(Model):
    """One deed of one actor; never changed, never removed."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(60))
    actor_key: Mapped[str] = mapped_column(String(60))
    actor_name: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def content(self) -> list[object]:
        """Give everything the seal is taken over."""
        return [
            self.id,
            self.happened_at.isoformat(),
            self.action,
            self.actor_key,
            self.actor_name,
            self.channel,
            self.subject_kind,
            self.subject_id,
            self.facts,
        ]


class Seal(Model):
    """An event's number in the chain, with the hash over it and over the seal before."""

    __tablename__ = "seals"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), unique=True)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))
