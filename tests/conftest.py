"""The ground every test stands on: a home, an application, a fresh database of each kind."""

import gc
import os
import re
import shutil
import uuid
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from tests.accounts.factories import hurry
from tests.browsing import browse, chromium, playwright, serve_town, stages  # noqa: F401
from tests.cluster import find_room, join_cluster, reserve_cluster, run_on_cluster, stop_cluster
from tests.rehearsal import Rehearsed, join_rehearsal
from tests.thrift import share_routes, share_statements, spare_modules
from voucher.app import create_app
from voucher.clock import start_clock
from voucher.config import Home, Kind, create_home
from voucher.db import db

DISTRICT = "510104"
DATABASES = ("sqlite", "postgresql")
OF_PAGES = re.compile(
    r"/test_(\w*pages|views|till_views)\.py$|/overview/test_(desk|files|home)\.py$"
    r"|/accounts/test_(kept|staff|steps)\.py$|/doors/test_rights\.py$"
)


class Browser(FlaskClient):
    """A client whose requests share nothing with the test around them, as in earnest."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        # A reading of the test's own would keep the writer waiting until it is told "busy".
        if has_app_context():
            db.session.rollback()
        with self.application.app_context():
            return super().open(*arguments, **{"buffered": True, **options})


def pytest_configure(config: pytest.Config) -> None:
    reserve_cluster()
    if room := find_room():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", room)
    share_routes()
    share_statements()
    for name in ("DATABASE_URL", "VOUCHER_HOME", "VOUCHER_PRINTOUTS"):
        os.environ.pop(name, None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Try each test of a page on one of the two databases, turn by turn; laws run on both.

    EVERY_DATABASE=1 runs every test on both.
    """
    if os.environ.get("EVERY_DATABASE"):
        return
    left = [item for item in items if OF_PAGES.search(item.path.as_posix()) and _waits(item)]
    items[:] = [item for item in items if item not in set(left)]
    config.hook.pytest_deselected(items=left)


def pytest_collection_finish() -> None:
    spare_modules()


def _waits(item: pytest.Item) -> bool:
    """Tell whether it is the other database's turn."""
    database = getattr(item, "callspec", None) and item.callspec.params.get("database")
    if database is None:
        return False
    name = item.nodeid.replace(str(database), "")
    return database != DATABASES[zlib.crc32(name.encode()) % 2]


def pytest_unconfigure(config: pytest.Config) -> None:
    gc.unfreeze()
    stop_cluster()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a new test home with a clock of its own."""
    return make_home(tmp_path / "home")


def make_home(path: Path, *, kind: Kind = Kind.TEST) -> Home:
    home = create_home(
        path=path, kind=kind, district=DISTRICT, host="YLQ.EXAMPLE.CN", desk_phone="028-00000000"
    )
    start_clock(home)
    return home


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an embedded database with every migration run, to be copied."""
    path = tmp_path_factory.mktemp("sqlite")
    migrate(path, f"sqlite:///{path / 'voucher.db'}")
    return path / "voucher.db"


@pytest.fixture(scope="session")
def migrated_postgresql(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a PostgreSQL database with every migration run, to be copied."""
    url = make_database()
    migrate(tmp_path_factory.mktemp("postgresql"), url)
    return url


def migrate(path: Path, url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        app = create_app(make_home(path / "home"))
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()


def make_database(*, copied_from: str | None = None) -> str:
    name = f"test_{uuid.uuid4().hex}"
    # Copied as files: through the write-ahead log every test would wait three times as long.
    source = f" TEMPLATE {make_url(copied_from).database} STRATEGY FILE_COPY" if copied_from else ""
    run_on_cluster(f"CREATE DATABASE {name}{source}")
    return join_cluster().replace("/postgres?", f"/{name}?")


def drop_database(url: str) -> None:
    run_on_cluster(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh migrated database; every test of it runs on both kinds."""
    if request.param == "sqlite":
        source = request.getfixturevalue("migrated_sqlite")
        shutil.copy(source, tmp_path / "voucher.db")
        yield f"sqlite:///{tmp_path / 'voucher.db'}"
        return
    url = make_database(copied_from=request.getfixturevalue("migrated_postgresql"))
    yield url
    drop_database(url)


@pytest.fixture
def open_site(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Home], Flask]]:
    """Give what makes the application of a home on a fresh database; closes what it opened."""
    monkeypatch.setenv("DATABASE_URL", database)
    opened = []

    def open_one(home: Home) -> Flask:
        app = create_app(home)
        hurry(app)
        app.test_client_class = Browser
        opened.append(app)
        return app

    yield open_one
    for app in opened:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(open_site: Callable[[Home], Flask], home: Home) -> Iterator[Flask]:
    """Give the application on a fresh database, inside its context."""
    app = open_site(home)
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that has not signed in."""
    return app.test_client()


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """Give the home of a demo that was run once for all workers of the session."""
    base = tmp_path_factory.getbasetemp()
    return join_rehearsal(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
