"""An installation is made once, fitted to its home, and lawful from its first moment."""

import pytest
from sqlalchemy import select

from tests.refusing import refuse
from voucher import clock
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.audit.models import Event
from voucher.config import read_key
from voucher.db import db, transaction
from voucher.divisions.models import Installation
from voucher.signing import load_keyring
from voucher.upkeep.checks import run_checks
from voucher.upkeep.operations import install
from voucher.upkeep.tasks.working import work_once

LAWS = ["I01", "I02", "I03", "I04", "I05", "I06", "I08", "I09", "I10", "I11", "I12", "I13", "I16"]


@pytest.fixture
def installed(app, home):
    with transaction():
        install(home=home, now=clock.now())
    return home


def test_an_installation_has_its_mark_its_console_and_a_key_that_signs(installed):
    mark = db.session.scalars(select(Installation)).one()
    accounts = db.session.execute(select(Account.name, Account.role, Account.password_hash))
    ring = load_keyring(installed.path / "keys", wrapping_key=read_key(installed, "wrap"))

    assert (mark.district_code, mark.kind) == ("510104", "test")
    assert [tuple(row) for row in accounts] == [("console", "console", None)]
    assert ring.signing_kid == 1


def test_an_installation_is_made_once(installed):
    def again():
        with transaction():
            install(home=installed, now=clock.now())

    refuse("installation_exists", again)


def test_every_law_is_checked_from_the_first_moment(installed):
    verified = run_checks()

    assert (sorted(verified["checked"]), verified["breaches"]) == (LAWS, [])


def test_what_the_worker_did_it_does_not_do_again(installed):
    console = db.session.scalars(select(Account)).one()
    written = db.session.query(Event).count()
    actor = describe_actor(console, channel="test")

    idle = {
        "written": 0,
        "printed": 0,
        "preflighted": 0,
        "lapsed": 0,
        "dropped": 0,
        "drafts": 0,
        "sealed": 0,
    }
    assert work_once(actor=actor) == {**idle, "sealed": written}
    assert work_once(actor=actor) == idle
