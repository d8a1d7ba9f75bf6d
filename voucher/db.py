"""
The database: naming of constraints, column types, one transaction a use-case, safe settings.

SQLite is the embedded default, PostgreSQL serves a busy district; the same code runs on both.
Whoever writes opens `transaction()` once, in a view or a command; operations only flush.
"""

import fcntl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Delete,
    Engine,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Update,
    event,
    func,
    literal,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import TypeDecorator

from voucher.refusals import N_, Refusal

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# Versions without the race that can corrupt a database when its write-ahead log is reset.
_WAL_SAFE = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
_writer_threads = threading.Lock()
_open = threading.local()


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it as text without zone, sortable."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives only INTEGER primary keys a row number of their own.
BigKey = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Make the constraint that a column holds one of the known words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


@compiles(CreateTable, "sqlite")
def _create_strict(element: CreateTable, compiler: Any, **options: Any) -> str:
    """Make every SQLite table STRICT, so that a column refuses a value of another type."""
    if element.element.name != "alembic_version":
        element.element.dialect_options["sqlite"]["strict"] = True
    return str(compiler.visit_create_table(element, **options))


def _strict_name(name: str) -> Any:
    def compile_type(element: Any, compiler: Any, **options: Any) -> str:
        return name

    return compile_type


for _type, _name in (
    (String, "TEXT"),
    (Text, "TEXT"),
    (DateTime, "TEXT"),
    (Date, "TEXT"),
    (JSON, "TEXT"),
    (Boolean, "INTEGER"),
    (BigInteger, "INTEGER"),
    (SmallInteger, "INTEGER"),
):
    compiles(_type, "sqlite")(_strict_name(_name))


def count_changed(statement: Insert | Update | Delete) -> int:
    """Run a change and tell how many rows it reached: the row count decides."""
    done = db.session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast(CursorResult[Any], done).rowcount


def insert_rows(*, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """
    Insert rows by one prepared statement, or by COPY on PostgreSQL: the path for whole districts.

    The values must be what the driver takes for these columns, as `bind_values` gives them.
    """
    if not rows:
        return
    names = ", ".join(columns)
    connection = db.session.connection()
    # The names are our own models'.
    if connection.dialect.name == "postgresql":
        _copy_rows(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join("?" for _ in columns)
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608
    connection.exec_driver_sql(statement, list(rows))


def _copy_rows(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    refused = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except refused as fault:
        # As if the statement had gone through SQLAlchemy: callers know its exceptions alone.
        raise DBAPIError.instance(statement, None, fault, refused, hide_parameters=True) from fault


def take_piece(pieces: bytes, place: ColumnElement[int], length: int) -> ColumnElement[str]:
    """Give, in SQL, the piece at a place, counted from 0, of ASCII pieces of one length."""
    # So values for a whole district's rows reach the database in one parameter.
    start = (place * length + 1).cast(Integer)
    piece = func.substr(literal(pieces, LargeBinary), start, length)
    if db.engine.dialect.name == "postgresql":
        return func.convert_from(piece, "UTF8", type_=String)
    return piece.cast(String)


def bind_values(column: KeyedColumnElement[Any]) -> Callable[[Any], Any]:
    """Give what turns a value into what the driver takes for a column."""
    dialect = db.engine.dialect
    return column.type.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)


@contextmanager
def transaction() -> Iterator[None]:
    """
    Run one use-case as one writing transaction: all of it is committed, or none of it.

    A read that came before is ended first, so that the writer never decides on an old picture. On
    SQLite writers queue in front of the database: its own busy handler sleeps and starves.
    """
    if getattr(_open, "is_writing", False):
        raise AssertionError("one use-case is one transaction(): this one is inside another")
    db.session.rollback()
    with _writer_queue(db.engine):
        _open.is_writing = True
        try:
            db.session.connection(execution_options={"voucher_writes": True})
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            _open.is_writing = False


@contextmanager
def _writer_queue(engine: Engine) -> Iterator[None]:
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    with _writer_threads, Path(f"{file}.writer").open("a", encoding="ascii") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


def prepare_engine(app: Flask) -> None:
    """Fit the engine's connections with safe settings; call once, inside the app's context."""
    engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _set_sqlite(connection: Any, record: Any) -> None:
    # The driver's own transactions would leave plain reads outside: BEGIN is ours.
    connection.isolation_level = None
    # PERSIST is as safe as to delete the journal at each commit, and faster.
    mode = "WAL" if has_safe_wal(_sqlite_version(connection)) else "PERSIST"
    for pragma in (
        f"journal_mode={mode}",
        f"synchronous={'FULL' if mode == 'WAL' else 'EXTRA'}",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "trusted_schema=OFF",
        # Without it REPLACE removes a row behind the back of its guard.
        "recursive_triggers=ON",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("voucher_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sqlite_version(connection: Any) -> tuple[int, ...]:
    (version,) = connection.execute("SELECT sqlite_version()").fetchone()
    return tuple(int(part) for part in version.split("."))


def has_safe_wal(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite's write-ahead log is free of the reset race (3.7.0 to 3.51.2)."""
    return version >= _WAL_SAFE[-1] or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in _WAL_SAFE[:-1]
    )


def assert_safe_database() -> None:
    """
    Refuse to run on settings that can lose an acknowledged payment.

    :raises Refusal: database_unsafe.
    """
    with db.engine.connect() as connection:
        expected = _SAFE_SQLITE if connection.dialect.name == "sqlite" else _SAFE_POSTGRESQL
        for statement, allowed in expected.items():
            found = str(connection.execute(text(statement)).scalar())
            if found not in allowed:
                raise Refusal(
                    "database_unsafe",
                    N_("数据库设置不安全：%(setting)s 为 %(found)s，拒绝启动"),
                    setting=statement,
                    found=found,
                )


_SAFE_SQLITE = {
    "PRAGMA journal_mode": ("wal", "persist"),
    "PRAGMA synchronous": ("2", "3"),
    "PRAGMA foreign_keys": ("1",),
    "PRAGMA trusted_schema": ("0",),
    "PRAGMA recursive_triggers": ("1",),
}
_SAFE_POSTGRESQL = {
    "SHOW synchronous_commit": ("on", "remote_write", "remote_apply"),
    "SHOW fsync": ("on",),
    "SHOW full_page_writes": ("on",),
}
