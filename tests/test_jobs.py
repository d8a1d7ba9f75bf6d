"""The leased table says what is still to do; a dead worker's chunk is taken again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.shops.factories import make_person
from voucher import clock
from voucher.db import db, transaction
from voucher.jobs import (
    LEASE,
    MAX_FAULTS,
    MAX_TRIES,
    REST,
    TIME_TO_FINISH,
    Chunk,
    LeaseLost,
    add_chunks,
    cancel_chunks,
    claim_chunk,
    count_unfinished,
    finish_chunk,
    give_back_chunk,
    list_free_chunks,
    note_fault,
    renew_chunks,
    renew_lease,
    retry_chunks,
    stop_deadly_chunks,
)
from voucher.progress import find_progress

JOB = "example"
LATER = timedelta(microseconds=1)


@pytest.fixture
def asker(app) -> int:
    account_id = make_person("worker").account_id
    assert account_id is not None
    return account_id


@pytest.fixture
def now(asker):
    now = clock.now()
    with transaction():
        add_chunks(job=JOB, subject_id=1, parts=[30, 10, 20], asked_by=asker, now=now)
    return now


def do(deed, **facts):
    with transaction():
        return deed(**facts)


def claim(now, subject_id=1):
    return do(claim_chunk, job=JOB, subject_id=subject_id, now=now)


def read(*columns):
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Chunk.part))]


def lend_to_another():
    """Let the chunks being done be another worker's."""
    with transaction():
        db.session.execute(
            update(Chunk).where(Chunk.state == "doing").values(leased_by="elsewhere:1:0")
        )


def test_each_chunk_is_leased_to_one_worker_in_order(now):
    parts = [claim(now).part for _ in range(3)]

    assert parts == [10, 20, 30]
    assert claim(now) is None
    assert claim(now, subject_id=2) is None


def test_a_chunk_is_done_when_its_work_is(now):
    chunk_id, _ = claim(now)
    assert count_unfinished(job=JOB, subject_id=1) == 3

    do(finish_chunk, chunk_id=chunk_id)

    assert count_unfinished(job=JOB, subject_id=1) == 2
    assert claim(now + 2 * LEASE).part == 20


def test_a_lease_that_ran_out_is_given_to_another(now):
    first = claim(now)
    for _ in range(2):
        claim(now)

    assert claim(now + LEASE) is None
    assert claim(now + LEASE + LATER) == first
    assert read(Chunk.tries) == [(2,), (1,), (1,)]


def test_a_lease_that_is_renewed_is_not_given_away(now):
    chunk_id, _ = claim(now)

    assert do(renew_lease, chunk_id=chunk_id, now=now + LEASE)

    assert claim(now + LEASE + LATER).part == 20
    lend_to_another()
    assert not do(renew_lease, chunk_id=chunk_id, now=now)


def test_who_lost_the_lease_cannot_say_that_it_is_done(now):
    chunk_id, _ = claim(now)
    lend_to_another()

    with pytest.raises(LeaseLost), transaction():
        finish_chunk(chunk_id=chunk_id)
    do(give_back_chunk, chunk_id=chunk_id)
    do(note_fault, chunk_id=chunk_id, word="late", now=now)

    assert read(Chunk.state, Chunk.faults)[0] == ("doing", 0)


def test_who_stops_gives_his_chunk_back_at_once(now):
    first = claim(now)

    do(give_back_chunk, chunk_id=first.chunk_id)

    assert claim(now) == first


def test_a_chunk_that_failed_three_times_waits_for_a_person(now, asker):
    for tried in range(MAX_FAULTS):
        at = now + tried * (REST + LATER)
        chunk_id, part = claim(at)
        do(note_fault, chunk_id=chunk_id, word="glyph", now=at)
        assert part == 10
        assert chunk_id not in do(list_free_chunks, jobs=[JOB], now=at + REST)

    found = find_progress(job=JOB, subject_id=1, last_sign_at=now, now=now)
    assert (found.fault, found.asker) == ("glyph", "worker")
    assert chunk_id not in do(list_free_chunks, jobs=[JOB], now=now + TIME_TO_FINISH)
    assert do(retry_chunks, job=JOB, subject_id=1, asked_by=asker, now=now) == 1
    assert claim(now).part == 10


def test_a_chunk_that_kills_every_worker_stops(now):
    for tried in range(MAX_TRIES):
        at = now + tried * (LEASE + LATER)
        assert claim(at).part == 10
        for _ in range(2):
            claim(at)
    with transaction():
        db.session.execute(update(Chunk).where(Chunk.part != 10).values(state="done"))
    after = now + MAX_TRIES * (LEASE + LATER)

    assert claim(after) is None
    assert do(stop_deadly_chunks, now=after) == 1

    assert read(Chunk.state, Chunk.fault)[0] == ("failed", "workers_lost")


def test_what_is_cancelled_is_done_by_nobody_and_what_is_done_stays(now):
    for _ in range(2):
        chunk_id, _ = claim(now)
    do(finish_chunk, chunk_id=chunk_id)

    assert do(cancel_chunks, job=JOB, subject_id=1) == 2

    assert read(Chunk.state) == [("cancelled",), ("done",), ("cancelled",)]
    assert claim(now + 2 * LEASE) is None
    assert find_progress(job=JOB, subject_id=1, last_sign_at=now, now=now).is_over


def test_asking_again_renews_what_is_over_and_leaves_what_is_being_done(now, asker):
    done = claim(now)
    do(finish_chunk, chunk_id=done.chunk_id)
    claim(now)
    later = now + timedelta(minutes=5)

    do(renew_chunks, job=JOB, subject_id=1, parts=[10, 20, 40], asked_by=asker, now=later)

    assert read(Chunk.part, Chunk.state, Chunk.asked_at) == [
        *((10, "new", later), (20, "doing", now), (30, "new", now), (40, "new", later)),
    ]


def test_a_job_has_an_owner_a_deadline_and_says_when_it_is_late(now, asker):
    found = [
        find_progress(job=JOB, subject_id=1, last_sign_at=now, now=at)
        for at in (now, now + TIME_TO_FINISH + LATER)
    ]

    assert {(one.asker, one.asked_at) for one in found} == {("worker", now)}
    assert {one.deadline_at for one in found} == {now + TIME_TO_FINISH}
    assert [one.is_late for one in found] == [False, True]


def test_a_part_of_a_job_stands_once(now, asker):
    with pytest.raises(IntegrityError), transaction():
        add_chunks(job=JOB, subject_id=1, parts=[10], asked_by=asker, now=now)
