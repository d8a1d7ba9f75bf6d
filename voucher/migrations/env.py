"""Alembic's entry: runs the migrations on the database of the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

from voucher.db import Instant, db


def _is_compared(
    found: object, name: str | None, kind: str, reflected: bool, other: object
) -> bool:
    return not (kind == "table" and name == "alembic_version")


def _render_instant(kind: str, found: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind != "type" or not isinstance(found, Instant):
        return False
    autogen.imports.add("from voucher.db import Instant")
    return "Instant()"


@contextmanager
def _let_tables_be_rebuilt(connection: Connection) -> Iterator[None]:
    """
    Let SQLite rebuild a table that others point to: it drops the old one, rows and all.

    References cannot be switched off inside a transaction, so it is done around it; that none is
    broken is checked before it is committed.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON").close()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        assert not broken, broken[:5]


def run_migrations() -> None:
    """Run every migration that is due in one transaction."""
    engine = current_app.extensions["sqlalchemy"].engine
    with engine.connect() as plain, _let_tables_be_rebuilt(plain):
        connection = plain.execution_options(voucher_writes=True)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            include_object=_is_compared,
            render_item=_render_instant,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            _check_references(connection)


run_migrations()
