"""Reading a roster for a simulation: columns only, each table once; nothing is written."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.care_levels.models import CareLevel, LevelState
from voucher.db import db
from voucher.divisions.models import Division, Level
from voucher.divisions.queries import get_installation
from voucher.entitlements.queries import is_due_on_roster
from voucher.periods import full_years, next_month
from voucher.refusals import N_, BadInput
from voucher.reports.rules.cells import Place
from voucher.reports.rules.judging import LevelsFrom, choose_levels, make_due_judge
from voucher.reports.rules.simulating import Person, Roster, Simulation, simulate_roster
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT, list_adopted_schemes, list_bundled_schemes
from voucher.schemes.rules.issuing import CURRENCY
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Facts

MONTHS_AHEAD = 12


def list_months(*, today: date) -> list[date]:
    """List the first days of the months that can be simulated: this one and the coming ones."""
    months = [today.replace(day=1)]
    for _ in range(MONTHS_AHEAD):
        months.append(next_month(months[-1]))
    return months


def check_month(month: date, *, today: date) -> None:
    """
    Make sure that a roster of this month can be known today.

    :raises BadInput: simulation_month.
    """
    months = list_months(today=today)
    if month not in months:
        raise BadInput(
            "simulation_month",
            N_("只能测算 %(first)s 至 %(last)s 的月份"),
            first=f"{months[0]:%Y-%m}",
            last=f"{months[-1]:%Y-%m}",
        )


def is_adopted(programme: Programme) -> bool:
    """Tell whether a programme stands, word for word, among those in force here."""
    own = (scheme for scheme, _ in list_adopted_schemes())
    return programme.digest in {scheme.digest for scheme in (*list_bundled_schemes(), *own)}


def list_places(*, actor: Actor) -> dict[int, Place]:
    """Give the communities of the area by code, also those that are no more: people live there."""
    street = aliased(Division)
    rows = db.session.execute(
        select(Division.id, Division.code, street.name, Division.name)
        .join(street, street.id == Division.parent_id)
        .where(Division.level == Level.COMMUNITY, within_area(Division.id, actor))
        .order_by(Division.code)
    )
    return {community_id: Place(*names) for community_id, *names in rows}


def simulate(
    *,
    actor: Actor,
    programmes: Sequence[Programme],
    on: date,
    community_id: int | None,
    counts_proposed: bool,
) -> Simulation:
    """
    Work out what the area's residents of a month would be due by one programme or two.

    Who is on the roster, and how old, is as of the month's first day, as for an issue run. With
    `counts_proposed` levels count as if all that is proposed by that day were confirmed.

    :raises BadInput: simulation_currency.
    """
    for programme in programmes:
        _check_currency(programme)
    sources = [
        choose_levels(
            programme=programme,
            is_adopted=is_adopted(programme),
            counts_proposed=counts_proposed,
        )
        for programme in programmes
    ]
    scope = _stands_within(actor, on, community_id)
    # Conditions may look at one scale whatever scale the programme reads.
    general = LevelsFrom.PROPOSED if counts_proposed else LevelsFrom.CONFIRMED
    scales = zip((GBT, *(p.scale for p in programmes)), (general, *sources), strict=True)
    levels = _read_levels(list(scales), on, scope)
    return simulate_roster(
        people=_count_people(scope, on, levels),
        programmes=[
            (programme, source, make_due_judge(programme=programme, levels_from=source))
            for programme, source in zip(programmes, sources, strict=True)
        ],
        district_code=get_installation().district_code,
    )


def _check_currency(programme: Programme) -> None:
    """Refuse what is not paid in yuan: sums of two currencies say nothing."""
    if programme.currency != CURRENCY:
        raise BadInput(
            "simulation_currency",
            N_("只能测算人民币的方案，这一份的货币是 %(currency)s"),
            currency=programme.currency,
        )


def _stands_within(actor: Actor, on: date, community_id: int | None) -> ColumnElement[bool]:
    within = and_(within_area(Resident.community_id, actor), is_due_on_roster(on))
    return within if community_id is None else and_(within, Resident.community_id == community_id)


def _read_levels(
    wanted: Sequence[tuple[str, LevelsFrom]], on: date, scope: ColumnElement[bool]
) -> list[Mapping[int, str]]:
    """Give, for each scale, the level of each resident who has one on the day."""
    found = {one: _read_scale(*one, on, scope) for one in dict.fromkeys(wanted)}
    return [found[one] for one in wanted]


def _read_scale(
    scale: str, source: LevelsFrom, on: date, scope: ColumnElement[bool]
) -> Mapping[int, str]:
    if source is LevelsFrom.OWN_RULES:
        return {}
    states = [LevelState.CONFIRMED]
    if source is LevelsFrom.PROPOSED:
        states.append(LevelState.PROPOSED)
    rows = db.session.execute(
        select(CareLevel.resident_id, CareLevel.level)
        .join(Resident, Resident.id == CareLevel.resident_id)
        .where(
            scope,
            CareLevel.scale == scale,
            CareLevel.state.in_(states),
            CareLevel.from_date <= on,
            or_(CareLevel.to_date.is_(None), CareLevel.to_date > on),
        )
        # Proposals last, so that they win the place in the mapping.
        .order_by(CareLevel.state)
    )
    return {row.resident_id: row.level for row in rows}


def _count_people(
    scope: ColumnElement[bool], on: date, levels: Sequence[Mapping[int, str]]
) -> Roster:
    # The situation stays text until people are counted: it is parsed once for each that occurs.
    rows = db.session.execute(
        select(
            Resident.id, Resident.community_id, Resident.born_date, cast(Resident.situation, Text)
        ).where(scope)
    )
    ages: dict[date, int] = {}
    counted: dict[tuple[Any, ...], dict[int, int]] = {}
    for resident_id, community_id, born, situation in rows:
        age = ages.get(born)
        if age is None:
            age = ages[born] = full_years(born, on)
        alike = (age, situation, *[of.get(resident_id, "") for of in levels])
        places = counted.setdefault(alike, {})
        places[community_id] = places.get(community_id, 0) + 1
    return {_describe(*alike): places for alike, places in counted.items()}


def _describe(age: int, situation: str, gbt_level: str, *levels: str) -> Person:
    facts = Facts(age=age, situation=tuple(json.loads(situation)), gbt_level=gbt_level)
    return Person(facts, levels)
