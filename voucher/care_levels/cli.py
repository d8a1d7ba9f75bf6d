"""Commands of care levels."""

from typing import Any

import click

from voucher import clock
from voucher.access import Actor
from voucher.care_levels import policy
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import grade_residents
from voucher.console import command, group
from voucher.db import transaction
from voucher.periods import local_date, parse_day
from voucher.schemes.queries import get_programme


@command("grade", action=policy.GRADE)
@click.argument("programme")
@click.option("--on", "on_day", help="YYYY-MM-DD")
def grade(*, actor: Actor, programme: str, on_day: str | None) -> dict[str, Any]:
    """按方案评定等级（拟定） · Grade on the scale a programme reads; proposes levels."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    with transaction():
        graded = grade_residents(
            actor=actor, programme=get_programme(programme, on), on=on, now=now
        )
    return {
        "graded": graded.graded,
        "ungraded": graded.ungraded,
        "proposed": graded.proposed,
        "levels": graded.levels,
    }


@command("confirm", action=policy.CONFIRM, grave=True)
@click.argument("programme")
@click.option("--on", "on_day", help="YYYY-MM-DD")
def confirm(*, actor: Actor, programme: str, on_day: str | None) -> dict[str, Any]:
    """确认拟定的等级 · Confirm the proposed levels of the area."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    with transaction():
        confirmed = confirm_levels(
            actor=actor, scale=get_programme(programme, on).scale, on=on, now=now
        )
    return {"confirmed": confirmed}


commands = [grade, group("levels", [confirm], help="等级 · Care levels")]
