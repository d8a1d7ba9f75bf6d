"""Who is due what for a period, and why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from voucher.access import Actor, within_area
from voucher.care_levels.queries import LevelInForce, find_levels_in_force
from voucher.db import db
from voucher.periods import full_years
from voucher.refusals import N_
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.schemes.queries import GBT
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.granting import Grant, judge_grants
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Facts, Reason


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one resident is due for one period; without grants, `why_not` says the reasons."""

    resident_id: int
    community_id: int
    level: str
    care_level_id: int | None
    grants: tuple[Grant, ...]
    why_not: tuple[Reason, ...]


def list_entitlements(
    *,
    actor: Actor,
    programme: Programme,
    period_from: date,
    community_id: int | None = None,
    resident_id: int | None = None,
) -> Iterator[Entitlement]:
    """
    Work out what everybody of the area present on the period's first day is due; never the dead.

    Age, circumstance and level are those of that day; only confirmed levels count where the
    programme asks for confirmation.
    """
    levels = find_levels_in_force(scale=programme.scale, on=period_from, resident_id=resident_id)
    gbt_levels = find_levels_in_force(scale=GBT, on=period_from, resident_id=resident_id)
    for row in _list_residents(actor, period_from, community_id, resident_id):
        gbt = gbt_levels.get(row.id)
        facts = Facts(
            age=full_years(row.born_date, period_from),
            situation=tuple(row.situation),
            gbt_level=gbt.level if gbt else "",
        )
        yield _judge(programme, row, facts, levels.get(row.id))


def _judge(
    programme: Programme, row: Any, facts: Facts, confirmed: LevelInForce | None
) -> Entitlement:
    level, level_id, reasons = _find_level(programme, facts, confirmed)
    if not level:
        return Entitlement(row.id, row.community_id, "", None, (), reasons)
    granted = judge_grants(programme, level, facts)
    return Entitlement(row.id, row.community_id, level, level_id, granted.grants, granted.why_not)


def _find_level(
    programme: Programme, facts: Facts, confirmed: LevelInForce | None
) -> tuple[str, int | None, tuple[Reason, ...]]:
    if programme.needs_confirmation:
        if confirmed is None:
            return "", None, (Reason("no_level", {}, N_("没有已确认的等级")),)
        return confirmed.level, confirmed.id, ()
    classed = class_resident(programme, facts)
    return classed.level, None, classed.reasons


def _list_residents(
    actor: Actor, on: date, community_id: int | None, resident_id: int | None
) -> Iterator[Any]:
    wanted = select(
        Resident.id, Resident.community_id, Resident.born_date, Resident.situation
    ).where(
        within_area(Resident.community_id, actor),
        or_(
            Resident.departed_date.is_(None),
            # Whoever moved out later in the month keeps it; the dead get no more paper at all.
            and_(Resident.departed_date > on, Resident.departure != Departure.DIED),
        ),
    )
    if community_id is not None:
        wanted = wanted.where(Resident.community_id == community_id)
    if resident_id is not None:
        wanted = wanted.where(Resident.id == resident_id)
    yield from db.session.execute(wanted.order_by(Resident.id))
