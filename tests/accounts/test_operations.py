"""Accounts: made once, opened by chance and by their owner alone."""

from datetime import date, timedelta

import pytest
from flask_security import hash_password
from sqlalchemy import func, select

from tests.accounts.factories import ADMIN, PASSWORD, invite, make_account
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import (
    Attempt,
    admit_account,
    examine_attempt,
    sign_out,
)
from voucher.accounts.operations.keeping import (
    add_account,
    add_console,
    change_password,
    renew_first_password,
)
from voucher.accounts.queries import describe_actor, find_account, get_actor
from voucher.app import create_app
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.divisions.models import Division, Level
from voucher.refusals import BadInput, NotFound, Refusal


def knock(name, password, now):
    attempt = examine_attempt(name=name, password=password)
    with transaction():
        return admit_account(attempt=attempt, now=now)


def miss(account, now):
    """Miss without the slow hash, which other tests look at."""
    with transaction():
        return admit_account(attempt=Attempt(account.id, is_right=False), now=now)


def list_events():
    return list(db.session.scalars(select(Event.action).order_by(Event.id)))


def make_town():
    with transaction():
        for code, level, parent in (
            ("510104", Level.DISTRICT, None),
            ("510104001", Level.STREET, 1),
            ("510104001001", Level.COMMUNITY, 2),
            ("510104001002", Level.COMMUNITY, 2),
            ("510104002", Level.STREET, 1),
            ("510104002001", Level.COMMUNITY, 5),
        ):
            db.session.add(
                Division(
                    code=code, name=code, level=level, parent_id=parent, from_date=date(2020, 1, 1)
                )
            )
            db.session.flush()


def test_a_first_password_opens_once_and_is_told_in_the_audit_by_nobody(app):
    made = invite(name="Zhang.San", role=Role.FINANCE)

    account = knock("zhang.san", made.first_password, clock.now())

    assert account is not None
    assert (account.name, account.role, account.must_change_password) == (
        "zhang.san",
        "finance",
        True,
    )
    assert list_events() == ["accounts.add", "accounts.sign_in"]
    told = db.session.scalars(select(Event)).all()
    assert made.first_password not in str([event.facts for event in told])
    assert made.first_password not in (account.password_hash or "")


def test_passwords_are_kept_as_argon2id_alone_and_at_its_full_cost(home, app):
    account = make_account()

    assert (account.password_hash or "").startswith("$argon2id$")
    with create_app(home).app_context():
        assert hash_password("x" * 20).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        db.engine.dispose()


def test_a_first_password_is_dead_after_seven_days(app):
    now = clock.now()
    made = invite(now=now)

    assert knock("zhang.san", made.first_password, now + timedelta(days=7)) is None
    just_before = now + timedelta(days=7, seconds=-1)
    assert knock("zhang.san", made.first_password, just_before) is not None


def test_a_first_password_used_once_is_dead_an_hour_later(app):
    now = clock.now()
    made = invite(now=now)

    assert knock("zhang.san", made.first_password, now) is not None
    assert knock("zhang.san", made.first_password, now + timedelta(minutes=59)) is not None
    assert knock("zhang.san", made.first_password, now + timedelta(hours=1)) is None


def test_five_misses_close_an_account_for_fifteen_minutes(app):
    account = make_account()
    now = clock.now()

    for _ in range(5):
        assert miss(account, now) is None

    assert knock("zhang.san", PASSWORD, now + timedelta(minutes=14, seconds=59)) is None
    assert knock("zhang.san", PASSWORD, now + timedelta(minutes=15)) is not None


def test_misses_while_closed_do_not_close_for_longer(app):
    account = make_account()
    now = clock.now()
    for _ in range(5):
        miss(account, now)

    for minute in range(1, 15):
        miss(account, now + timedelta(minutes=minute))

    assert knock("zhang.san", PASSWORD, now + timedelta(minutes=15)) is not None


def test_four_misses_are_forgotten_at_the_next_right_password(app):
    account = make_account()
    now = clock.now()

    for _ in range(3):
        for _ in range(4):
            assert miss(account, now) is None
        assert knock("zhang.san", PASSWORD, now) is not None


def test_a_right_password_examined_before_the_fifth_miss_stays_outside_after_it(app):
    account = make_account()
    now = clock.now()
    early = examine_attempt(name="zhang.san", password=PASSWORD)
    assert early == Attempt(account.id, is_right=True)
    for _ in range(5):
        miss(account, now)

    with transaction():
        assert admit_account(attempt=early, now=now) is None


