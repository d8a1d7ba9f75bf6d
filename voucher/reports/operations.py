"""The trace a simulation leaves."""

from datetime import date, datetime

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.reports.rules.simulating import Simulation


def note_simulation(
    *, actor: Actor, simulation: Simulation, month: date, is_export: bool, now: datetime
) -> None:
    """Record that somebody read, or took home, the levels of many people as counts."""
    record_event(
        actor=actor,
        action="reports.simulate",
        subject_kind="programme",
        subject_id=simulation.outcomes[0].programme.id,
        now=now,
        facts={
            "programmes": [
                f"{one.programme.id} v{one.programme.version} {one.programme.digest[:12]}"
                for one in simulation.outcomes
            ],
            "month": f"{month:%Y-%m}",
            "residents": simulation.residents,
            "is_export": is_export,
        },
    )
