"""The administrator's pages: who signs in, as what, and where."""

import io
import re
import threading
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from tests.accounts.factories import (
    ADMIN,
    give_second_factor,
    make_account,
    make_actor,
    sign_in,
)
from tests.pages import count_queries, post
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import examine_attempt
from voucher.accounts.operations.keeping import add_console, change_duty, stop_account
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.divisions.models import Division, Level
from voucher.refusals import Refusal

STREET, COMMUNITY = "510104001", "510104001001"
_PASSWORD = re.compile(r'id="first-password">([^<]+)<')


@pytest.fixture
def office(client):
    """Give the browser of the administrator, in a district of one street."""
    with transaction():
        for code, name, level, parent in (
            ("510104", "锦江区", Level.DISTRICT, None),
            (STREET, "示例街道", Level.STREET, 1),
            (COMMUNITY, "示例社区", Level.COMMUNITY, 2),
        ):
            row = Division(code=code, name=name, level=level, parent_id=parent)
            row.from_date = date(2020, 1, 1)
            db.session.add(row)
            db.session.flush()
        add_console(actor=ADMIN, now=clock.now())
    make_account(name="admin", role=Role.ADMIN)
    sign_in(client, name="admin")
    return client


def read(name):
    """Give an account as it is now, and keep no read open that a request would wait for."""
    db.session.rollback()
    found = db.session.scalars(select(Account).where(Account.name == name)).one()
    db.session.expunge(found)
    db.session.rollback()
    return found


def list_events():
    db.session.rollback()
    found = list(db.session.scalars(select(Event.action).order_by(Event.id)))
    db.session.rollback()
    return found


def opens(name, password):
    is_right = examine_attempt(name=name, password=password).is_right
    db.session.rollback()
    return is_right


def send(office, name, deed, **fields):
    return post(office, f"/accounts/{read(name).id}/{deed}", **fields)


def test_a_new_account_shows_its_first_password_once(office):
    fields = {"client_key": "k1", "name": "Li.Si", "role": "worker", "area": COMMUNITY}

    made = post(office, "/accounts/new", **fields)
    again = post(office, "/accounts/new", **fields)

    password = _PASSWORD.search(made.get_data(as_text=True))[1]
    account = read("li.si")
    assert (made.status_code, again.status_code) == (200, 200)
    assert opens("li.si", password)
    assert (account.role, account.division_id, account.must_change_password) == ("worker", 3, True)
    assert _PASSWORD.search(again.get_data(as_text=True)) is None
    assert "已不能再看" in again.get_data(as_text=True)
    assert list_events().count("accounts.add") == 2
    stored = db.session.connection().exec_driver_sql("SELECT body FROM replies").scalars().all()
    assert stored == [f'{{"account": {account.id}}}']


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": "a b", "role": "worker", "area": ""}, 422, "账号名须为"),
        ({"name": "admin", "role": "worker", "area": ""}, 409, "已存在"),
        ({"name": "li.si", "role": "", "area": ""}, 422, "请选择角色"),
        ({"name": "li.si", "role": "console", "area": ""}, 422, "不能授予个人"),
        ({"name": "li.si", "role": "desk", "area": "9"}, 404, "没有编码为 9"),
    ],
)
def test_a_refused_account_keeps_what_was_typed_and_writes_nothing(
    office, fields, status, sentence
):
    before = list_events()

    refused = post(office, "/accounts/new", client_key="k", **fields)

    page = refused.get_data(as_text=True)
    assert refused.status_code == status
    assert sentence in page
    assert f'value="{fields["name"]}"' in page
    assert list_events() == before


def test_a_renewed_first_password_ends_what_was_open(app, office):
    make_account()
    worker = app.test_client()
    sign_in(worker)

    renewed = send(office, "zhang.san", "first-password")

    password = _PASSWORD.search(renewed.get_data(as_text=True))[1]
    assert opens("zhang.san", password)
    assert worker.get("/").location == "/sign-in?next=/"
    assert list_events()[-1] == "accounts.renew_first_password"


def test_a_changed_duty_acts_on_the_next_request(app, office):
    make_account()
    worker = app.test_client()
    sign_in(worker)

    changed = send(office, "zhang.san", "duty", role="desk", area=STREET)

    assert changed.status_code == 302
    assert (read("zhang.san").role, read("zhang.san").division_id) == ("desk", 2)
    assert "信息中心" in worker.get("/").get_data(as_text=True)
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.facts) == (
        "accounts.change_duty",
        {
            "name": "zhang.san",
            "before": {"role": "worker", "division": None},
            "after": {"role": "desk", "division": 2},
        },
    )


def test_a_stopped_account_is_outside_at_once_and_may_come_back(app, office):
    make_account()
    worker = app.test_client()
    sign_in(worker)

    assert send(office, "zhang.san", "stop").status_code == 302
    assert worker.get("/").location == "/sign-in?next=/"
    assert sign_in(worker) == 401
    assert send(office, "zhang.san", "stop").status_code == 409
    assert send(office, "zhang.san", "start").status_code == 302
    assert sign_in(worker) == 302
    assert send(office, "zhang.san", "start").status_code == 409
    stops = [action for action in list_events() if action in ("accounts.stop", "accounts.start")]
    assert stops == ["accounts.stop", "accounts.start"]


