"""A stay in hospital and the paper: honoured, held and released, or stopped."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DatabaseError

from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    add_resident,
    approve,
    draft,
    fund,
    make_town,
    make_vouchers,
    plan,
)
from voucher import clock
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.entitlements.queries import list_entitlements
from voucher.ledger.models import LedgerTransaction
from voucher.refusals import Refusal
from voucher.residents.models import Resident
from voucher.schemes.queries import get_programme
from voucher.stays.models import Stay
from voucher.stays.operations import end_stay, withdraw_stay
from voucher.stays.rules import Effect, NewStay
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.staying import admit_resident, release_after_stay

START = date(2026, 12, 1)


@pytest.fixture
def town(app):
    """Give a town with a woman of 85 who lives alone and holds two vouchers."""
    found = make_town()
    add_resident(born=date(1941, 1, 1), community_id=found.communities[0], situation=("独居",))
    return found


def admit(town, effect=Effect.HOLD, *, first=START, last=None) -> str:
    with transaction():
        key = db.session.scalars(select(Resident.public_id)).one()
        stay = NewStay(first, last, "", effect)
        return admit_resident(actor=town.worker, public_id=key, stay=stay, now=clock.now()).stay


def go_home(town, stay: str, day: str = "2026-12-05") -> None:
    with transaction():
        end_stay(
            actor=town.worker, public_id=stay, ended_text=day, today=clock.today(), now=clock.now()
        )


def release(town, stay: str) -> int:
    with transaction():
        return release_after_stay(actor=town.approver, public_id=stay, now=clock.now())


def withdraw(town, stay: str) -> None:
    with transaction():
        withdraw_stay(actor=town.worker, public_id=stay, reason="人弄错了", now=clock.now())


def list_holds() -> list[str | None]:
    db.session.rollback()
    found = list(db.session.scalars(select(Voucher.held_reason).order_by(Voucher.id)))
    db.session.rollback()
    return found


def list_stays() -> list[tuple[date, date | None, bool, bool]]:
    db.session.rollback()
    rows = list(db.session.scalars(select(Stay).order_by(Stay.id)))
    found = [
        (row.from_date, row.to_date, row.ended_at is not None, row.withdrawn_at is not None)
        for row in rows
    ]
    db.session.rollback()
    return found


def refuse(word: str, deed, *arguments) -> None:
    before, events = (list_stays(), list_holds()), count_events()
    with pytest.raises(Refusal, match=f"^{word}$"):
        deed(*arguments)
    assert ((list_stays(), list_holds()), count_events()) == (before, events)


def count_events() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Event.id)).all())


def test_paper_is_held_until_a_person_releases_it_after_the_stay(town):
    make_vouchers(town)
    stay = admit(town)
    held = list_holds()
    refuse("stay_lasts", release, town, stay)
    go_home(town, stay)
    home = list_holds()

    released = release(town, stay)

    assert (set(held), home, released) == ({"away"}, held, len(held))
    assert set(list_holds()) == {None}
    refuse("nothing_held", release, town, stay)


def test_what_was_held_for_another_reason_is_neither_held_anew_nor_released(town):
    make_vouchers(town)
    with transaction():
        first = db.session.scalars(select(Voucher.id).order_by(Voucher.id)).first()
        db.session.execute(update(Voucher).where(Voucher.id == first).values(held_reason="券丢了"))
    stay = admit(town)
    go_home(town, stay)

    release(town, stay)

    assert list_holds()[0] == "券丢了"
    assert set(list_holds()[1:]) == {None}


@pytest.mark.parametrize("effect", [Effect.HONOUR, Effect.STOP])
def test_paper_already_out_is_honoured_unless_it_was_to_be_held(town, effect):
    make_vouchers(town)

    admit(town, effect)

    assert set(list_holds()) == {None}


def test_stays_of_one_person_never_overlap(town):
    admit(town, Effect.HONOUR, first=date(2026, 11, 10), last=date(2026, 11, 20))
    for first, last in (
        (date(2026, 11, 19), None),
        (date(2026, 11, 1), date(2026, 11, 11)),
        (date(2026, 11, 12), date(2026, 11, 13)),
    ):
        refuse("stay_overlaps", lambda a=first, b=last: admit(town, first=a, last=b))

    admit(town, Effect.HONOUR, first=date(2026, 11, 20), last=date(2026, 11, 21))
    admit(town, Effect.HONOUR, first=date(2026, 11, 9), last=date(2026, 11, 10))
    assert len(list_stays()) == 3


def test_the_database_itself_refuses_stays_that_overlap(town):
    admit(town, Effect.HONOUR, first=date(2026, 11, 10), last=date(2026, 11, 20))
    row = db.session.execute(select(Stay.__table__)).mappings().one()
    twin = {**row, "id": 99, "public_id": "twin", "from_date": date(2026, 11, 19)}

    with pytest.raises(DatabaseError, match="stays_overlap"), transaction():
        db.session.execute(insert(Stay), [twin])

    assert len(list_stays()) == 1


def test_a_stay_taken_back_leaves_room_for_the_right_one(town):
    make_vouchers(town)
    wrong = admit(town)
    withdraw(town, wrong)

    release(town, wrong)
    admit(town, Effect.HONOUR)

    assert list_stays() == [(START, None, False, True), (START, None, False, False)]
    assert set(list_holds()) == {None}
    refuse("stay_withdrawn", withdraw, town, wrong)


def test_a_stay_ends_once_and_not_before_it_began_or_after_today(town):
    stay = admit(town)
    for day, word in (
        ("2026-12-01", "stay_order"),
        ("2026-12-06", "date_future"),
        ("", "date_missing"),
    ):
        refuse(word, go_home, town, stay, day)
    go_home(town, stay, "2026-12-04")

    refuse("stay_over", go_home, town, stay, "2026-12-03")
    assert list_stays() == [(START, date(2026, 12, 4), True, False)]


def test_who_left_has_no_stay(town):
    with transaction():
        person = db.session.scalars(select(Resident)).one()
        person.departed_date, person.departure = date(2026, 12, 2), "died"

    refuse("departed_already", admit, town)


def list_reasons(town, period: date) -> tuple[list[str], int]:
    programme = get_programme(AGE_BANDS, 1)
    (found,) = list_entitlements(actor=town.worker, programme=programme, period_from=period)
    return [reason.rule for reason in found.why_not if reason.rule == "in_hospital"], len(
        found.grants
    )


def test_periods_that_begin_during_a_stay_are_stopped_and_no_others(town):
    admit(town, Effect.STOP, first=MONTH, last=MONTH + timedelta(days=31))

    reasons = {month: list_reasons(town, date(2026, month, 1)) for month in (11, 12)}

    assert (reasons[11][0], reasons[12]) == ([], (["in_hospital"], 0))
    # The day of going home is the first of January: that period is granted again.
    assert list_reasons(town, date(2027, 1, 1))[0] == []
    assert plan(town).lines == ()


@pytest.mark.parametrize("effect", [Effect.HONOUR, Effect.HOLD])
def test_without_a_stop_every_period_is_granted(town, effect):
    admit(town, effect)

    assert list_reasons(town, MONTH)[0] == []
    assert len(plan(town).lines) > 0


def test_a_draft_for_somebody_who_was_stopped_meanwhile_is_not_approved(town):
    fund(town)
    run = draft(town)
    admit(town, Effect.STOP)

    with pytest.raises(Refusal, match="^run_outdated$"):
        approve(town, run)

    db.session.rollback()
    assert db.session.scalars(select(Voucher.id)).all() == []
    assert db.session.scalars(select(LedgerTransaction.id)).all() == []
