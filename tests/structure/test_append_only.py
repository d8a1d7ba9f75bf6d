"""Facts are only ever added: the database itself refuses to change or remove them."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from voucher.audit.checks import APPEND_ONLY
from voucher.db import db, transaction

VALUES = {"TEXT": "x", "INTEGER": 1, "BLOB": b"x"}


@pytest.fixture
def facts(app) -> None:
    """
    Put a row into every table, on SQLite, whose guards look at rows and not at statements.

    A connection of our own checks neither references nor values: only the guard is asked.
    """
    if db.engine.dialect.name != "sqlite":
        return
    with closing(sqlite3.connect(db.engine.url.database)) as file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        for table in APPEND_ONLY:
            columns = file.execute(f"PRAGMA table_info({table})").fetchall()
            places = ", ".join("?" * len(columns))
            row = [VALUES[kind] for _, _, kind, *_ in columns]
            file.execute(f"INSERT INTO {table} VALUES ({places})", row)
        file.commit()


def attempt(statement: str) -> None:
    with transaction():
        db.session.execute(text(statement))


def test_the_append_only_tables_are_fourteen():
    assert len(set(APPEND_ONLY)) == len(APPEND_ONLY) == 14


def test_no_fact_is_ever_changed(facts):
    for table in APPEND_ONLY:
        column = next(iter(db.metadata.tables[table].columns)).name
        with pytest.raises(DatabaseError, match=f"append_only {table}"):
            attempt(f"UPDATE {table} SET {column} = {column}")


def test_no_fact_is_ever_removed(facts):
    for table in APPEND_ONLY:
        with pytest.raises(DatabaseError, match=f"append_only {table}"):
            attempt(f"DELETE FROM {table}")


def test_no_table_of_facts_is_swept_away_or_written_over(facts):
    if db.engine.dialect.name == "sqlite":
        with pytest.raises(DatabaseError, match="append_only events"):
            attempt("INSERT OR REPLACE INTO events SELECT * FROM events")
        return
    for table in APPEND_ONLY:
        with pytest.raises(DatabaseError, match="append_only"):
            attempt(f"TRUNCATE {table} CASCADE")
