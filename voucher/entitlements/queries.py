"""Who is due what for a period, and why not."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from voucher.access import Actor, within_area
from voucher.care_levels.models import CareLevel
from voucher.care_levels.queries.levels import (
    LevelInForce,
    find_levels_in_force,
    list_present_residents,
)
from voucher.care_levels.queries.proposals import is_open_proposal
from voucher.db import db
from voucher.periods import full_years
from voucher.refusals import N_
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.schemes.queries import GBT
from voucher.schemes.rules.classing import Classed, make_classer
from voucher.schemes.rules.granting import Grant, Granted, make_judge
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Facts, Reason, Words


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
    classify, judge = make_classer(programme), make_judge(programme)
    for row in _list_residents(actor, period_from, community_id, resident_id):
        gbt = gbt_levels.get(row.id)
        facts = Facts(
            age=full_years(row.born_date, period_from),
            situation=tuple(row.situation),
            gbt_level=gbt.level if gbt else "",
        )
        if programme.needs_confirmation:
            level, level_id, reasons = _read_level(levels.get(row.id))
        else:
            level, level_id, reasons = _class(classify, facts)
        granted = judge(level, facts) if level else Granted((), reasons)
        yield Entitlement(
            row.id, row.community_id, level, level_id, granted.grants, granted.why_not
        )


def _read_level(confirmed: LevelInForce | None) -> tuple[str, int | None, tuple[Reason, ...]]:
    if confirmed is None:
        return "", None, (Reason("no_level", {}, N_("没有已确认的等级")),)
    return confirmed.level, confirmed.id, ()


def _class(
    classify: Callable[[Facts], Classed], facts: Facts
) -> tuple[str, int | None, tuple[Reason, ...]]:
    classed = classify(facts)
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


@dataclass(frozen=True, slots=True)
class Preview:
    """What a confirmation would do: by resident the new level; what it leaves out, and why."""

    proposed: Mapping[int, str]
    own: int
    later: int


def preview_confirmation(
    *, actor: Actor, scale: str, on: date, level_ids: tuple[int, ...] | None
) -> Preview:
    """Give what confirming all of a scale, or these of it, would put in force on a day."""
    wanted = (
        select(CareLevel.resident_id, CareLevel.level, CareLevel.graded_by, CareLevel.from_date)
        .join(Resident, Resident.id == CareLevel.resident_id)
        .where(
            CareLevel.scale == scale,
            is_open_proposal(),
            within_area(Resident.community_id, actor),
        )
    )
    if level_ids is not None:
        wanted = wanted.where(CareLevel.id.in_(level_ids))
    rows = db.session.execute(wanted).all()
    others = [row for row in rows if row.graded_by != actor.account_id]
    ready = [row for row in others if row.from_date <= on]
    return Preview(
        proposed={row.resident_id: row.level for row in ready},
        own=len(rows) - len(others),
        later=len(others) - len(ready),
    )


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """A level: how many people are in it and what it may cost a month in fen, then and now."""

    name: Words
    people_before: int
    people_after: int
    fen_before: int
    fen_after: int


def forecast_cost(
    *, actor: Actor, programme: Programme, on: date, proposed: Mapping[int, str]
) -> tuple[ForecastLine, ...]:
    """
    Give what a programme may cost a month in the area, before and after levels are confirmed.

    The cost is what the level grants at most: faces, caps of every use, ceilings.
    """
    now = {
        row: level.level
        for row, level in find_levels_in_force(scale=programme.scale, on=on).items()
    }
    gbt = {row: level.level for row, level in find_levels_in_force(scale=GBT, on=on).items()}
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    fen_before: Counter[str] = Counter()
    fen_after: Counter[str] = Counter()
    judge = make_judge(programme)
    for row in list_present_residents(actor=actor, on=on):
        facts = Facts(full_years(row.born_date, on), tuple(row.situation), gbt.get(row.id, ""))
        for people, fen, level in (
            (before, fen_before, now.get(row.id)),
            (after, fen_after, proposed.get(row.id, now.get(row.id))),
        ):
            if level is not None:
                people[level] += 1
                fen[level] += judge(level, facts).committed_fen
    return tuple(
        ForecastLine(
            level.name,
            before[level.id],
            after[level.id],
            fen_before[level.id],
            fen_after[level.id],
        )
        for level in programme.levels
    )
