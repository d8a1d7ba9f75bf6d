"""Opening and deciding cases."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from voucher.access import Actor, self_approve
from voucher.cases.models import Case, Kind
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal


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


def find_open_case(*, kind: Kind, subject_id: int) -> Case | None:
    """Give the open case of a kind about a subject, or None."""
    return db.session.scalar(
        select(Case).where(
            Case.kind == kind, Case.subject_id == subject_id, Case.decision.is_(None)
        )
    )


def number_question(question: str, *, kind: Kind, subject_id: int) -> str:
    """Give the question as it is asked this time: what was declined once may be asked again."""
    before = db.session.scalar(
        select(func.count()).where(Case.kind == kind, Case.subject_id == subject_id)
    )
    return f"{question}:{before}" if before else question


def decide_case(*, actor: Actor, case_id: int, decision: str, now: datetime) -> bool:
    """Close an open case with the decision of the domain concerned; say whether this call did."""
    decide = (
        update(Case)
        .where(Case.id == case_id, Case.decision.is_(None), Case.opened_by != actor.key)
        .values(decision=decision, decided_by=actor.key, decided_at=now)
    )
    return count_changed(decide) == 1


def close_case(*, actor: Actor, case_id: int, decision: str, now: datetime) -> None:
    """
    Close an open case, or say why not: of two who decide at once, one wins.

    :raises Refusal: case_decided. :raises NotAllowed: self_approve, for who opened it.
    """
    if decide_case(actor=actor, case_id=case_id, decision=decision, now=now):
        return
    if db.session.scalar(select(Case.decision).where(Case.id == case_id)) is None:
        raise self_approve()
    raise Refusal("case_decided", N_("这个案件已经有人处理过了"))
