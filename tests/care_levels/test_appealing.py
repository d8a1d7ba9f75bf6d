"""An appeal: in time, two other assessors, another approver; the level stays in force meanwhile."""

import threading
from datetime import date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.care_levels.factories import (
    NATIONAL,
    OTHER_PAIR,
    assess,
    confirm,
    grade,
    list_levels,
)
from tests.refusing import refuse
from tests.shops.factories import make_person
from tests.vouchers.factories import Town, add_resident, make_town
from voucher.access import Actor, NotAllowed, Role
from voucher.care_levels.models import Appeal, CareLevel
from voucher.care_levels.operations.appealing import (
    assess_appeal,
    register_appeal,
    withdraw_appeal,
)
from voucher.care_levels.operations.deciding import decide_appeal
from voucher.care_levels.queries.appeals import count_open_appeals, list_appealable_levels
from voucher.care_levels.queries.levels import find_levels_in_force
from voucher.care_levels.rules import AppealState, AppealWish, Outcome, Relation
from voucher.config import Deadlines
from voucher.db import db, transaction
from voucher.periods import CHINA
from voucher.refusals import BadInput, NotFound, Refusal
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT

DAY = date(2026, 11, 1)
TERMS = Deadlines(appeal_days=30, decision_days=20)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


# Confirmed on 5 November in China, though it was still the 4th in London.
CONFIRMED = date(2026, 11, 5)
LAST_DAY = date(2026, 12, 5)


