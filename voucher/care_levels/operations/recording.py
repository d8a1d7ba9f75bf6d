"""Noting who read people's levels."""

from datetime import datetime

from voucher.access import Actor
from voucher.audit.operations import record_event


def note_levels_read(*, actor: Actor, rows: int, is_export: bool, now: datetime) -> None:
    """Record that somebody read, or took home, a list of people's levels."""
    record_event(
        actor=actor,
        action="care_levels.export" if is_export else "care_levels.read_list",
        subject_kind="list",
        subject_id="care_levels",
        now=now,
        facts={"rows": rows},
    )
