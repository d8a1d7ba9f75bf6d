"""What the state of this installation is."""

import shutil

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

from voucher.config import Home
from voucher.db import assert_safe_database, db, transaction

_GIGABYTE = 1024**3


def list_faults(home: Home) -> list[str]:
    """
    Give the words of what keeps this installation from serving; none when it is ready.

    :raises Exception: whatever the database raises when it cannot be reached.
    """
    assert_safe_database()
    faults = []
    if not _is_migrated():
        faults.append("migrations_due")
    if not _is_writable():
        faults.append("read_only")
    if not _has_room(home):
        faults.append("disk_full")
    return faults


def _is_migrated() -> bool:
    folder = current_app.extensions["migrate"].directory
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
    return set(present) == set(ScriptDirectory(folder).get_heads())


def _is_writable() -> bool:
    # On SQLite the writing transaction itself takes the writer's lock, or fails.
    with transaction():
        if db.engine.dialect.name == "sqlite":
            return True
        return db.session.scalar(text("SHOW transaction_read_only")) == "off"


def _has_room(home: Home) -> bool:
    disk = shutil.disk_usage(home.path)
    return disk.free > 2 * _GIGABYTE and disk.free > disk.total // 10
