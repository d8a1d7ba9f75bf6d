"""The application and the command line, put together from the domains."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask_migrate import Migrate

from voucher import jobs, replies  # noqa: F401 - their tables belong to the metadata
from voucher.accounts import models as _accounts  # noqa: F401
from voucher.assessments import models as _assessments  # noqa: F401
from voucher.audit import models as _audit  # noqa: F401
from voucher.care_levels import models as _care_levels  # noqa: F401
from voucher.cases import models as _cases  # noqa: F401
from voucher.config import Home, find_home_path, load_home
from voucher.db import assert_safe_database, db, prepare_engine
from voucher.divisions import models as _divisions  # noqa: F401
from voucher.ledger import models as _ledger  # noqa: F401
from voucher.printouts import models as _printouts  # noqa: F401
from voucher.redemptions import models as _redemptions  # noqa: F401
from voucher.residents import models as _residents  # noqa: F401
from voucher.schemes import models as _schemes  # noqa: F401
from voucher.sealing import prepare_sealing
from voucher.settlements import models as _settlements  # noqa: F401
from voucher.shops.cli import commands as shops_commands
from voucher.vouchers import models as _vouchers  # noqa: F401

MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(home: Home) -> Flask:
    """Make the application that serves one home."""
    app = Flask("voucher")
    app.config["HOME"] = home
    app.config["SQLALCHEMY_DATABASE_URI"] = home.database_url
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    prepare_sealing(app, home)
    with app.app_context():
        prepare_engine(app)
        assert_safe_database()
    return app


@contextmanager
def open_home() -> Iterator[Flask]:
    """Open the home that VOUCHER_HOME names, for one command."""
    app = create_app(load_home(find_home_path()))
    with app.app_context():
        yield app


main = click.Group("voucher", help="养老服务券 · Elder-care vouchers")
