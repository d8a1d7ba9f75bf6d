"""Grading proposes levels."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries import (
    find_latest_assessments,
    find_levels_in_force,
    find_present_levels,
    list_present_residents,
)
from voucher.db import db
from voucher.periods import full_years
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import score_points
from voucher.schemes.rules.values import Facts, Reason
from voucher.sealing import unseal


@dataclass(frozen=True, slots=True)
class Graded:
    """How many were graded, how many could not be, and how many fell in each level."""

    graded: int
    ungraded: int
    proposed: int
    levels: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Proposal:
    resident_id: int
    level: str
    reasons: tuple[Reason, ...]
    from_date: date
    assessment_id: int | None


def grade_residents(*, actor: Actor, programme: Programme, on: date, now: datetime) -> Graded:
    """
    Grade everybody of the area on the scale a programme reads, and propose what is new.

    An assessed level holds from the day of the assessment, a class by age or circumstance from
    the first of the month. Scales that need no confirmation are only counted: they are worked out
    again whenever they are needed. What is in force already is not proposed again.
    """
    proposals = list(_propose(actor, programme, on))
    counts = Counter(proposal.level for proposal in proposals if proposal.level)
    present = sum(1 for _ in list_present_residents(actor=actor, on=on))
    fresh = 0
    if programme.needs_confirmation:
        fresh = _write_proposals(actor, programme, [p for p in proposals if p.level], now)
    graded = sum(counts.values())
    levels = {level.id: counts.get(level.id, 0) for level in programme.levels}
    record_event(
        actor=actor,
        action="care_levels.grade",
        subject_kind="programme",
        subject_id=programme.id,
        now=now,
        facts={"on": on.isoformat(), "levels": levels, "proposed": fresh},
    )
    return Graded(graded, present - graded, fresh, levels)


def _propose(actor: Actor, programme: Programme, on: date) -> Iterator[_Proposal]:
    if not programme.has_own_scale:
        yield from _propose_scores(actor, get_instrument(programme.scale), on)
        return
    gbt_levels = find_gbt_levels(actor=actor, on=on)
    for row in list_present_residents(actor=actor, on=on):
        facts = Facts(
            age=full_years(row.born_date, on),
            situation=tuple(row.situation),
            gbt_level=gbt_levels.get(row.id, ""),
        )
        classed = class_resident(programme, facts)
        yield _Proposal(row.id, classed.level, classed.reasons, on.replace(day=1), None)


def find_gbt_levels(*, actor: Actor, on: date) -> dict[int, str]:
    """Give, by resident, the level by GB/T 42195: the confirmed one, else that of the last form."""
    found = {p.resident_id: p.level for p in _propose_scores(actor, get_instrument(GBT), on)}
    confirmed = find_levels_in_force(scale=GBT, on=on)
    return found | {resident: level.level for resident, level in confirmed.items()}


def _propose_scores(actor: Actor, instrument: Instrument, on: date) -> Iterator[_Proposal]:
    present = {row.id for row in list_present_residents(actor=actor, on=on)}
    found = find_latest_assessments(actor=actor, on=on, instrument=instrument.id)
    for resident_id, row in found.items():
        if resident_id in present:
            yield _score(instrument, row)


def _score(instrument: Instrument, row: Any) -> _Proposal:
    diagnoses = unseal(row.diagnoses_sealed, column="assessments.diagnoses", row=row.public_id)
    result = score_points(
        instrument=instrument,
        points=tuple(row.points[item.id] for item in instrument.items),
        diagnoses=tuple(diagnoses.split()),
        event_count=sum(row.events.values()),
        coma=row.coma,
    )
    return _Proposal(row.resident_id, result.level, result.reasons, row.assessed_date, row.id)


def _write_proposals(
    actor: Actor, programme: Programme, proposals: list[_Proposal], now: datetime
) -> int:
    present = find_present_levels(scale=programme.scale)
    fresh = [p for p in proposals if not _is_known(present.get(p.resident_id), p)]
    if not fresh:
        return 0
    scale = programme if programme.has_own_scale else get_instrument(programme.scale)
    version_id = freeze_scheme(scheme=scale, now=now)
    stale = [
        present[p.resident_id].id
        for p in fresh
        if p.resident_id in present and present[p.resident_id].state == LevelState.PROPOSED
    ]
    if stale:
        db.session.execute(delete(CareLevel).where(CareLevel.id.in_(stale)))
    db.session.execute(
        insert(CareLevel),
        [_as_row(actor, programme.scale, version_id, proposal, now) for proposal in fresh],
    )
    return len(fresh)


def _is_known(known: CareLevel | None, proposal: _Proposal) -> bool:
    if known is None or known.from_date > proposal.from_date:
        return known is not None
    return known.level == proposal.level and known.assessment_id == proposal.assessment_id


def _as_row(
    actor: Actor, scale: str, version_id: int, proposal: _Proposal, now: datetime
) -> dict[str, Any]:
    return {
        "resident_id": proposal.resident_id,
        "scale": scale,
        "scheme_version_id": version_id,
        "assessment_id": proposal.assessment_id,
        "level": proposal.level,
        "reasons": [reason.as_json() for reason in proposal.reasons],
        "from_date": proposal.from_date,
        "state": LevelState.PROPOSED,
        "graded_by": actor.account_id,
        "graded_at": now,
    }
