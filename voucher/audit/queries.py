"""Reading events."""

from datetime import datetime

from sqlalchemy import exists, func, select

from voucher.audit.models import Event, Seal
from voucher.db import db


def count_unsealed_events() -> int:
    """Count the committed events no seal covers yet; the worker seals them within a second."""
    sealed = exists().where(Seal.event_id == Event.id)
    return db.session.scalar(select(func.count(Event.id)).where(~sealed)) or 0


def count_events(*, since: datetime) -> int:
    """Count the events since an instant."""
    return db.session.scalar(select(func.count(Event.id)).where(Event.happened_at >= since)) or 0