@pytest.fixture
def town(app) -> Town:
    """Give a town with one woman of level 2, assessed by the first pair, confirmed."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    assess(town.worker, on=DAY, lost=30)
    grade(town.worker, on=DAY, programme=NATIONAL)
    confirm(town.approver, on=DAY, scale=GBT)
    with transaction():
        db.session.execute(update(CareLevel).values(confirmed_at=at(CONFIRMED, 0)))
    return town


@pytest.fixture
def decider(town) -> Actor:
    """Give an approver who had nothing to do with it."""
    return make_person("decider", Role.APPROVER)


def wish(**changes):
    values = {
        "level_id": 1,
        "appellant": "王强",
        "relation": Relation.CHILD,
        "appealed_date": date(2026, 12, 1),
        "reason": "母亲夜里需要人扶",
        "late_reason": "",
    }
    return AppealWish(**values | changes)


def register(actor, *, now=None, **changes):
    with transaction():
        return register_appeal(
            actor=actor,
            public_id="resident00000001",
            wish=wish(**changes),
            deadlines=TERMS,
            now=now or at(date(2026, 12, 10)),
        )


def tie(actor, assessment, *, appeal_id=1):
    with transaction():
        assess_appeal(
            actor=actor, appeal_id=appeal_id, assessment=assessment, now=at(date(2026, 12, 11))
        )


def decide(actor, outcome=Outcome.CHANGED):
    with transaction():
        return decide_appeal(
            actor=actor,
            appeal_id=1,
            outcome=outcome,
            reason="复评一致",
            now=at(date(2026, 12, 12)),
        )


def withdraw(actor):
    with transaction():
        withdraw_appeal(actor=actor, appeal_id=1, reason="本人撤回", now=at(date(2026, 12, 12)))


def reassess(town, *, on=date(2026, 12, 8), lost=50, assessors=OTHER_PAIR):
    return assess(town.worker, on=on, lost=lost, assessors=assessors)


def depart():
    with transaction():
        db.session.execute(
            update(Resident).values(departed_date=date(2026, 12, 1), departure="died")
        )


def get_appeal_row():
    db.session.rollback()
    return db.session.scalars(select(Appeal)).one()


def test_an_appeal_goes_over_another_pair_to_another_approver_and_changes_the_level(town, decider):
    register(town.worker)
    assert get_appeal_row().due_date == date(2026, 12, 21)
    assert count_open_appeals(actor=town.approver) == 1
    tie(town.worker, reassess(town))

    assert decide(decider) == 2

    appeal = get_appeal_row()
    assert (appeal.state, appeal.outcome, appeal.new_level_id) == ("decided", "changed", 2)
    assert list_levels() == [
        ("2", "confirmed", DAY, date(2026, 12, 8)),
        ("3", "confirmed", date(2026, 12, 8), None),
    ]
    new = db.session.get_one(CareLevel, 2)
    assert (new.graded_by, new.confirmed_by) == (town.worker.account_id, decider.account_id)
    assert count_open_appeals(actor=town.approver) == 0


def test_a_level_upheld_stays_and_the_new_assessment_is_not_proposed_again(town, decider):
    register(town.worker)
    tie(town.worker, reassess(town))

    assert decide(decider, Outcome.UPHELD) is None

    assert [row[:2] for row in list_levels()] == [("2", "confirmed"), ("3", "rejected")]
    assert grade(town.worker, on=date(2026, 12, 13), programme=NATIONAL).proposed == 0


def test_the_level_stays_in_force_while_the_appeal_runs(town, decider):
    register(town.worker)
    tie(town.worker, reassess(town))
    grade(town.worker, on=date(2026, 12, 9), programme=NATIONAL)

    assert confirm(decider, on=date(2026, 12, 9), scale=GBT) == 0
    assert find_levels_in_force(scale=GBT, on=date(2026, 12, 9))[1].level == "2"

    # What grading proposed of the same assessment meanwhile gives way to the decision.
    decide(decider)
    assert [row[:2] for row in list_levels()] == [("2", "confirmed"), ("3", "confirmed")]


def test_the_last_day_counts_and_the_day_after_needs_a_reason(town):
    refuse("appeal_late", register, town.worker, appealed_date=date(2026, 12, 6))

    assert register(town.worker, appealed_date=LAST_DAY, late_reason="不需要") == 1
    assert get_appeal_row().late_reason is None
    withdraw(town.worker)

    assert register(town.worker, appealed_date=date(2026, 12, 6), late_reason="当时住院") == 2


def test_an_appeal_lies_between_the_confirmation_and_today(town):
    refuse("appeal_day", register, town.worker, kind=BadInput, appealed_date=date(2026, 11, 4))
    # Still 10 December in London, the 11th in China.
    late_evening = at(date(2026, 12, 11), 0)
    register(
        town.worker,
        appealed_date=date(2026, 12, 11),
        late_reason="住院",
        now=late_evening,
    )
    withdraw(town.worker)
    refuse(
        "appeal_day",
        register,
        town.worker,
        kind=BadInput,
        appealed_date=date(2026, 12, 12),
        now=late_evening,
    )


def test_what_cannot_be_appealed_against_is_refused(town):
    refuse("level_unknown", register, town.worker, kind=NotFound, level_id=9)
    elsewhere = make_person("elsewhere", area="狮子山街道")
    refuse("resident_unknown", register, elsewhere, kind=NotFound)
    grade(town.worker, on=DAY)
    refuse("level_not_in_force", register, town.worker, level_id=2)
    confirm(town.approver, on=DAY)
    refuse("level_not_assessed", register, town.worker, level_id=2)
    assert [row.CareLevel.id for row in list_appealable_levels(resident_id=1)] == [1]
    register(town.worker)
    refuse("appeal_exists", register, town.worker)
    assert [row.appeal for row in list_appealable_levels(resident_id=1)] == [1]


def test_nobody_appeals_or_decides_for_who_is_gone(town, decider):
    register(town.worker)
    tie(town.worker, reassess(town))
    depart()

    refuse("departed_already", register, town.worker)
    refuse("departed_already", decide, decider)
    refuse("departed_already", tie, town.worker, "x")
    withdraw(town.worker)


@pytest.mark.parametrize("pair", [("何静", "陈敏"), ("陈敏", "罗 伟")])
def test_none_of_the_first_pair_assesses_again(town, pair):
    register(town.worker)

    refuse("assessors_same", tie, town.worker, reassess(town, assessors=pair))


def test_the_new_assessment_is_of_this_person_and_scale_and_made_since_the_appeal(town):
    register(town.worker)
    early = reassess(town, on=date(2026, 11, 30))
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0], name="李建国")
    foreign = assess(town.worker, resident_id=2, on=date(2026, 12, 8), assessors=OTHER_PAIR)

    refuse("assessment_early", tie, town.worker, early)
    refuse("assessment_unknown", tie, town.worker, foreign, kind=NotFound)
    refuse("assessment_unknown", tie, town.worker, "nothing", kind=NotFound)
    refuse("appeal_unknown", tie, town.worker, early, appeal_id=9, kind=NotFound)
    tie(town.worker, reassess(town, on=date(2026, 12, 1)))


def test_who_confirmed_or_tied_does_not_decide(town, decider):
    register(town.worker)
    refuse("appeal_state", decide, decider)
    tie(town.worker, reassess(town))

    refuse("self_decide", decide, town.approver, kind=NotAllowed)
    refuse("self_decide", decide, town.worker, kind=NotAllowed)
    for who in (town.approver, town.worker):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(
                update(Appeal).values(
                    state="decided",
                    outcome="upheld",
                    closed_by=who.account_id,
                    closed_at=at(DAY),
                    closing_reason="x",
                )
            )


def test_an_equal_level_is_only_upheld(town, decider):
    register(town.worker)
    tie(town.worker, reassess(town, lost=31))

    refuse("same_level", decide, decider)
    decide(decider, Outcome.UPHELD)


def test_what_is_closed_stays_closed(town, decider):
    register(town.worker)
    again = reassess(town)
    tie(town.worker, again)
    decide(decider)

    refuse("appeal_state", decide, decider)
    refuse("appeal_state", tie, town.worker, again)
    refuse("appeal_state", withdraw, town.worker)
    refuse("level_not_in_force", register, town.worker)


def test_two_decisions_at_once_are_one(app, town, decider):
    other = make_person("other", Role.APPROVER)
    register(town.worker)
    tie(town.worker, reassess(town))
    db.session.remove()
    barrier, answers = threading.Barrier(2), []

    def compete(actor: Actor, outcome: Outcome) -> None:
        with app.app_context():
            barrier.wait(30)
            try:
                decide(actor, outcome)
                answers.append("decided")
            except Refusal as refusal:
                answers.append(refusal.word)
            finally:
                db.session.remove()

    threads = [
        threading.Thread(target=compete, args=args)
        for args in ((decider, Outcome.CHANGED), (other, Outcome.UPHELD))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(answers) == ["appeal_state", "decided"]
    appeal, levels = get_appeal_row(), [row[1] for row in list_levels()]
    expected = {"changed": ["confirmed", "confirmed"], "upheld": ["confirmed", "rejected"]}
    assert (appeal.state, levels) == (AppealState.DECIDED, expected[appeal.outcome])
