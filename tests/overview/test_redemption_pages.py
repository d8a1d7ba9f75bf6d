"""Pages of redemptions: who sees them, and a late reversal that one asks for and another does."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.redemptions.factories import at_shop, redeem
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
from voucher import clock
from voucher.access import Role
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.db import db, transaction
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.operations.attempting import record_attempt
from voucher.redemptions.rules.taking import Claim, Mode

READERS = {Role.APPROVER, Role.FINANCE, Role.AUDITOR}


@pytest.fixture
def town(app) -> Town:
    """Give a town where one voucher was used twice: for 30 yuan, and 20 more."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    fund(town)
    give(town, issue(town))
    code = get_code(get_voucher("services"))
    redeem(town, code)
    redeem(town, code, Claim(service="cleaning", amount_fen=2000), key="key-2")
    db.session.rollback()
    return town


def enter(client, role=Role.FINANCE, *, area=None, name="reader"):
    make_account(name=name, role=role, area=area)
    db.session.rollback()
    assert sign_in(client, name=name) == 302


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_redemptions_are_read_by_those_who_approve_pay_or_audit(town, client, role):
    enter(client, role)

    expected = 200 if role in READERS else 403
    pages = ["/redemptions/", "/redemptions/1"]
    assert [client.get(path).status_code for path in pages] == [expected] * 2


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 2),
        ("service=cleaning", 1),
        ("shop=S0001&state=standing", 2),
        ("state=reversed", 0),
        ("shop=S0002", 0),
        ("day=2026-12-05", 2),
        ("day=2026-12-04", 0),
    ],
)
def test_the_list_is_filtered(town, client, query, rows):
    enter(client)

    assert read(client, f"/redemptions/?{query}").count('<th scope="row"') == rows


def test_a_day_that_is_none_is_refused(town, client):
    enter(client)

    assert client.get("/redemptions/?day=soon").status_code == 422


def test_another_street_sees_nothing_of_it(town, client):
    enter(client, Role.APPROVER, area="510104002")
    before = read_tables()

    assert client.get("/redemptions/1").status_code == 404
    asked = post(client, "/redemptions/1/reverse", reason="误刷", client_key="one")
    assert (asked.status_code, read_tables()) == (404, before)
    assert "没有符合条件的核销" in read(client, "/redemptions/")


def test_one_shows_its_parts_and_what_was_refused_of_its_voucher(town, client):
    voucher_id = get_voucher("services").id
    with transaction():
        record_attempt(
            actor=at_shop(town),
            voucher_id=voucher_id,
            mode=Mode.TYPED,
            reason="over_value",
            now=clock.now(),
        )
    enter(client)

    page = read(client, "/redemptions/2")

    assert ("20.00" in page, "余额不够" in page, "手输" in page) == (True, True, True)


def test_a_late_reversal_is_asked_once_and_done_by_another(town, client):
    enter(client)
    for _ in range(2):
        asked = post(client, "/redemptions/1/reverse", reason="误刷", client_key="one")
        assert asked.location == "/redemptions/1"
    assert db.session.query(Reversal).count() == 0
    case_id = db.session.scalars(select(Case.id)).one()
    db.session.rollback()
    page = read(client, "/redemptions/1")
    assert (f"/cases/{case_id}" in page, "/redemptions/1/reverse" in page) == (True, False)
    own = post(client, "/redemptions/1/reverse", reason="误刷", client_key="two")
    assert own.status_code == 403
    post(client, "/sign-out")

    enter(client, name="second")
    post(client, f"/cases/{case_id}/reverse", reason="属实", client_key="three")

    assert "已于" in read(client, "/redemptions/1")
    assert db.session.query(Reversal).count() == 1


@pytest.mark.parametrize("fields", [{"reason": "", "client_key": "k"}, {"reason": "误刷"}])
def test_what_cannot_be_read_asks_for_nothing(town, client, fields):
    enter(client)
    before = read_tables()

    assert post(client, "/redemptions/1/reverse", **fields).status_code == 422
    assert read_tables() == before


def test_taking_the_list_home_is_recorded(town, client):
    enter(client)

    assert client.get("/redemptions/?format=xlsx").data[:2] == b"PK"
    exported = select(Event.facts).where(Event.action == "redemptions.export")
    assert db.session.scalars(exported).all() == [{"rows": 2}]


def test_the_list_sends_as_many_queries_for_300_rows_as_for_two(town, client):
    enter(client)
    few = count_list(client)
    one = db.session.scalars(select(Redemption).limit(1)).one()
    row = {column.key: getattr(one, column.key) for column in Redemption.__table__.c}
    with transaction():
        copies = [row | {"id": n, "receipt": f"copy{n}"} for n in range(1000, 1300)]
        db.session.execute(insert(Redemption), copies)

    assert count_list(client) == few


def count_list(client):
    with count_queries() as sent:
        read(client, "/redemptions/?size=200")
    return len(sent)
