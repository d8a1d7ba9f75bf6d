"""Grading proposes levels: a whole district in one pass, batch by batch."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Table, delete

from voucher.access import Actor
from voucher.assessments.queries.latest import LatestAnswers, stream_latest_assessments
from voucher.audit.operations import record_event
from voucher.care_levels.models import CareLevel, LevelState
from voucher.care_levels.queries.levels import (
    count_present_residents,
    find_levels_in_force,
    find_present_levels,
    stream_present_residents,
)
from voucher.care_levels.queries.proposals import find_rejected
from voucher.db import bind_values, db, insert_rows
from voucher.divisions.operations import hold_the_door
from voucher.periods import full_years
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument, get_scale
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import score_rows
from voucher.schemes.rules.values import Facts, Reason

_LEVELS: Table = CareLevel.__table__  # type: ignore[assignment]
_WRITTEN = (
    "resident_id",
    "scheme_version_id",
    "assessment_id",
    "level",
    "reasons",
    "from_date",
    "state",
    "scale",
    "graded_by",
    "graded_at",
)


@dataclass(frozen=True, slots=True)
class Graded:
    """How many were graded, how many could not be, and how many fell in each level."""

    graded: int
    ungraded: int
    proposed: int
    levels: dict[str, int] = field(default_factory=dict)


class _Proposal(NamedTuple):
    resident_id: int
    version: int
    level: str
    reasons: tuple[Reason, ...]
    from_date: date
    assessment_id: int | None


def grade_residents(*, actor: Actor, programme: Programme, on: date, now: datetime) -> Graded:
    """
    Grade everybody of the area on the scale a programme reads, and propose what is new.

    An assessed level holds from the day of the assessment, a class by age or circumstance from
    the first of the month. Answers are scored by the version of the instrument they were given
    to. Scales that need no confirmation are only counted: they are worked out again whenever they
    are needed. What is in force already is not proposed again.
    """
    # Two at once would propose the same: the second waits, and finds nothing left to propose.
    hold_the_door()
    writer = _Writer(actor, programme.scale, now) if programme.needs_confirmation else None
    counts: Counter[str] = Counter()
    for batch in _propose(actor, programme, on):
        counts.update(proposal.level for proposal in batch)
        if writer:
            writer.write([proposal for proposal in batch if proposal.level])
    del counts[""]
    graded = counts.total()
    levels = {level.id: counts[level.id] for level in programme.levels}
    fresh = writer.written if writer else 0
    record_event(
        actor=actor,
        action="care_levels.grade",
        subject_kind="programme",
        subject_id=programme.id,
        now=now,
        facts={"on": on.isoformat(), "levels": levels, "proposed": fresh},
    )
    present = count_present_residents(actor=actor, on=on)
    return Graded(graded, present - graded, fresh, levels)


def _propose(actor: Actor, programme: Programme, on: date) -> Iterator[list[_Proposal]]:
    if programme.has_own_scale:
        return _propose_classes(actor, programme, on)
    return _propose_scores(actor, programme.scale, on)


def _propose_classes(actor: Actor, programme: Programme, on: date) -> Iterator[list[_Proposal]]:
    reads_gbt = any("gbt_level" in rule.when.names for rule in programme.classes)
    gbt_levels = find_gbt_levels(actor=actor, on=on) if reads_gbt else {}
    month, version = on.replace(day=1), programme.version
    # Few different people live in a district, as far as the rules can see.
    find_age = cache(lambda born: full_years(born, on))
    judge = cache(
        lambda age, situation, gbt: class_resident(
            programme, Facts(age, tuple(json.loads(situation)), gbt)
        )
    )
    for batch in stream_present_residents(actor=actor, on=on):
        proposals = []
        for resident_id, born, situation in batch:
            classed = judge(find_age(born), situation, gbt_levels.get(resident_id, ""))
            proposals.append(
                _Proposal(resident_id, version, classed.level, classed.reasons, month, None)
            )
        yield proposals


def find_gbt_levels(*, actor: Actor, on: date) -> dict[int, str]:
    """Give, by resident, the level by GB/T 42195: the confirmed one, else that of the last form."""
    found: dict[int, str] = {}
    for answers in stream_latest_assessments(actor=actor, on=on, instrument=GBT):
        levels = (level for _, _, level, _ in _score(GBT, answers))
        found.update(zip(answers.resident_ids, levels, strict=True))
    confirmed = find_levels_in_force(scale=GBT, on=on)
    return found | {resident: level.level for resident, level in confirmed.items()}


def _propose_scores(actor: Actor, scale: str, on: date) -> Iterator[list[_Proposal]]:
    for answers in stream_latest_assessments(actor=actor, on=on, instrument=scale):
        rows = zip(
            answers.resident_ids, answers.days, answers.ids, _score(scale, answers), strict=True
        )
        yield [
            _Proposal(resident_id, answers.version, level, reasons, day, assessment_id)
            for resident_id, day, assessment_id, (_, _, level, reasons) in rows
        ]


def _score(
    scale: str, answers: LatestAnswers
) -> Iterator[tuple[int, str, str, tuple[Reason, ...]]]:
    instrument = get_instrument(scale, answers.version)
    return score_rows(instrument=instrument, rows=answers.open(instrument))


class _Writer:
    """Writes what is new among proposals on one scale."""

    def __init__(self, actor: Actor, scale: str, now: datetime) -> None:
        self.written = 0
        self._present = find_present_levels(scale=scale)
        self._rejected = find_rejected(scale=scale)
        self._freeze = cache(
            lambda version: freeze_scheme(scheme=get_scale(scale=scale, version=version), now=now)
        )
        self._bind_day = cache(bind_values(_LEVELS.c.from_date))
        self._bind_reasons = bind_values(_LEVELS.c.reasons)
        # Equal reasons are mostly one value; it is kept beside its text, so that it stays the one.
        self._texts: dict[int, tuple[tuple[Reason, ...], Any]] = {}
        graded_at = bind_values(_LEVELS.c.graded_at)(now)
        self._same = (LevelState.PROPOSED.value, scale, actor.account_id, graded_at)

    def write(self, proposals: Sequence[_Proposal]) -> None:
        """Propose what is neither known, older than what is, nor rejected; replace what waits."""
        fresh = [
            p
            for p in proposals
            if not _is_known(self._present.get(p.resident_id), p)
            and (p.resident_id, p.assessment_id, p.level) not in self._rejected
        ]
        self._delete_replaced(fresh)
        insert_rows(
            table=_LEVELS, columns=_WRITTEN, rows=[self._as_row(proposal) for proposal in fresh]
        )
        self.written += len(fresh)

    def _delete_replaced(self, fresh: Sequence[_Proposal]) -> None:
        found = (self._present.get(proposal.resident_id) for proposal in fresh)
        stale = [row.id for row in found if row and row.state == LevelState.PROPOSED]
        if stale:
            is_stale = CareLevel.id.in_(stale) & (CareLevel.state == LevelState.PROPOSED)
            db.session.execute(
                delete(CareLevel).where(is_stale).execution_options(synchronize_session=False)
            )

    def _as_row(self, proposal: _Proposal) -> tuple[Any, ...]:
        resident_id, version, level, reasons, from_date, assessment_id = proposal
        return (
            resident_id,
            self._freeze(version),
            assessment_id,
            level,
            self._word(reasons),
            self._bind_day(from_date),
            *self._same,
        )

    def _word(self, reasons: tuple[Reason, ...]) -> Any:
        if found := self._texts.get(id(reasons)):
            return found[1]
        text = self._bind_reasons([reason.as_json() for reason in reasons])
        self._texts[id(reasons)] = (reasons, text)
        return text


def _is_known(known: Any, proposal: _Proposal) -> bool:
    if known is None or known.from_date > proposal.from_date:
        return known is not None
    return bool(known.level == proposal.level and known.assessment_id == proposal.assessment_id)
