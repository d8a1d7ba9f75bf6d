"""One event a deed, in its transaction; sealed into a chain that shows every change."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from voucher import clock
from voucher.access import Actor
from voucher.audit.checks import check_append_only, check_chain
from voucher.audit.models import Event, Seal
from voucher.audit.operations import record_event, seal_events
from voucher.audit.rules import START_OF_CHAIN, chain_digest
from voucher.db import db, transaction

ACTOR = Actor(key="account:1", name="王秀英", channel="test")


def write(count=1):
    with transaction():
        return [
            record_event(
                actor=ACTOR,
                action="example.do",
                subject_kind="example",
                subject_id=number,
                now=clock.now(),
                facts={"fen": number, "reason": "核实"},
            )
            for number in range(count)
        ]


def seal():
    with transaction():
        return seal_events(now=clock.now())


def unguard(*tables):
    """Take the guards away, as somebody with the file in hands could."""
    with transaction():
        for table in tables:
            if db.engine.dialect.name == "sqlite":
                for deed in ("update", "delete"):
                    db.session.execute(text(f"DROP TRIGGER {table}_no_{deed}"))
            else:
                db.session.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))


def change(statement):
    with transaction():
        db.session.execute(text(statement))


def list_breaches():
    db.session.rollback()
    return [(breach.law, breach.where) for breach in check_chain().breaches]


def test_an_event_says_who_did_what_to_what_and_when(app):
    write()

    event = db.session.scalars(select(Event)).one()
    assert (event.actor_key, event.actor_name, event.channel) == ("account:1", "王秀英", "test")
    assert (event.action, event.subject_kind, event.subject_id) == ("example.do", "example", "0")
    assert event.facts == {"fen": 0, "reason": "核实"}


def test_a_host_whose_clock_is_behind_breaks_no_chain(app):
    later = clock.now()
    for now in (later, later - timedelta(minutes=1)):
        write()
        with transaction():
            assert seal_events(now=now) == 1

    assert db.session.scalars(select(Seal.sealed_at)).all() == [later, later]
    assert list_breaches() == []


def test_events_are_sealed_once_and_numbered_without_gap(app):
    write(3)
    assert (seal(), seal()) == (3, 0)
    write(2)
    assert seal() == 2

    numbers = db.session.execute(select(Seal.number, Seal.event_id).order_by(Seal.number))
    assert [tuple(row) for row in numbers] == [(n, n) for n in range(1, 6)]
    assert (check_chain().checked, list_breaches()) == (5, [])


def test_a_seal_is_taken_over_its_number_the_one_before_and_every_word():
    content = [1, "2026-12-05T02:00:00+00:00", "example.do", {"fen": 1}]
    digest = chain_digest(number=1, before=START_OF_CHAIN, content=content)

    assert len(digest) == 64
    assert digest == chain_digest(number=1, before=START_OF_CHAIN, content=content)
    for other in (
        chain_digest(number=2, before=START_OF_CHAIN, content=content),
        chain_digest(number=1, before="1" * 64, content=content),
        chain_digest(number=1, before=START_OF_CHAIN, content=[*content[:-1], {"fen": 2}]),
    ):
        assert other != digest


@pytest.mark.parametrize(
    "column", ["action", "actor_key", "actor_name", "channel", "subject_kind", "subject_id"]
)
def test_a_changed_event_shows(app, column):
    write(3)
    seal()
    unguard("events")

    change(f"UPDATE events SET {column} = 'x' WHERE id = 2")

    assert list_breaches() == [("I13", "event 2")]


def test_a_seal_taken_away_shows(app):
    write(3)
    seal()
    unguard("seals")

    change("DELETE FROM seals WHERE number = 2")

    assert ("I13", "seal 3") in list_breaches()


def test_a_guard_taken_away_shows(app):
    assert check_append_only().breaches == []

    unguard("events")

    assert [(found.law, found.where) for found in check_append_only().breaches] == [
        ("I05", "events")
    ]
