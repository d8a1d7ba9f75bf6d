"""Reading events: whoever may see one may see all."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select

from voucher.audit.models import Event, Seal
from voucher.db import db
from voucher.listing import Slice, Wanted, take_slice
from voucher.periods import parse_day, start_of_day
from voucher.refusals import N_, NotFound


def list_events(*, wanted: Wanted) -> Slice[Any]:
    """
    List events with the numbers of their seals, newest first.

    Filters: action (how it begins), actor (part of a name, or a key), subject_kind, subject_id, and
    the days from and to, both counted in.

    :raises BadInput: date.
    """
    query: Any = (
        select(Event, Seal.number)
        .outerjoin(Seal, Seal.event_id == Event.id)
        .order_by(Event.id.desc())
    )
    query = _filter(query, wanted)
    return take_slice(
        query, wanted=wanted, sorts={"at": Event.id.expression}, last=Event.id.expression
    )


def get_event(*, event_id: int) -> tuple[Event, Seal | None]:
    """
    Give an event with its seal, None while it is not sealed yet.

    :raises NotFound: event_unknown.
    """
    event = db.session.get(Event, event_id)
    if event is None:
        raise NotFound("event_unknown", N_("没有这条审计记录"))
    return event, db.session.scalar(select(Seal).where(Seal.event_id == event_id))


def _filter(query: Any, wanted: Wanted) -> Any:
    if wanted["action"]:
        query = query.where(Event.action.startswith(wanted["action"], autoescape=True))
    if actor := wanted["actor"]:
        is_named = Event.actor_name.contains(actor, autoescape=True)
        query = query.where(or_(is_named, Event.actor_key == actor))
    if wanted["subject_kind"]:
        query = query.where(Event.subject_kind == wanted["subject_kind"])
    if wanted["subject_id"]:
        query = query.where(Event.subject_id == wanted["subject_id"])
    if wanted["from"]:
        query = query.where(Event.happened_at >= start_of_day(_parse_day(wanted["from"])))
    if wanted["to"]:
        day_after = _parse_day(wanted["to"]) + timedelta(days=1)
        query = query.where(Event.happened_at < start_of_day(day_after))
    return query


def _parse_day(text: str) -> date:
    day = parse_day(text)
    # Days so far off have no day before or after them.
    return min(max(day, date(1900, 1, 1)), date(9000, 1, 1))


def list_events_about(*, subject_kind: str, subject_id: str, limit: int) -> list[Event]:
    """List the last events of one subject, newest first."""
    wanted = select(Event).where(Event.subject_kind == subject_kind, Event.subject_id == subject_id)
    return list(db.session.scalars(wanted.order_by(Event.id.desc()).limit(limit)))


def count_unsealed_events() -> int:
    """Count the committed events no seal covers yet; the worker seals them within a second."""
    sealed = exists().where(Seal.event_id == Event.id)
    return db.session.scalar(select(func.count(Event.id)).where(~sealed)) or 0


def count_events(*, since: datetime) -> int:
    """Count the events since an instant."""
    return db.session.scalar(select(func.count(Event.id)).where(Event.happened_at >= since)) or 0
