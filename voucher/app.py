"""The application and the command line, put together from the domains."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click
from flask import Flask, Request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

# Their tables belong to the metadata.
from voucher import clock, jobs, pages, replies, uploads  # noqa: F401
from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import examine_attempt, readmit_account
from voucher.accounts.queries import find_account, get_actor
from voucher.accounts.rules import needs_second_factor
from voucher.config import (
    Home,
    count_proxies,
    find_home_path,
    load_home,
    read_key,
)
from voucher.console import Doors, Gate
from voucher.db import assert_safe_database, db, prepare_engine, transaction
from voucher.entrances import APIS, COMMANDS, LIMITS, PAGES
from voucher.refusals import N_, NotAllowed
from voucher.sealing import prepare_sealing
from voucher.typefaces import list_further_typefaces

PACKAGE = Path(__file__).parent
MIGRATIONS = PACKAGE / "migrations"
UPLOAD_LIMIT = 31 * 1024 * 1024


def create_app(home: Home) -> Flask:
    """Make the application that serves one home."""
    app = Flask(
        "voucher",
        template_folder=find_beside("templates"),
        static_folder=find_beside("static"),
        static_url_path="/static",
    )
    app.request_class = uploads.FormRequest
    app.config.from_mapping(_settings(home))
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    prepare_sealing(app, home)
    csrf = CSRFProtect(app)
    Security(app, SQLAlchemyUserDatastore(db, Account, RoleMixin), register_blueprint=False)
    # Flask-Security would read a stranger's whole body in search of a token of its own kind.
    app.login_manager.request_loader(_find_nobody)  # type: ignore[attr-defined]
    pages.prepare_pages(app)
    for blueprint in (*PAGES, *APIS):
        app.register_blueprint(blueprint)
    for blueprint in APIS:
        csrf.exempt(blueprint)
    _limit_attempts(app)
    _trust_proxies(app)
    _check_settings(home)
    with app.app_context():
        prepare_engine(app)
        assert_safe_database()
    return app


def _find_nobody(request: Request) -> None:
    """People are known by their session, tills by their own token; nobody by anything else."""


def open_site() -> Flask:
    """Make the application of the home that VOUCHER_HOME names, for a web server."""
    return create_app(load_home(find_home_path()))


@contextmanager
def open_home() -> Iterator[Flask]:
    """Open the home that VOUCHER_HOME names, for one command, and close its database after it."""
    app = open_site()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def find_beside(name: str) -> Path:
    """Give a folder that lies beside the package in a checkout and inside it in a wheel."""
    inside = PACKAGE / f"_{name}"
    return inside if inside.is_dir() else PACKAGE.parent / name


def _settings(home: Home) -> dict[str, Any]:
    is_live = not home.is_rehearsal
    local = [] if is_live else ["localhost", "127.0.0.1", "[::1]"]
    return {
        "HOME": home,
        "SECRET_KEY": read_key(home, "session"),
        "SQLALCHEMY_DATABASE_URI": home.database_url,
        # The message of a fault goes to the log, where no code, key or name may stand.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "MAX_CONTENT_LENGTH": UPLOAD_LIMIT,
        "TRUSTED_HOSTS": [home.host.lower(), *local],
        # A rehearsal is served without TLS on one's own machine, where browsers refuse __Host-.
        "SESSION_COOKIE_NAME": "__Host-voucher" if is_live else "voucher",
        "SESSION_COOKIE_SECURE": is_live,
        "SESSION_COOKIE_HTTPONLY": True,
        # Strict would lose the till's cookie when WeChat opens a voucher's address.
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        # Our pages send no referrer, so its absence says nothing.
        "WTF_CSRF_SSL_STRICT": False,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        # Argon2 salts by itself; a second secret would be one more to lose.
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "RATELIMIT_STORAGE_URI": "memory://",
        "RATELIMIT_HEADERS_ENABLED": True,
    }


def _check_settings(home: Home) -> None:
    """Refuse to start with what cannot be read, rather than on the first page that needs it."""
    list_further_typefaces()
    _ = home.deadlines


def _limit_attempts(app: Flask) -> None:
    limiter = Limiter(get_remote_address, app=app)
    for endpoint, rate in LIMITS.items():
        limited = limiter.limit(rate)(app.view_functions[endpoint])
        app.view_functions[endpoint] = cast(Callable[..., Any], limited)


def _trust_proxies(app: Flask) -> None:
    # Forwarded addresses are believed of as many proxies as the operator names, of none otherwise.
    if hops := count_proxies():
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]


def _find_actor(name: str) -> Actor:
    return get_actor(name=name, channel=f"console:{getpass.getuser()}"[:60])


def _confirm_person(actor: Actor) -> None:
    if load_home(find_home_path()).is_rehearsal:
        return
    found = find_account(name=actor.name)
    if found is None or (
        needs_second_factor(found.role, is_rehearsal=False) and not found.has_second_factor
    ):
        raise NotAllowed(
            "second_factor_needed", N_("此角色须先在网站登录并设置两步验证，才能执行这项命令")
        )
    has_code = found.has_second_factor
    password = click.prompt(f"{actor.name} 密码 · password", hide_input=True, err=True)
    code = click.prompt("验证码 · code", err=True) if has_code else ""
    attempt = examine_attempt(name=actor.name, password=password)
    with transaction():
        account = readmit_account(attempt=attempt, code=code, now=clock.now())
    if account is None:
        raise NotAllowed("password_wrong", N_("密码或验证码不正确，或账号暂时锁定，未执行"))


DOORS = Doors(
    open_home=open_home,
    find_actor=_find_actor,
    confirm_person=_confirm_person,
    translate=pages.say_in_both,
)

main = Gate(
    "voucher",
    commands={str(made.name): made for made in COMMANDS},
    context_settings={"obj": DOORS, "help_option_names": ["-h", "--help"]},
    help="养老服务券 · Elder-care vouchers",
)
main = click.version_option(package_name="voucher")(main)
