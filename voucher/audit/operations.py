"""Writing and sealing events."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from voucher.access import Actor
from voucher.audit.models import Event, Seal
from voucher.audit.rules import START_OF_CHAIN, chain_digest
from voucher.db import db

SEAL_BATCH = 10_000


def record_event(
    *,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: object,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> int:
    """Write the one event of an operation, in its transaction, and give its id."""
    event = Event(
        happened_at=now,
        action=action,
        actor_key=actor.key,
        actor_name=actor.name,
        channel=actor.channel,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        facts=facts or {},
    )
    db.session.add(event)
    db.session.flush()
    return event.id


def seal_events(*, now: datetime) -> int:
    """
    Number and chain the committed events that have no seal yet; give how many.

    Two sealers at once: the primary key lets one of them through. A host whose clock is behind
    seals at the time of the seal before, which the chain may share but not undercut.
    """
    last = db.session.execute(
        select(Seal.number, Seal.digest, Seal.sealed_at).order_by(Seal.number.desc()).limit(1)
    ).one_or_none()
    number, before = (last.number, last.digest) if last else (0, START_OF_CHAIN)
    sealed_at = max(now, last.sealed_at) if last else now
    unsealed = (
        select(Event)
        .outerjoin(Seal, Seal.event_id == Event.id)
        .where(Seal.number.is_(None))
        .order_by(Event.id)
        .limit(SEAL_BATCH)
    )
    sealed = 0
    for sealed, event in enumerate(db.session.scalars(unsealed).all(), start=1):
        before = chain_digest(number=number + sealed, before=before, content=event.content)
        db.session.add(
            Seal(number=number + sealed, event_id=event.id, sealed_at=sealed_at, digest=before)
        )
    db.session.flush()
    return sealed


def record_events_export(
    *, actor: Actor, rows: int, filters: dict[str, str], now: datetime
) -> None:
    """Write that events left the system as a workbook, and which."""
    record_event(
        actor=actor,
        action="audit.export_events",
        subject_kind="event",
        subject_id="",
        now=now,
        facts={"rows": rows, "filters": filters},
    )
