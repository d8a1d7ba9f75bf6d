"""Safe settings, one writer at a time, all of a use-case or none of it."""

import threading

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from voucher import clock
from voucher.access import Actor
from voucher.audit.models import Event
from voucher.audit.operations import record_event
from voucher.db import assert_safe_database, db, has_safe_wal, transaction
from voucher.refusals import Refusal

NOBODY = Actor(key="system", name="", channel="test")


def write(subject_id=1, now=None):
    return record_event(
        actor=NOBODY,
        action="example",
        subject_kind="example",
        subject_id=subject_id,
        now=now or clock.now(),
    )


def count_events():
    db.session.rollback()
    return db.session.query(Event).count()


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_log_is_used_only_where_its_reset_race_is_mended(version, is_safe):
    assert has_safe_wal(version) is is_safe


def test_a_database_starts_on_safe_settings(app):
    assert_safe_database()


def test_a_database_forgets_no_payment_and_checks_its_references(app):
    settings, allowed = {
        "sqlite": (
            ("PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA foreign_keys"),
            [("wal", 2, 1), ("persist", 3, 1)],
        ),
        "postgresql": (
            ("SHOW fsync", "SHOW synchronous_commit", "SHOW full_page_writes"),
            [("on", "on", "on")],
        ),
    }[db.engine.dialect.name]

    with db.engine.connect() as connection:
        found = tuple(connection.execute(text(setting)).scalar() for setting in settings)

    assert found in allowed


def test_a_database_that_may_forget_a_payment_is_refused(app):
    careless = {
        "sqlite": "PRAGMA synchronous=OFF",
        "postgresql": "SET synchronous_commit TO off",
    }[db.engine.dialect.name]

    def loosen(connection, record, proxy):
        connection.cursor().execute(careless)

    event.listen(db.engine, "checkout", loosen)
    with pytest.raises(Refusal, match="^database_unsafe$"):
        assert_safe_database()


def keep_then(act):
    with transaction():
        write()
        act()


def test_a_use_case_is_kept_whole_or_not_at_all(app):
    with pytest.raises(ZeroDivisionError):
        keep_then(lambda: 1 // 0)

    assert count_events() == 0
    keep_then(lambda: None)
    assert count_events() == 1


def test_a_breach_of_a_constraint_takes_everything_back(app):
    nobody = text("INSERT INTO budget_totals VALUES ('example', '2026-12-01', 1, 2)")

    with pytest.raises(IntegrityError):
        keep_then(lambda: db.session.execute(nobody))

    assert count_events() == 0


def test_writers_wait_for_each_other_and_none_starves(app):
    done = []

    def work():
        with app.app_context():
            for number in range(5):
                with transaction():
                    done.append(write(number))
            db.session.remove()

    writers = [threading.Thread(target=work) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)

    assert len(set(done)) == count_events() == 20


def test_an_instant_needs_its_zone_and_comes_back_in_utc(app):
    with pytest.raises(StatementError, match="an instant needs its zone"), transaction():
        write(now=clock.now().replace(tzinfo=None))

    now = clock.now()
    with transaction():
        write(now=now)

    kept = db.session.scalars(select(Event.happened_at)).one()
    assert (kept, kept.utcoffset().total_seconds()) == (now, 0)


def test_a_transaction_inside_another_is_a_fault_of_the_program_and_never_a_wait(app):
    with transaction(), pytest.raises(AssertionError), transaction():
        pass

    with transaction():
        pass
