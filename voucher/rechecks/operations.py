"""Drawing a share of the assessments, and writing what the second pair found."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN as FIRST_DIAGNOSES_COLUMN
from voucher.assessments.rules.answering import Given
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.divisions.models import Division
from voucher.divisions.operations import hold_the_door
from voucher.rechecks.models import Recheck, RecheckDraw
from voucher.rechecks.queries import DIAGNOSES_COLUMN, Candidates, get_recheck, list_candidates
from voucher.rechecks.rules.drawing import choose_sample
from voucher.rechecks.rules.second import SecondAnswers
from voucher.refusals import N_, Refusal
from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.scoring import score_points
from voucher.sealing import seal, unseal


def draw_rechecks(*, actor: Actor, wanted: Candidates, percent: int, now: datetime) -> int:
    """
    Draw a share of the assessments of the area to be made again; give the draw's number.

    The seed is made here and kept, so that the draw can be repeated and not be chosen.

    :raises Refusal: nothing_to_draw.
    """
    hold_the_door()
    found = {row.public_id: row for row in list_candidates(actor=actor, wanted=wanted)}
    if not found:
        raise Refusal("nothing_to_draw", N_("这个范围内没有可抽查的评估，或都已抽过"))
    seed = secrets.token_hex(16)
    chosen = choose_sample(seed=seed, keys=found, percent=percent)
    draw = RecheckDraw(
        scheme=wanted.scheme,
        period_from=wanted.period_from,
        period_to=wanted.period_to,
        division_id=_find_division(wanted.place),
        percent=percent,
        seed=seed,
        candidates=len(found),
        drawn=len(chosen),
        made_by=actor.account_id,
        made_at=now,
    )
    db.session.add(draw)
    db.session.flush()
    db.session.execute(insert(Recheck), [_as_member(draw.id, found[key]) for key in chosen])
    record_event(
        actor=actor,
        action="rechecks.draw",
        subject_kind="draw",
        subject_id=draw.id,
        now=now,
        facts={"percent": percent, "candidates": len(found), "drawn": len(chosen), "seed": seed},
    )
    return draw.id


def _as_member(draw_id: int, first: Any) -> dict[str, Any]:
    return {
        "public_id": secrets.token_hex(8),
        "draw_id": draw_id,
        "assessment_id": first.id,
        "first_assessor_1": first.assessor_1,
        "first_assessor_2": first.assessor_2,
    }


def _find_division(code: str) -> int | None:
    if not code:
        return None
    present = select(Division.id).where(Division.code == code, Division.to_date.is_(None))
    return db.session.scalar(present)


def record_recheck(*, actor: Actor, public_id: str, second: SecondAnswers, now: datetime) -> None:
    """
    Write what another pair found, once; the level stays what it was.

    :raises NotFound: recheck_unknown.
    :raises Refusal: departed_already, first_assessor, recheck_recorded.
    """
    row = get_recheck(actor=actor, public_id=public_id)
    if row.Resident.departed_date is not None:
        raise Refusal("departed_already", N_("此人已登记离开，不能再评估"))
    _refuse_first_pair(row.Recheck, second)
    instrument = get_instrument(row.scheme, row.version)
    write = (
        update(Recheck)
        .where(Recheck.id == row.Recheck.id, Recheck.recorded_at.is_(None))
        .values(
            **_describe(public_id, second),
            first_level=_score_first(instrument, row.Assessment),
            level=_score(instrument, second.given),
            recorded_at=now,
            recorded_by=actor.account_id,
        )
    )
    if count_changed(write) != 1:
        raise Refusal("recheck_recorded", N_("这项复评已经有人录入，不能再改"))
    record_event(
        actor=actor,
        action="rechecks.record",
        subject_kind="resident",
        subject_id=row.Resident.public_id,
        now=now,
        facts={"recheck": public_id, "draw": row.Recheck.draw_id},
    )


def _refuse_first_pair(recheck: Recheck, second: SecondAnswers) -> None:
    first = {recheck.first_assessor_1, recheck.first_assessor_2}
    for name in second.assessors:
        if name in first:
            raise Refusal(
                "first_assessor", N_("%(name)s 参加过首评，复评须换两名评估员"), name=name
            )


def _describe(public_id: str, second: SecondAnswers) -> dict[str, object]:
    given = second.given
    return {
        "assessed_date": second.assessed_date,
        "assessor_1": second.assessors[0],
        "assessor_2": second.assessors[1],
        "points": given.points,
        "options": given.options,
        "diagnoses_sealed": seal(" ".join(given.diagnoses), column=DIAGNOSES_COLUMN, row=public_id),
        "events": given.events,
        "coma": given.coma,
    }


def _score(instrument: Instrument, given: Given) -> str:
    return score_points(
        instrument=instrument,
        points=tuple(given.points[item.id] for item in instrument.items),
        diagnoses=given.diagnoses,
        event_count=sum(given.events.values()),
        coma=given.coma,
    ).level


def _score_first(instrument: Instrument, first: Assessment) -> str:
    sealed = unseal(first.diagnoses_sealed, column=FIRST_DIAGNOSES_COLUMN, row=first.public_id)
    return score_points(
        instrument=instrument,
        points=tuple(first.points[item.id] for item in instrument.items),
        diagnoses=tuple(sealed.split()),
        event_count=sum(first.events.values()),
        coma=first.coma,
    ).level
