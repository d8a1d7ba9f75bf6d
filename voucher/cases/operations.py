"""Opening and deciding cases."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from voucher.access import Actor
from voucher.cases.models import Case, Kind
from voucher.db import count_changed, db


def open_case(
    *,
    actor: Actor,
    kind: Kind,
    question: str,
    subject_kind: str,
    subject_id: int,
    community_id: int | None,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> Case:
    """Ask a person to decide; the same question, open or decided, gives the earlier case."""
    earlier = find_case(kind=kind, question=question)
    if earlier is not None:
        return earlier
    case = Case(
        kind=kind,
        question=question,
        subject_kind=subject_kind,
        subject_id=subject_id,
        community_id=community_id,
        facts=facts or {},
        opened_by=actor.key,
        opened_at=now,
    )
    db.session.add(case)
    db.session.flush()
    return case


def find_case(*, kind: Kind, question: str) -> Case | None:
    """Give the case that asks this question, or None."""
    return db.session.scalar(select(Case).where(Case.kind == kind, Case.question == question))


def decide_case(*, actor: Actor, case_id: int, decision: str, now: datetime) -> bool:
    """Close an open case with the decision of the domain concerned; say whether this call did."""
    decide = (
        update(Case)
        .where(Case.id == case_id, Case.decision.is_(None), Case.opened_by != actor.key)
        .values(decision=decision, decided_by=actor.key, decided_at=now)
    )
    return count_changed(decide) == 1
