"""Pages of single vouchers: who sees them, what a deed does once, what it refuses."""

import re
from datetime import date
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.redemptions.factories import redeem
from tests.refusing import read_tables
from tests.vouchers.factories import (
    Town,
    add_resident,
    fund,
    get_code,
    get_voucher,
    give,
    issue,
    make_town,
)
from voucher.access import Role
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db, transaction
from voucher.printouts.models import PrintFile
from voucher.residents.models import Resident
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Print, Voucher

READERS = {Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR}


@pytest.fixture
def town(app) -> Town:
    """Give a town with 8,000 + 2 x 8,000 fen in one community, 3,000 in the other, all given."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1], name="李建国")
    fund(town)
    give(town, issue(town))
    return town


def enter(client, role=Role.APPROVER, *, area=None, name="reader"):
    make_account(name=name, role=role, area=area)
    db.session.rollback()
    assert sign_in(client, name=name) == 302


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def get_bath():
    voucher = get_voucher("bath")
    found = (voucher.serial, voucher.state, voucher.held_reason, voucher.void_fen)
    db.session.rollback()
    return found


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_vouchers_are_read_by_those_who_issue_pay_or_audit_them(town, client, role):
    serial = get_bath()[0]
    enter(client, role)

    pages = ["/vouchers/", f"/vouchers/{serial}"]

    expected = 200 if role in READERS else 403
    assert [client.get(path).status_code for path in pages] == [expected] * 2


def test_a_voucher_shows_its_parts_and_never_the_whole_name_or_the_level(town, client):
    redeem(town, get_code(get_voucher("services", resident_id=1)))
    serial = get_voucher("services", resident_id=1).serial
    db.session.rollback()
    enter(client)

    page = read(client, f"/vouchers/{serial}")

    parts = re.findall(r'<td class="number">(?:<strong>)?([0-9.]+)', page)
    assert parts[:6] == ["30.00", "50.00", "0.00", "0.00", "0.00", "80.00"]
    assert ("王**" in page, "王秀英" in page, "80-89" in page) == (True, False, False)


def test_a_voucher_of_another_street_does_not_exist(town, client):
    serial = get_bath()[0]
    enter(client, area="510104002")
    before = read_tables()

    answers = [
        client.get(f"/vouchers/{serial}"),
        post(client, f"/vouchers/{serial}/hold", reason="查", client_key="one"),
        post(client, f"/vouchers/{serial}/paper"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert read_tables() == before
    assert "共 1 行" in read(client, "/vouchers/")


def test_a_voucher_is_found_by_serial_and_by_typed_code_but_not_by_a_wrong_one(town, client):
    voucher = get_voucher("bath")
    serial, code = voucher.serial, show_typed_code(read_print_code(get_code(voucher)))
    db.session.rollback()
    enter(client)

    for text in (serial, f"{serial[:4]} {serial[4:8]} {serial[8:]}", code.lower()):
        assert post(client, "/vouchers/find", code=text).location == f"/vouchers/{serial}"
    assert post(client, "/vouchers/find", code=serial[:-1] + "x").status_code == 422
    assert post(client, "/vouchers/find", code="1").status_code == 422
    assert post(client, "/vouchers/find", code="00000-00000-00000").status_code == 404


def test_each_deed_is_done_once_under_its_key(town, client):
    serial = get_bath()[0]
    enter(client)

    for _ in range(2):
        held = post(client, f"/vouchers/{serial}/hold", reason="查", client_key="hold")
        assert (held.status_code, held.location) == (302, f"/vouchers/{serial}")
    assert get_bath()[2] == "查"
    for _ in range(2):
        post(client, f"/vouchers/{serial}/release", reason="好", client_key="release")
    assert get_bath()[2] is None
    for _ in range(2):
        post(client, f"/vouchers/{serial}/reprint", reason="丢", client_key="reprint")
    numbers = select(Print.number, Print.state).join(Voucher).where(Voucher.serial == serial)
    assert db.session.execute(numbers.order_by(Print.number)).all() == [(1, "dead"), (2, "live")]
    db.session.rollback()
    for _ in range(2):
        post(client, f"/vouchers/{serial}/replacement", reason="丢", client_key="replace")
    assert [case.kind for case in db.session.scalars(select(Case))] == ["replacement"]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("hold", {"reason": "", "client_key": "one"}, 422),
        ("hold", {"reason": "查" * 201, "client_key": "one"}, 422),
        ("hold", {"reason": "查\u202e", "client_key": "one"}, 422),
        ("hold", {"reason": "查", "client_key": ""}, 422),
        ("release", {"reason": "好", "client_key": "one"}, 409),
    ],
)
def test_a_refused_deed_writes_nothing_and_keeps_what_was_typed(town, client, path, fields, status):
    serial = get_bath()[0]
    enter(client)
    before = read_tables()

    answer = post(client, f"/vouchers/{serial}/{path}", **fields)

    assert answer.status_code == status
    assert f">{fields['reason']}</textarea>" in answer.get_data(as_text=True)
    assert read_tables() == before


def test_the_page_counts_what_a_range_would_void_and_voids_it_once(town, client):
    serials = sorted(db.session.scalars(select(Voucher.serial)))
    db.session.rollback()
    enter(client)
    wanted = {"first": serials[0], "last": serials[1]}

    page = read(client, f"/vouchers/void?first={serials[0]}&last={serials[1]}")
    assert "作废 2 张券，涉及 1 位老人" in page
    assert "余额 240.00 元退回" in page
    for _ in range(2):
        done = post(client, "/vouchers/void", reason="丢了一盒", client_key="one", **wanted)
        assert done.status_code == 302
    states = dict(db.session.execute(select(Voucher.serial, Voucher.state)).all())
    assert states == dict(zip(serials, ("void", "void", "active"), strict=True))
    refused = post(client, "/vouchers/void", reason="再来", client_key="two", **wanted)
    assert refused.status_code == 404
    assert client.get("/vouchers/void?first=12").status_code == 422


def test_the_paper_of_one_voucher_is_drawn_and_stands_in_the_manifest(town, client):
    serial = get_bath()[0]
    enter(client, Role.WORKER)

    sent = post(client, f"/vouchers/{serial}/paper")

    text = pypdf.PdfReader(BytesIO(sent.data)).pages[0].extract_text()
    assert f"{serial[:4]} {serial[4:8]} {serial[8:]}" in text
    assert sent.headers["Content-Disposition"] == f"attachment; filename=voucher-{serial}-1.pdf"
    row = db.session.scalars(select(PrintFile)).one()
    assert (row.name, row.vouchers, row.pages) == (f"voucher-{serial}-1.pdf", 1, 1)
    assert run_checks()["breaches"] == []


def test_an_ended_voucher_is_not_drawn(town, client):
    serial = get_bath()[0]
    enter(client)
    post(client, "/vouchers/void", reason="丢", client_key="one", first=serial)
    before = read_tables()

    assert post(client, f"/vouchers/{serial}/paper").status_code == 409
    assert read_tables() == before


def test_taking_the_list_home_is_recorded(town, client):
    enter(client)

    assert client.get("/vouchers/?format=xlsx").data[:2] == b"PK"
    exported = select(Event.facts).where(Event.action == "vouchers.export")
    assert db.session.scalars(exported).all() == [{"rows": 3}]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("state=active", 3),
        ("state=held", 0),
        ("programme=jinjiang-age-bands&month=2026-12&community=510104001001", 2),
        ("month=2027-01", 0),
        ("programme=national-2026", 0),
    ],
)
def test_the_list_is_filtered(town, client, query, rows):
    enter(client)

    page = read(client, f"/vouchers/?{query}")

    assert len(re.findall(r'<th scope="row">', page)) == rows


def test_the_list_sends_as_many_queries_for_300_rows_as_for_three(town, client):
    enter(client)
    few = count_list(client)
    copy_vouchers(times=300)

    assert count_list(client) == few
    assert "共 303 行" in read(client, "/vouchers/")


def count_list(client):
    with count_queries() as sent:
        read(client, "/vouchers/?size=200")
    return len(sent)


def copy_vouchers(*, times):
    one = db.session.scalars(select(Voucher).limit(1)).one()
    row = {column.key: getattr(one, column.key) for column in Voucher.__table__.c}
    person = db.session.get_one(Resident, 1)
    resident = {column.key: getattr(person, column.key) for column in Resident.__table__.c}
    numbers = range(1000, 1000 + times)
    with transaction():
        db.session.execute(
            insert(Resident),
            [
                resident | {"id": n, "public_id": f"copy{n:016d}", "id_index": f"{n}"}
                for n in numbers
            ],
        )
        db.session.execute(
            insert(Voucher),
            [row | {"id": n, "resident_id": n, "serial": f"copy{n}"} for n in numbers],
        )
