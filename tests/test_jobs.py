"""The leased table says what is still to do; a dead worker's chunk is taken again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voucher import clock
from voucher.db import db, transaction
from voucher.jobs import LEASE, Chunk, add_chunks, claim_chunk, count_unfinished, finish_chunk

JOB = "example"


@pytest.fixture
def now(app):
    with transaction():
        add_chunks(job=JOB, subject_id=1, parts=[30, 10, 20])
    return clock.now()


def claim(now, subject_id=1):
    with transaction():
        return claim_chunk(job=JOB, subject_id=subject_id, now=now)


def finish(chunk_id):
    with transaction():
        finish_chunk(chunk_id=chunk_id)


def test_each_chunk_is_leased_to_one_worker_in_order(now):
    parts = [claim(now)[1] for _ in range(3)]

    assert parts == [10, 20, 30]
    assert claim(now) is None
    assert claim(now, subject_id=2) is None


def test_a_chunk_is_done_when_its_work_is(now):
    chunk_id, _ = claim(now)
    assert count_unfinished(job=JOB, subject_id=1) == 3

    finish(chunk_id)

    assert count_unfinished(job=JOB, subject_id=1) == 2
    assert claim(now + 2 * LEASE)[1] == 20


def test_a_lease_that_ran_out_is_given_to_another(now):
    first = claim(now)
    for _ in range(2):
        claim(now)

    assert claim(now + LEASE) is None
    assert claim(now + LEASE + timedelta(microseconds=1)) == first
    assert db.session.scalars(select(Chunk.tries).where(Chunk.id == first[0])).one() == 2


def test_a_part_of_a_job_stands_once(now):
    with pytest.raises(IntegrityError), transaction():
        add_chunks(job=JOB, subject_id=1, parts=[10])