def test_a_renewed_first_password_opens_again_and_ends_what_was_open(app):
    account = make_account()
    mark = account.session_mark

    with transaction():
        renewed = renew_first_password(actor=ADMIN, name="zhang.san", now=clock.now())

    assert renewed.account.session_mark != mark
    assert renewed.account.must_change_password
    assert examine_attempt(name="zhang.san", password=renewed.first_password).is_right
    assert not examine_attempt(name="zhang.san", password=PASSWORD).is_right


@pytest.mark.parametrize("name", ["nobody", "console"])
def test_only_a_person_gets_a_new_first_password(app, name):
    with transaction():
        add_console(actor=ADMIN, now=clock.now())

    with pytest.raises(NotFound) as refused, transaction():
        renew_first_password(actor=ADMIN, name=name, now=clock.now())

    assert refused.value.word == "account_unknown"


@pytest.mark.parametrize("name", ["nobody", "console", "", "x" * 1000])
def test_nobody_enters_by_a_name_without_a_password(app, name):
    with transaction():
        add_console(actor=ADMIN, now=clock.now())

    assert knock(name, "", clock.now()) is None
    assert list_events()[-1] == "accounts.sign_in_refused"


def test_a_wrong_password_is_a_miss(app):
    account = make_account()

    assert knock("zhang.san", "wrong", clock.now()) is None
    assert examine_attempt(name="zhang.san", password="wrong") == Attempt(account.id, False)
    left = find_account(name="zhang.san")
    assert left is not None
    assert left.missed_sign_ins == 1


def test_a_closed_account_stays_outside(app):
    account = make_account()
    with transaction():
        db.session.get_one(Account, account.id).is_active = False

    assert knock("zhang.san", PASSWORD, clock.now()) is None
    with pytest.raises(NotFound, match="^account_unknown$"):
        get_actor(name="zhang.san", channel="test")


def test_an_account_is_made_once(app):
    invite(name="zhang.san")

    with pytest.raises(Refusal, match="^account_exists$"):
        invite(name="ZHANG.SAN")

    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    assert list_events() == ["accounts.add"]


@pytest.mark.parametrize(
    ("name", "role", "area", "word"),
    [
        ("a b", Role.WORKER, None, "name_format"),
        ("li.si", Role.CONSOLE, None, "role_unknown"),
        ("li.si", Role.WORKER, "999999", "division_unknown"),
    ],
)
def test_a_refused_account_writes_nothing(app, name, role, area, word):
    with pytest.raises(Refusal, match=f"^{word}$"), transaction():
        add_account(actor=ADMIN, name=name, role=role, area=area, now=clock.now())

    assert list_events() == []
    assert find_account(name=name) is None


@pytest.mark.parametrize(
    ("area", "ids"),
    [
        (None, None),
        ("510104", {3, 4, 6}),
        ("510104001", {3, 4}),
        ("510104002001", {6}),
    ],
)
def test_an_actor_covers_the_communities_of_the_area_and_no_others(app, area, ids):
    make_town()
    make_account(area=area)

    actor = get_actor(name="zhang.san", channel="test")

    assert actor.community_ids == (None if ids is None else frozenset(ids))


def test_a_new_password_replaces_the_old_and_ends_other_sessions(app):
    account = make_account()
    actor, mark = describe_actor(account, channel="test"), account.session_mark
    wanted = "a second otter paints the river"

    with transaction():
        change_password(
            actor=actor, current=PASSWORD, wanted=wanted, repeated=wanted, now=clock.now()
        )

    assert knock("zhang.san", PASSWORD, clock.now()) is None
    entered = knock("zhang.san", wanted, clock.now())
    assert entered is not None
    assert entered.session_mark != mark


@pytest.mark.parametrize(
    ("current", "wanted", "repeated", "word"),
    [
        ("wrong", "a second otter paints", "a second otter paints", "password_wrong"),
        (PASSWORD, "a second otter paints", "a third otter paints", "password_differs"),
        (PASSWORD, PASSWORD, PASSWORD, "password_same"),
        (PASSWORD, "short", "short", "password_length"),
        (PASSWORD, "password12345678", "password12345678", "password_weak"),
    ],
)
def test_a_refused_new_password_changes_nothing(app, current, wanted, repeated, word):
    account = make_account()
    actor = describe_actor(account, channel="test")
    before = list_events()

    with pytest.raises((Refusal, BadInput), match=f"^{word}$"), transaction():
        change_password(
            actor=actor, current=current, wanted=wanted, repeated=repeated, now=clock.now()
        )

    assert list_events() == before
    assert knock("zhang.san", PASSWORD, clock.now()) is not None


def test_signing_out_ends_every_session_of_the_account(app):
    account = make_account()
    mark = account.session_mark

    with transaction():
        sign_out(actor=describe_actor(account, channel="test"), now=clock.now())

    left = find_account(name="zhang.san")
    assert left is not None
    assert left.session_mark != mark
