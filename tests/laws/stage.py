"""A database that can be put back to a kept moment, quickly, on both kinds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from tests.cluster import run_on_cluster
from tests.conftest import drop_database, make_database
from tests.laws.town import Town
from voucher.app import create_app
from voucher.config import Home
from voucher.db import db


@dataclass(slots=True)
class Stage:
    """An application on a database of its own, with the moment it can be put back to."""

    home: Home
    url: str
    app: Flask
    kept: str
    town: Town

    def put_back(self) -> None:
        """Undo everything since the kept moment."""
        db.session.remove()
        db.engine.dispose()
        _copy(self.kept, self.url)


@contextmanager
def open_app(home: Home, url: str) -> Iterator[Flask]:
    """Open the application on a database and give it inside its context."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        app = create_app(home)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def clone(url: str, folder: Path) -> str:
    """Make another database like this one, which nobody may be using."""
    if url.startswith("sqlite"):
        made = f"sqlite:///{folder / 'clone.db'}"
        _copy(url, made)
        return made
    return make_database(copied_from=url)


def _copy(source: str, target: str) -> None:
    if source.startswith("sqlite"):
        shutil.copyfile(str(make_url(source).database), str(make_url(target).database))
        return
    drop_database(target)
    wanted, model = make_url(target).database, make_url(source).database
    run_on_cluster(f"CREATE DATABASE {wanted} TEMPLATE {model}")
