"""The second factor: proved by its owner, used up code by code, learned by nobody else."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.accounts.factories import (
    ADMIN,
    give_second_factor,
    make_account,
    make_actor,
    read_code,
)
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import (
    Attempt,
    admit_account,
    admit_by_code,
    readmit_account,
)
from voucher.accounts.operations.factors import offer_secret, open_secret, set_up_second_factor
from voucher.accounts.operations.keeping import add_console, take_off_second_factor
from voucher.accounts.queries import describe_actor
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.refusals import Refusal
from voucher.sealing import unseal


def give_password(account_id, now, *, is_right=True):
    with transaction():
        return admit_account(attempt=Attempt(account_id, is_right=is_right), now=now)


def give_code(account_id, code, now):
    with transaction():
        return admit_by_code(account_id=account_id, code=code, now=now)


def list_events():
    return [
        (action, facts.get("reason"))
        for action, facts in db.session.execute(
            select(Event.action, Event.facts).order_by(Event.id).offset(1)
        )
    ]


def test_a_proved_secret_is_kept_sealed_for_its_account_alone(app):
    actor = make_actor(role=Role.FINANCE)
    secret, offered = offer_secret(actor=actor)
    mark = db.session.get_one(Account, actor.account_id).session_mark

    with transaction():
        set_up_second_factor(actor=actor, offered=offered, code=read_code(secret), now=clock.now())

    account = db.session.get_one(Account, actor.account_id)
    assert open_secret(account) == secret
    assert secret.encode() not in account.totp_sealed
    assert account.session_mark != mark
    assert list_events() == [("accounts.set_up_second_factor", None)]
    assert secret not in str([event.facts for event in db.session.scalars(select(Event))])
    with pytest.raises(Refusal, match="^sealed_damaged$"):
        unseal(account.totp_sealed, column="accounts.totp", row=str(account.id + 1))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda offered, code: (offered, "000000" if code != "000000" else "000001"), "code_wrong"),
        (lambda offered, code: ("zz", code), "offer_damaged"),
        (lambda offered, code: (offered[:-2] + "00", code), "offer_damaged"),
    ],
)
def test_a_secret_nobody_proved_is_not_kept(app, change, word):
    actor = make_actor()
    secret, offered = offer_secret(actor=actor)
    sent, code = change(offered, read_code(secret))

    with pytest.raises(Refusal, match=f"^{word}$"), transaction():
        set_up_second_factor(actor=actor, offered=sent, code=code, now=clock.now())

    assert db.session.get_one(Account, actor.account_id).totp_sealed is None
    assert list_events() == []


def test_an_offer_opens_for_its_own_account_alone(app):
    actor, other = make_actor(name="zhang.san"), make_actor(name="li.si")
    secret, offered = offer_secret(actor=actor)

    with pytest.raises(Refusal, match="^offer_damaged$"), transaction():
        set_up_second_factor(actor=other, offered=offered, code=read_code(secret), now=clock.now())


def test_a_second_factor_is_not_replaced_by_whoever_sits_there(app):
    account = make_account()
    kept = give_second_factor(account)
    actor = describe_actor(account, channel="test")
    secret, offered = offer_secret(actor=actor)

    with pytest.raises(Refusal, match="^second_factor_exists$"), transaction():
        set_up_second_factor(actor=actor, offered=offered, code=read_code(secret), now=clock.now())

    assert open_secret(db.session.get_one(Account, account.id)) == kept


def test_a_right_password_alone_is_not_an_entry(app):
    account = make_account()
    give_second_factor(account)

    assert give_password(account.id, clock.now()) is not None

    assert list_events() == [("accounts.give_password", None)]


def test_a_code_opens_once(app):
    account = make_account()
    secret, now = give_second_factor(account), clock.now()
    code = read_code(secret, at=now)

    assert give_code(account.id, code, now) is not None
    assert give_code(account.id, code, now) is None
    assert give_code(account.id, read_code(secret, at=now - timedelta(seconds=30)), now) is None
    assert give_code(account.id, read_code(secret, at=now + timedelta(seconds=30)), now) is not None

    assert list_events() == [
        ("accounts.sign_in", None),
        ("accounts.sign_in_refused", "code"),
        ("accounts.sign_in_refused", "code"),
        ("accounts.sign_in", None),
    ]


def test_a_right_password_does_not_forget_the_misses_of_codes(app):
    account = make_account()
    secret, now = give_second_factor(account), clock.now()

    for _ in range(5):
        assert give_password(account.id, now) is not None
        assert give_code(account.id, "", now) is None

    assert give_password(account.id, now) is None
    assert give_code(account.id, read_code(secret), now) is None
    later = now + timedelta(minutes=15)
    assert give_code(account.id, read_code(secret, at=later), later) is not None


def test_misses_of_password_and_code_count_together(app):
    account = make_account()
    secret, now = give_second_factor(account), clock.now()

    for _ in range(3):
        give_password(account.id, now, is_right=False)
    for _ in range(2):
        give_code(account.id, "", now)

    assert give_code(account.id, read_code(secret), now) is None


def test_a_code_is_no_entry_for_an_account_that_was_stopped(app):
    account = make_account()
    secret = give_second_factor(account)
    with transaction():
        db.session.get_one(Account, account.id).is_active = False

    assert give_code(account.id, read_code(secret), clock.now()) is None


def test_who_is_asked_again_gives_both(app):
    account = make_account()
    secret, now = give_second_factor(account), clock.now()
    attempt = Attempt(account.id, is_right=True)

    with transaction():
        assert readmit_account(attempt=attempt, code="", now=now) is None
    with transaction():
        assert readmit_account(attempt=attempt, code=read_code(secret), now=now) is not None


def test_one_code_sent_eight_times_at_once_opens_once(app):
    account_id = (account := make_account()).id
    secret, now = give_second_factor(account), clock.now()
    code, barrier, opened = read_code(secret, at=now), threading.Barrier(8), []

    def knock():
        with app.app_context():
            barrier.wait()
            entered = give_code(account_id, code, now)
            opened.append(entered is not None)
            db.session.remove()

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(opened) == [False] * 7 + [True]


def test_a_lost_second_factor_is_taken_off_and_every_session_ends(app):
    account = make_account()
    give_second_factor(account)
    mark = db.session.get_one(Account, account.id).session_mark

    with transaction():
        take_off_second_factor(actor=ADMIN, name="zhang.san", now=clock.now())

    left = db.session.get_one(Account, account.id)
    assert (left.totp_sealed, left.totp_counter) == (None, None)
    assert left.session_mark != mark
    assert list_events() == [("accounts.take_off_second_factor", None)]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("nobody", "account_unknown"),
        ("console", "account_unknown"),
        ("zhang.san", "second_factor_missing"),
        ("admin", "own_account"),
    ],
)
def test_a_second_factor_is_taken_off_where_it_was_lost_and_by_another(app, name, word):
    with transaction():
        add_console(actor=ADMIN, now=clock.now())
    make_account()
    actor = make_actor(name="admin", role=Role.ADMIN)
    before = list_events()

    with pytest.raises(Refusal, match=f"^{word}$"), transaction():
        take_off_second_factor(actor=actor, name=name, now=clock.now())

    assert list_events() == before
