"""Tills: enrolled by a code that works once and for 15 minutes, stopped at once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.shops.factories import (
    OTHER_COMMUNITY,
    make_approved_shop,
    make_book,
    make_district,
    make_person,
    take,
)
from voucher import clock
from voucher.access import Role, works_a_till
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.refusals import NotFound, Refusal
from voucher.shops.models import Device, Shop
from voucher.shops.operations.enrolling import (
    enrol_device,
    enrol_rehearsal_device,
    open_enrolment,
    suspend_device,
)
from voucher.shops.queries import find_till, list_devices

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def worker(app):
    make_district()
    make_approved_shop()
    return make_person("worker")


def enrol(actor, code="S0001"):
    with transaction():
        return enrol_device(actor=actor, shop_code=code, now=clock.now())


def open_code(code, *, later=timedelta()):
    with transaction():
        return open_enrolment(code=code, channel="web", now=clock.now() + later)


def suspend(actor, device_id):
    with transaction():
        suspend_device(actor=actor, device_id=device_id, now=clock.now())


def find(token, *, later=timedelta()):
    return find_till(token=token, channel="api", now=clock.now() + later)


def refuse(kind, act, *arguments, **named):
    with pytest.raises(kind) as caught:
        act(*arguments, **named)
    return caught.value.word


def test_a_code_becomes_a_till_that_speaks_for_its_shop_alone(worker):
    made = enrol(worker)

    opened = open_code(made.code)

    till = find(opened.token)
    assert (till.shop_id, till.device_id) == (opened.shop_id, made.device_id)
    assert (till.account_id, till.role, works_a_till(till)) == (None, None, True)
    assert made.token is None


def test_neither_code_nor_token_is_kept(worker):
    made = enrol(worker)
    opened = open_code(made.code)

    kept = db.session.execute(select(Device.code_hash, Device.token_hash)).one()
    facts = str(list(db.session.scalars(select(Event.facts))))

    assert made.code not in facts
    assert opened.token not in facts
    assert {made.code, opened.token}.isdisjoint(kept)


def test_a_code_works_once(worker):
    made = enrol(worker)
    open_code(made.code)

    assert refuse(Refusal, open_code, made.code) == "enrolment_code"


@pytest.mark.parametrize(("minutes", "works"), [(14, True), (15, False), (16, False)])
def test_a_code_is_dead_after_15_minutes(worker, minutes, works):
    made = enrol(worker)
    later = made.code_expires_at - timedelta(minutes=15) + timedelta(minutes=minutes) - clock.now()

    if works:
        assert open_code(made.code, later=later).device_id == made.device_id
    else:
        assert refuse(Refusal, open_code, made.code, later=later) == "enrolment_code"


def test_an_invented_code_is_refused_like_an_old_one(worker):
    assert refuse(Refusal, open_code, "0000-0000-0000-0000") == "enrolment_code"


def test_a_till_is_unknown_after_90_days(worker):
    opened = open_code(enrol(worker).code)

    assert find(opened.token, later=timedelta(days=89)).device_id == opened.device_id
    assert find(opened.token, later=timedelta(days=90)) is None


def test_a_stopped_till_is_unknown_at_once_and_stopped_once(worker):
    opened = open_code(enrol(worker).code)

    suspend(worker, opened.device_id)

    assert find(opened.token) is None
    assert refuse(Refusal, suspend, worker, opened.device_id) == "device_state"


def test_a_code_stopped_before_it_was_opened_is_dead(worker):
    made = enrol(worker)

    suspend(worker, made.device_id)

    assert refuse(Refusal, open_code, made.code) == "enrolment_code"


def test_the_tills_of_a_suspended_shop_are_unknown(worker):
    opened = open_code(enrol(worker).code)
    waiting = enrol(worker)
    with transaction():
        db.session.execute(update(Shop).values(state="suspended"))

    assert find(opened.token) is None
    assert refuse(Refusal, open_code, waiting.code) == "enrolment_code"


def test_an_invented_token_is_nobody(worker):
    assert find("") is None
    assert find("x" * 43) is None


def test_a_shop_that_nobody_approved_gets_no_till(worker):
    take(worker, make_book([("S0002", *make_row_tail())]))

    assert refuse(Refusal, enrol, worker, "S0002") == "shop_state"
    assert refuse(NotFound, enrol, worker, "S0009") == "shop_unknown"
    assert db.session.scalar(select(func.count()).select_from(Device)) == 0


def make_row_tail():
    return (
        *("晚晴理发店", "登记", "L-0002", *OTHER_COMMUNITY, "示例路2号", "王老板", "13800000000"),
        *("09:00-18:00", "示例银行锦江支行", "晚晴理发店", "6222418600883780000"),
    )


def test_a_worker_of_another_street_neither_enrols_nor_stops_nor_sees(worker):
    made = enrol(worker)
    local = make_person("local", area=OTHER_COMMUNITY[0])

    assert refuse(NotFound, enrol, local) == "shop_unknown"
    assert refuse(NotFound, suspend, local, made.device_id) == "device_unknown"
    assert list_devices(actor=local) == []


def test_a_rehearsal_till_works_at_once_and_its_code_is_used_up(worker):
    with transaction():
        made = enrol_rehearsal_device(actor=worker, shop_code="S0001", now=clock.now())

    assert find(made.token).device_id == made.device_id
    assert refuse(Refusal, open_code, made.code) == "enrolment_code"


def test_each_step_of_a_till_writes_one_event(worker):
    desk = make_person("desk", Role.DESK)
    opened = open_code(enrol(worker).code)
    suspend(desk, opened.device_id)

    rows = select(Event.action, Event.actor_key).where(Event.subject_kind == "device")
    assert [tuple(row) for row in db.session.execute(rows.order_by(Event.id))] == [
        ("shops.enrol_device", worker.key),
        ("shops.open_enrolment", f"device:{opened.device_id}"),
        ("shops.suspend_device", desk.key),
    ]
