"""A town built once a session on each kind of database, given fresh to every test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import make_home
from tests.laws.stage import Stage, clone, open_app
from tests.laws.town import Town, build_town
from voucher.config import Home

Kept = tuple[Home, str, Town]


def _keep_town(folder: Path, source: str) -> Kept:
    home, url = make_home(folder / "home"), clone(source, folder)
    with open_app(home, url):
        town = build_town(home)
    return home, url, town


@pytest.fixture(scope="session")
def town_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return _keep_town(tmp_path_factory.mktemp("town"), f"sqlite:///{migrated_sqlite}")


@pytest.fixture(scope="session")
def town_postgresql(migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return _keep_town(tmp_path_factory.mktemp("town"), migrated_postgresql)


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """Give the town on a database of its own, inside the application's context."""
    with _open_stage(request.getfixturevalue(f"town_{request.param}"), tmp_path) as stage:
        yield stage


@pytest.fixture
def embedded_stage(town_sqlite: Kept, tmp_path: Path) -> Iterator[Stage]:
    """Give the town on SQLite alone, for bugs planted in the code."""
    with _open_stage(town_sqlite, tmp_path) as stage:
        yield stage


@contextmanager
def _open_stage(kept: Kept, folder: Path) -> Iterator[Stage]:
    home, source, town = kept
    url = clone(source, folder)
    with open_app(home, url) as app:
        yield Stage(home, url, app, source, town)