def test_a_lost_second_factor_is_taken_off_and_never_shown(office):
    account = make_account()
    secret = give_second_factor(account)
    page = office.get(f"/accounts/{read('zhang.san').id}").get_data(as_text=True)
    assert "取消两步验证" in page
    assert secret not in page

    assert send(office, "zhang.san", "second-factor").status_code == 302

    assert not read("zhang.san").has_second_factor
    assert list_events()[-1] == "accounts.take_off_second_factor"
    assert send(office, "zhang.san", "second-factor").status_code == 409


@pytest.mark.parametrize(
    ("deed", "fields"),
    [
        ("duty", {"role": "finance", "area": ""}),
        ("stop", {}),
        ("start", {}),
        ("first-password", {}),
        ("second-factor", {}),
    ],
)
def test_an_administrator_changes_not_himself(office, deed, fields):
    before = list_events()

    refused = send(office, "admin", deed, **fields)

    assert refused.status_code == 409
    assert "不能更改自己的账号" in refused.get_data(as_text=True)
    assert list_events() == before


@pytest.mark.parametrize("deed", ["duty", "stop", "start", "first-password", "second-factor"])
def test_the_command_lines_own_account_is_nobodys_to_change(office, deed):
    before = list_events()

    assert send(office, "console", deed, role="worker", area="").status_code == 404
    assert office.get(f"/accounts/{read('console').id}").status_code == 404
    assert list_events() == before


@pytest.mark.parametrize("number", ["2147483647", "2147483648", "9" * 40])
def test_an_account_nobody_has_is_no_page(office, number):
    assert office.get(f"/accounts/{number}").status_code == 404


@pytest.mark.parametrize("deed", ["duty", "start", "first-password", "second-factor", "new"])
def test_what_says_who_may_asks_for_the_password_when_it_is_old(office, home, deed):
    account = make_account()
    set_clock(home, clock.now() + timedelta(minutes=15))
    before = list_events()
    path = "/accounts/new" if deed == "new" else f"/accounts/{account.id}/{deed}"

    asked = post(office, path, name="x", role="admin", area="", client_key="k")

    assert asked.status_code == 401
    assert 'name="kept"' in asked.get_data(as_text=True)
    assert list_events() == before


def test_the_last_administrator_stays(app):
    actor = make_actor(name="other")
    admin_id = make_actor(name="admin", role=Role.ADMIN).account_id

    for deed in (
        lambda: stop_account(actor=actor, account_id=admin_id, now=clock.now()),
        lambda: change_duty(
            actor=actor, account_id=admin_id, role=Role.DESK, area=None, now=clock.now()
        ),
    ):
        with pytest.raises(Refusal, match="^last_admin$"), transaction():
            deed()

    assert (read("admin").role, read("admin").is_active) == ("admin", True)


def test_two_administrators_who_stop_each_other_at_once_leave_one(app):
    actors = [make_actor(name=name, role=Role.ADMIN) for name in ("one", "two")]
    barrier, outcomes = threading.Barrier(2), []

    def stop(actor, other):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    stop_account(actor=actor, account_id=other.account_id, now=clock.now())
                outcomes.append("stopped")
            except Refusal as refusal:
                outcomes.append(refusal.word)
            db.session.remove()

    pairs = [(actors[0], actors[1]), (actors[1], actors[0])]
    threads = [threading.Thread(target=stop, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["last_admin", "stopped"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_only_an_administrator_sees_and_changes_accounts(client, role):
    account = make_account(name="somebody", role=role)
    sign_in(client, name="somebody")

    statuses = {
        client.get(path).status_code for path in ("/accounts/", f"/accounts/{account.id}")
    } | {client.get("/accounts/new").status_code}

    assert statuses == ({200} if role is Role.ADMIN else {403})


def fill(count):
    rows = [
        {
            "name": f"w{number:03d}",
            "role": "worker" if number % 3 else "desk",
            "is_active": bool(number % 2),
            "password_hash": "x",
            "session_mark": f"mark-{number}",
            "made_at": clock.now(),
            "division_id": 3,
        }
        for number in range(count)
    ]
    with transaction():
        db.session.execute(insert(Account), rows)


def test_the_list_asks_as_often_for_three_hundred_as_for_one(office):
    counts = []
    for count in (1, 300):
        with count_queries() as sent:
            assert office.get("/accounts/").status_code == 200
        counts.append(len(sent))
        if count == 1:
            fill(300)

    assert counts[0] == counts[1]


def test_the_list_searches_filters_sorts_and_pages(office):
    fill(60)

    def names(query):
        page = office.get(f"/accounts/?{query}").get_data(as_text=True)
        return re.findall(r'<td[^>]*><a href="/accounts/\d+">([^<]+)</a>', page)

    assert names("") == ["admin", *[f"w{number:03d}" for number in range(49)]]
    assert names("page=2") == [f"w{number:03d}" for number in range(49, 60)]
    assert names("sort=-name&size=2") == ["w059", "w058"]
    assert names("q=W01&role=desk") == ["w012", "w015", "w018"]
    assert names("q=w01&state=stopped") == ["w010", "w012", "w014", "w016", "w018"]
    assert names("q=%25") == []
    assert office.get("/accounts/?sort=password_hash").status_code == 400


def test_the_list_as_a_workbook_is_recorded(office):
    fill(2)

    sent = office.get("/accounts/?format=xlsx&q=w")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(sent.data)).get_sheet_by_index(0).to_python()
    assert [row[:5] for row in rows] == [
        ["账号", "角色", "辖区", "状态", "两步验证"],
        ["w000", "信息中心", "示例社区", "已停用", "未设置"],
        ["w001", "社区工作者", "示例社区", "正常", "未设置"],
    ]
    event = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.facts) == ("accounts.export_list", {"rows": 2})
