"""One departure at the page: what it will do is shown first, and it is done once."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.accounts.factories import make_account, sign_in
from tests.pages import post, read_token
from tests.vouchers.factories import add_resident, make_town, make_vouchers
from voucher.access import Role
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.codes import show_serial
from voucher.db import db
from voucher.residents.models import Resident
from voucher.vouchers.models import Voucher

KEEPERS = {Role.WORKER, Role.APPROVER}


@pytest.fixture
def public_id(app) -> str:
    """Give a woman of 85 who holds 240.00 yuan in two vouchers."""
    town = make_town()
    born = date(1941, 1, 1)
    add_resident(born=born, community_id=town.communities[0], situation=("独居",))
    make_vouchers(town)
    found = db.session.scalars(select(Resident.public_id)).one()
    db.session.rollback()
    return found


def enter(client, role=Role.WORKER, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def record(client, public_id: str, **changes: str):
    form = {"departure": "died", "departed": "2026-12-04", "client_key": "k1", **changes}
    return post(client, f"/departures/{public_id}", **form)


def get_person() -> tuple[str | None, date | None]:
    db.session.rollback()
    row = db.session.execute(select(Resident.departure, Resident.departed_date)).one()
    db.session.rollback()
    return row[0], row[1]


def list_holds() -> set[str | None]:
    db.session.rollback()
    held = set(db.session.scalars(select(Voucher.held_reason)))
    db.session.rollback()
    return held


def test_only_workers_and_approvers_record_a_departure(app, client, public_id):
    statuses = {}
    for role in Role:
        if role is Role.CONSOLE:
            continue
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        token = read_token(browser)
        sent = {"csrf_token": token, "departure": "died", "departed": ""}
        statuses[role] = (
            browser.get(f"/departures/{public_id}").status_code,
            browser.post(f"/departures/{public_id}/preview", data=sent).status_code,
            browser.post(f"/departures/{public_id}", data=sent).status_code,
        )

    assert {role for role, found in statuses.items() if found == (200, 422, 422)} == KEEPERS
    assert {found for role, found in statuses.items() if role not in KEEPERS} == {(403, 403, 403)}
    assert get_person() == (None, None)


def test_the_preview_tells_what_a_death_will_do_and_writes_nothing(client, public_id):
    enter(client)

    page = post(client, f"/departures/{public_id}/preview", departure="died", departed="2026-12-04")

    text = page.get_data(as_text=True)
    serials = db.session.scalars(select(Voucher.serial)).all()
    left = sum(db.session.scalars(select(Voucher.balance_fen)).all())
    assert page.status_code == 200
    assert all(f">{show_serial(serial)}</td>" in text for serial in serials)
    assert f"手里 {len(serials)} 张券立即冻结，共余 {left // 100}.00 元" in text
    assert get_person() == (None, None)
    assert list_holds() == {None}


def test_a_death_is_recorded_and_the_paper_held_in_one_step(client, public_id):
    enter(client)

    led = record(client, public_id)

    assert (led.status_code, led.location) == (302, f"/residents/{public_id}")
    assert get_person() == ("died", date(2026, 12, 4))
    assert list_holds() == {"died"}
    kinds = list(db.session.scalars(select(Case.kind)))
    assert kinds == ["void_of_departed"]


def test_a_form_sent_twice_records_once(client, public_id):
    enter(client)

    answers = [record(client, public_id).status_code for _ in range(2)]

    events = db.session.scalars(
        select(Event).where(Event.action == "residents.record_departure")
    ).all()
    assert (answers, len(events)) == ([302, 302], 1)


def test_who_left_already_is_not_seen_off_again(client, public_id):
    enter(client)
    record(client, public_id)

    page = record(client, public_id, client_key="k2", departure="moved_out")

    assert page.status_code == 409
    assert get_person() == ("died", date(2026, 12, 4))


def test_who_moved_out_keeps_the_paper(client, public_id):
    enter(client)

    shown = post(
        client, f"/departures/{public_id}/preview", departure="moved_out", departed="2026-12-04"
    )
    record(client, public_id, departure="moved_out")

    assert "手里的券用到期满" in shown.get_data(as_text=True)
    assert get_person() == ("moved_out", date(2026, 12, 4))
    assert list_holds() == {None}


def test_moving_within_the_district_leads_to_the_correction(client, public_id):
    enter(client)

    led = post(client, f"/departures/{public_id}/preview", departure="moved_within", departed="")

    assert (led.status_code, led.location) == (302, f"/residents/{public_id}/edit")
    assert record(client, public_id, departure="moved_within").status_code == 422
    assert get_person() == (None, None)


@pytest.mark.parametrize("path", ["/preview", ""])
def test_a_wrong_day_or_reason_is_named_at_its_field(client, public_id, path):
    enter(client)
    sentences = {
        ("", "2026-12-04"): "请选择离开原因",
        ("died", ""): "缺少离开日期",
        ("died", "2026-02-30"): "离开日期不存在或写法不明",
        ("died", "2026-12-06"): "离开日期不能晚于今天",
        ("died", "1940-12-31"): "离开日期早于出生日期",
    }

    for (departure, departed), sentence in sentences.items():
        page = post(
            client,
            f"/departures/{public_id}{path}",
            departure=departure,
            departed=departed,
            client_key="k1",
        )
        assert (page.status_code, sentence in page.get_data(as_text=True)) == (422, True), sentence
    assert get_person() == (None, None)


def test_a_resident_of_another_area_does_not_exist(client, public_id):
    enter(client, area="510104002001")

    assert client.get(f"/departures/{public_id}").status_code == 404
    assert record(client, public_id).status_code == 404
    assert get_person() == (None, None)
