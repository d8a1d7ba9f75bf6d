"""The database is what the models say, and it got there by one line of migrations."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from voucher.app import MIGRATIONS
from voucher.db import db


def test_the_migrations_have_one_head():
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_the_migrated_database_is_what_the_models_say(app: Flask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "target_metadata": db.metadata,
            },
        )

        assert compare_metadata(context, db.metadata) == []


def test_every_constraint_of_the_models_has_a_name():
    nameless = [
        f"{table.name}: {constraint}"
        for table in db.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]

    assert nameless == []
