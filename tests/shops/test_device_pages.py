"""Pages of tills: a code that is told once, a lost phone stopped at once."""

import base64
import io
import re

import numpy
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.shops.factories import make_approved_shop, make_district
from voucher import clock
from voucher.access import Role
from voucher.db import db, transaction
from voucher.replies import Reply
from voucher.shops.models import Device
from voucher.shops.rules.enrolment import hash_secret

CODE = re.compile(r'<p class="code-text">([0-9A-Z-]{19})</p>')
PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')


@pytest.fixture
def shop(app):
    make_district()
    return make_approved_shop()


def enter(app, name, role=Role.WORKER, area=None):
    make_account(name=name, role=role, area=area)
    browser = app.test_client()
    sign_in(browser, name=name)
    return browser


@pytest.fixture
def worker(app, shop):
    return enter(app, "worker")


def read(answer):
    return answer.get_data(as_text=True)


def enrol(browser, *, code="S0001", key="enrol"):
    return post(browser, "/devices/new", shop=code, client_key=key)


def stop(browser, number=1, *, key="stop"):
    return post(browser, f"/devices/{number}/suspend", client_key=key)


def list_devices():
    db.session.rollback()
    found = db.session.execute(select(Device.id, Device.state, Device.code_hash)).all()
    db.session.rollback()
    return [tuple(row) for row in found]


def test_the_code_is_shown_as_text_and_as_a_picture_whose_fragment_holds_it(worker):
    page = read(enrol(worker))

    code = CODE.search(page)[1]
    picture = Image.open(io.BytesIO(base64.b64decode(PICTURE.search(page)[1]))).convert("L")
    enlarged = numpy.kron(numpy.array(picture), numpy.ones((6, 6), numpy.uint8))
    (seen,) = zxingcpp.read_barcodes(enlarged)
    assert seen.text == f"http://localhost/till/enrol#{code}"
    assert list_devices() == [(1, "waiting", hash_secret(code))]


def test_the_code_is_told_once_and_kept_nowhere(worker):
    code = CODE.search(read(enrol(worker)))[1]

    again = enrol(worker)

    assert CODE.search(read(again)) is None
    assert "这个绑定码已经显示过了" in read(again)
    assert len(list_devices()) == 1
    assert [reply.body for reply in db.session.scalars(select(Reply))] == ['{"device": 1}']
    assert code not in str(read_tables())


def test_a_shop_that_is_not_there_or_not_open_gets_no_code(app, worker):
    before = read_tables()
    db.session.rollback()

    assert enrol(worker, code="S0009").status_code == 404
    assert read_tables() == before
    db.session.rollback()
    with transaction():
        db.session.execute(db.text("UPDATE shops SET state = 'suspended'"))
    closed = enrol(worker, key="closed")
    assert (closed.status_code, "尚未批准或已暂停" in read(closed)) == (409, True)
    assert list_devices() == []


def test_a_lost_phone_is_stopped_by_whoever_answers_and_once(app, worker):
    enrol(worker)
    desk = enter(app, "desk", Role.DESK)
    assert "停用后这台手机立即不能收券" in read(desk.get("/devices/1/suspend"))

    assert stop(desk).location == stop(desk).location == "/devices/"
    assert [row[1] for row in list_devices()] == ["suspended"]
    before = read_tables()
    db.session.rollback()
    again = stop(desk, key="again")
    assert (again.status_code, "收银终端 1 已经停用" in read(again)) == (409, True)
    assert read_tables() == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_who_may_see_enrol_and_stop(app, worker, role):
    enrol(worker)
    browser = enter(app, "somebody", role)
    seen = browser.get("/devices/").status_code == 200
    enrolled = enrol(browser, key="other").status_code == 200
    stopped = stop(browser).status_code == 302

    makers = {Role.WORKER, Role.APPROVER}
    assert seen == (role in makers | {Role.AUDITOR, Role.DESK, Role.ADMIN})
    assert enrolled == (role in makers)
    assert stopped == (role in makers | {Role.DESK, Role.ADMIN})
    assert len(list_devices()) == 1 + enrolled


def test_a_till_of_another_area_is_not_there(app, worker):
    enrol(worker)
    foreign = enter(app, "foreign", area="510104032")
    before = read_tables()
    db.session.rollback()

    assert foreign.get("/devices/1/suspend").status_code == 404
    assert stop(foreign).status_code == 404
    assert enrol(foreign).status_code == 404
    assert "这里还没有收银终端" in read(foreign.get("/devices/"))
    assert read_tables() == before


def test_the_list_sends_the_same_queries_for_one_till_and_for_three_hundred(worker):
    enrol(worker)
    with count_queries() as few:
        worker.get("/devices/")
    row = {
        "shop_id": 1,
        "state": "waiting",
        "code_expires_at": clock.now(),
        "enrolled_by": 1,
        "made_at": clock.now(),
    }
    with transaction():
        db.session.execute(insert(Device), [{**row, "code_hash": str(n)} for n in range(299)])

    with count_queries() as many:
        page = read(worker.get("/devices/?sort=made_at&q=永兴"))

    assert len(few) == len(many)
    assert "共 300 行" in page
    assert "绑定码已过期" in page
    assert worker.get("/devices/?format=xlsx").mimetype.endswith("sheet")
