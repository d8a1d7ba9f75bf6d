"""Hosts that start their worker at the same moment on a database where none ever ran."""

import multiprocessing

from sqlalchemy import create_engine, inspect, text

from tests.conftest import drop_database, make_database
from voucher.workers import open_queue

HOSTS, ROUNDS = 6, 8
TABLES = ("huey_counter", "huey_kv", "huey_schedule", "huey_task")


def open_again_and_again(home, barrier, faults):
    for _ in range(ROUNDS):
        barrier.wait(30)
        try:
            open_queue(home).pending_count()
        except Exception as fault:  # noqa: BLE001 - whatever it was, the test tells it
            faults.put(repr(fault))
        barrier.wait(30)


def test_hosts_that_start_at_once_all_find_the_queue(home, monkeypatch):
    url = make_database()
    monkeypatch.setenv("DATABASE_URL", url)
    context = multiprocessing.get_context("fork")
    barrier, faults = context.Barrier(HOSTS + 1), context.Queue()
    hosts = [
        context.Process(target=open_again_and_again, args=(home, barrier, faults))
        for _ in range(HOSTS)
    ]
    engine = create_engine(url)
    for host in hosts:
        host.start()
    for _ in range(ROUNDS):
        barrier.wait(30)
        barrier.wait(30)
        assert set(inspect(engine).get_table_names()) == set(TABLES)
        with engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {', '.join(TABLES)}"))
    for host in hosts:
        host.join(30)
    engine.dispose()
    drop_database(url)

    assert faults.empty(), faults.get()
