"""One case a question, decided once, by somebody else than who asked."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from voucher import clock
from voucher.access import Actor
from voucher.cases.models import Case, Kind
from voucher.cases.operations import decide_case, find_case, open_case
from voucher.db import db, transaction

ASKER = Actor(key="account:1", name="asker", channel="test")
DECIDER = Actor(key="account:2", name="decider", channel="test")


def ask(actor=ASKER, *, kind=Kind.LATE_REVERSAL):
    with transaction():
        return open_case(
            actor=actor,
            kind=kind,
            question="redemption:1",
            subject_kind="redemption",
            subject_id=1,
            community_id=None,
            now=clock.now(),
            facts={"reason": "记错了"},
        ).id


def decide(actor, case_id, decision="reversed"):
    with transaction():
        return decide_case(actor=actor, case_id=case_id, decision=decision, now=clock.now())


def test_the_same_question_is_one_case_open_or_decided(app):
    first = ask()

    assert ask(DECIDER) == first
    decide(DECIDER, first)
    assert ask() == first
    assert ask(kind=Kind.USED_AFTER_DEATH) != first


def test_a_case_is_decided_once_and_not_by_its_asker(app):
    case_id = ask()

    assert decide(ASKER, case_id) is False
    assert decide(DECIDER, case_id) is True
    assert decide(DECIDER, case_id, "refused") is False

    decided = find_case(kind=Kind.LATE_REVERSAL, question="redemption:1")
    assert (decided.decision, decided.decided_by) == ("reversed", "account:2")


def test_a_question_nobody_asked_is_no_case(app):
    assert find_case(kind=Kind.SAME_PERSON, question="redemption:1") is None
    assert decide(DECIDER, 9) is False


def test_the_database_itself_refuses_a_decision_by_the_asker(app):
    ask()

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            update(Case).values(decision="x", decided_by=Case.opened_by, decided_at=clock.now())
        )
