"""Commands of entitlements."""

from typing import Any

import click

from voucher import clock
from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.console import command
from voucher.db import transaction
from voucher.entitlements import policy
from voucher.entitlements.queries import list_entitlements
from voucher.periods import local_date, parse_day
from voucher.residents.queries import get_resident_by_id_number
from voucher.schemes.queries import get_programme


@command("explain", action=policy.EXPLAIN)
@click.argument("id_number")
@click.argument("programme")
@click.option("--on", "on_day", help="YYYY-MM-DD")
def explain(*, actor: Actor, id_number: str, programme: str, on_day: str | None) -> dict[str, Any]:
    """说明某人应享什么、为什么 · Say what somebody is due on a day, and why or why not."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    with transaction():
        resident = get_resident_by_id_number(actor=actor, id_number=id_number)
        found = next(
            list_entitlements(
                actor=actor,
                programme=get_programme(programme, on),
                period_from=on,
                resident_id=resident.id,
            ),
            None,
        )
        record_event(
            actor=actor,
            action="entitlements.explain",
            subject_kind="resident",
            subject_id=resident.public_id,
            now=now,
        )
    return {
        "resident": resident.public_id,
        "level": found.level if found else "",
        "grants": [
            {
                "item": grant.item,
                "kind": grant.kind.value,
                "value_fen": grant.committed_fen,
                "uses": grant.uses,
                "services": list(grant.services),
                "sample": grant.sample,
            }
            for grant in (found.grants if found else ())
        ],
        "why_not": [reason.as_json() for reason in (found.why_not if found else ())],
    }


commands = [explain]
