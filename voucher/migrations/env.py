"""Alembic's entry: runs the migrations on the database of the application."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

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


def run_migrations() -> None:
    """Run every migration that is due in one transaction."""
    engine = current_app.extensions["sqlalchemy"].engine
    with engine.connect() as plain:
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


run_migrations()
