"""Noting who read people's levels."""

from datetime import datetime

from voucher.access import Actor
from voucher.audit.operations import record_event


def note_levels_read(
    *, actor: Actor, rows: int, is_export: bool, now: datetime, of: str = "care_levels"
) -> None:
    """Record that somebody read, or took home, a list of people's levels or appeals."""
    record_event(
        actor=actor,
        action="care_levels.export" if is_export else "care_levels.read_list",
        subject_kind="list",
        subject_id=of,
        now=now,
        facts={"rows": rows},
    )


def note_level_read(*, actor: Actor, public_id: str, what: str, number: int, now: datetime) -> None:
    """Record that somebody read one person's `level` or `appeal`, by its number."""
    record_event(
        actor=actor,
        action=f"care_levels.read_{what}",
        subject_kind="resident",
        subject_id=public_id,
        now=now,
        facts={what: number},
    )
