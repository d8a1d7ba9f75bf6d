"""Accounts for tests. The people are invented."""

from datetime import datetime
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from jinja2 import FileSystemBytecodeCache
from passlib.totp import TOTP

from tests.pages import post
from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.models import Account
from voucher.accounts.operations.keeping import NewAccount, add_account
from voucher.accounts.queries import describe_actor
from voucher.accounts.rules import make_secret
from voucher.db import db, transaction
from voucher.sealing import seal

PASSWORD = "invented-otter-paints-a-bridge"
ADMIN = Actor(key="account:0", name="console", channel="test", role=Role.CONSOLE, account_id=0)


def hurry(app: Flask) -> None:
    """
    Let an application of a test spend no time on what thousands of tests would repeat.

    Passwords are hashed cheaply (one test looks at the real cost), templates compiled once.
    """
    cost = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    app.extensions["security"].pwd_context.update(**cost)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()


def invite(
    *,
    name: str = "zhang.san",
    role: Role = Role.WORKER,
    area: str | None = None,
    now: datetime | None = None,
) -> NewAccount:
    """Make an account that still has its first password."""
    with transaction():
        return add_account(actor=ADMIN, name=name, role=role, area=area, now=now or clock.now())


def make_account(
    *, name: str = "zhang.san", role: Role = Role.WORKER, area: str | None = None
) -> Account:
    """Make an account that has chosen PASSWORD."""
    account = invite(name=name, role=role, area=area).account
    with transaction():
        account.password_hash = hash_once()
        account.must_change_password = False
        account.first_password_expires_at = None
    return account


@cache
def hash_once() -> str:
    """Give PASSWORD as it is stored; the slow hash is tested elsewhere."""
    return str(hash_password(PASSWORD))


def make_actor(
    *, name: str = "zhang.san", role: Role = Role.WORKER, area: str | None = None
) -> Actor:
    """Make the actor of a new account."""
    actor = describe_actor(make_account(name=name, role=role, area=area), channel="test")
    db.session.rollback()
    return actor


def sign_in(client: FlaskClient, *, name: str = "zhang.san", password: str = PASSWORD) -> int:
    """Sign in as a browser does; give the status of the answer."""
    return post(client, "/sign-in", name=name, password=password).status_code


def give_second_factor(account: Account) -> str:
    """Give an account a second factor that has not been used yet; give its secret."""
    secret = make_secret()
    with transaction():
        kept = db.session.get_one(Account, account.id)
        kept.totp_sealed = seal(secret, column="accounts.totp", row=str(account.id))
        kept.totp_counter = 0
    return secret


def read_code(secret: str, *, at: datetime | None = None) -> str:
    """Give what an authenticator app shows for a secret, now or at an instant."""
    return str(TOTP(secret).generate(int((at or clock.now()).timestamp())).token)
