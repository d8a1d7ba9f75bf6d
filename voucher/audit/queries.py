"""Reading events."""

from sqlalchemy import select

from voucher.audit.models import Event
from voucher.db import db


def list_events_about(*, subject_kind: str, subject_id: str, limit: int) -> list[Event]:
    """List the last events of one subject, newest first."""
    wanted = select(Event).where(Event.subject_kind == subject_kind, Event.subject_id == subject_id)
    return list(db.session.scalars(wanted.order_by(Event.id.desc()).limit(limit)))
