"""Health, for whoever watches over the machine."""

import shutil

import pytest
from sqlalchemy import text

from voucher.db import db, transaction


def test_an_installation_on_solid_ground_is_ready(client):
    ready = client.get("/readyz")

    assert (ready.status_code, ready.json) == (200, {"status": "ready"})


def test_being_alive_asks_nothing_of_the_database(client, monkeypatch):
    monkeypatch.setattr(db.engine.pool, "connect", lambda: pytest.fail("asked the database"))

    alive = client.get("/healthz")

    assert (alive.status_code, alive.json) == (200, {"status": "ok"})


def test_a_database_with_migrations_due_is_not_ready(client, caplog):
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    ready = client.get("/readyz")

    assert (ready.status_code, ready.json) == (503, {"status": "not_ready"})
    assert "migrations_due" in caplog.text


def test_a_database_that_is_gone_is_not_ready(client, caplog):
    with transaction():
        db.session.execute(text("DROP TABLE alembic_version"))

    assert client.get("/readyz").status_code == 503


def test_a_full_disk_is_not_ready(client, caplog, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    assert client.get("/readyz").status_code == 503
    assert "disk_full" in caplog.text
