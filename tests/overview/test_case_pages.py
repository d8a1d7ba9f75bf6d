"""The inbox: who sees what, what each decision does once, and to whose money."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.redemptions.factories import redeem, reverse
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
from voucher.accounts.models import Account
from voucher.audit.models import Event
from voucher.cases.models import Case
from voucher.db import db, transaction
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.operations.departures import follow_departures
from voucher.residents.models import Resident
from voucher.settlements.queries.lines import list_open_lines
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.replacing import ask_replacement

READERS = {Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR}


@pytest.fixture
def town(app) -> Town:
    """Give a town where a woman of 85 used 30 yuan at a shop."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    fund(town)
    give(town, issue(town))
    redeem(town, get_code(get_voucher("services")))
    db.session.rollback()
    return town


def die(town):
    """Record that she had died before she used it."""
    with transaction():
        person = db.session.get_one(Resident, 1)
        person.departure, person.departed_date = "died", date(2026, 12, 3)
        follow_departures(actor=town.worker, departed=[person], now=clock.now())


def ask(town):
    serial = get_voucher("bath").serial
    with transaction():
        ask_replacement(actor=town.worker, serial=serial, reason="遗失", now=clock.now())


def find_case(kind):
    found = db.session.scalars(select(Case.id).where(Case.kind == kind)).one()
    db.session.rollback()
    return found


def enter(client, role=Role.APPROVER, *, area=None, name="reader"):
    make_account(name=name, role=role, area=area)
    db.session.rollback()
    assert sign_in(client, name=name) == 302


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def decide(client, kind, decision, *, key="one", reason="已核实"):
    return post(client, f"/cases/{find_case(kind)}/{decision}", reason=reason, client_key=key)


def get_decision(kind):
    db.session.rollback()
    return db.session.scalars(select(Case.decision).where(Case.kind == kind)).one()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_the_inbox_is_open_to_those_who_ask_decide_or_audit(town, client, role):
    ask(town)
    enter(client, role)

    assert client.get("/cases/").status_code == (200 if role in READERS else 403)


def test_finance_sees_the_cases_of_money_alone(town, client):
    ask(town)
    die(town)
    enter(client, Role.FINANCE)

    page = read(client, "/cases/")

    assert ("去世后使用</a>" in page, "换发</a>" in page) == (True, False)
    assert client.get(f"/cases/{find_case('replacement')}").status_code == 404


def test_a_case_of_another_street_does_not_exist(town, client):
    ask(town)
    enter(client, area="510104002")

    assert client.get(f"/cases/{find_case('replacement')}").status_code == 404
    assert decide(client, "replacement", "replace").status_code == 404
    assert get_decision("replacement") is None


def test_a_replacement_is_done_once_and_leads_to_the_new_voucher(town, client):
    ask(town)
    enter(client)

    page = read(client, f"/cases/{find_case('replacement')}")
    answers = [decide(client, "replacement", "replace") for _ in range(2)]

    assert "2 次（160.00 元） 转到一张新券" in page
    new = db.session.scalars(select(Voucher).where(Voucher.replaces_id.is_not(None))).one()
    assert [answer.location for answer in answers] == [f"/vouchers/{new.serial}"] * 2
    assert run_checks()["breaches"] == []


def test_who_asked_does_not_decide(town, client):
    ask(town)
    enter(client)
    with transaction():
        reader = db.session.scalars(select(Account.id).where(Account.name == "reader")).one()
        db.session.scalars(select(Case)).one().opened_by = f"account:{reader}"
    before = read_tables()

    page = read(client, f"/cases/{find_case('replacement')}")
    refused = decide(client, "replacement", "replace")

    assert ("须由另一人决定" in page, "批准换发" in page) == (True, False)
    assert refused.status_code == 403
    assert read_tables() == before


def test_what_is_declined_stays_as_it_was(town, client):
    ask(town)
    enter(client)

    assert decide(client, "replacement", "decline").status_code == 302

    assert (get_decision("replacement"), get_voucher("bath").state) == ("declined", "active")


def test_what_the_dead_left_is_voided_by_another(town, client):
    die(town)
    enter(client)

    page = read(client, f"/cases/{find_case('void_of_departed')}")
    for _ in range(2):
        assert decide(client, "void_of_departed", "void").status_code == 302

    assert "余额 210.00 元退回预算" in page
    assert set(db.session.scalars(select(Voucher.state))) == {"void"}
    assert get_decision("void_of_departed") == "voided"
    assert run_checks()["breaches"] == []


def test_a_use_after_death_that_is_kept_is_paid_with_the_next_settlement(town, client):
    die(town)
    enter(client, Role.FINANCE)
    assert list_held() == [True]

    assert decide(client, "used_after_death", "keep", reason="").status_code == 422
    assert decide(client, "used_after_death", "keep").status_code == 302

    assert (get_decision("used_after_death"), list_held()) == ("kept", [False])


def list_held():
    db.session.rollback()
    held = [line.is_held for line in list_open_lines(cut_at=clock.now() + timedelta(days=1))]
    db.session.rollback()
    return held


def test_a_use_after_death_is_taken_back_by_two_who_decide(town, client):
    die(town)
    enter(client, Role.FINANCE)
    decide(client, "used_after_death", "reverse")
    assert (get_decision("used_after_death"), list_held()) == ("reversed", [True])
    assert decide(client, "late_reversal", "reverse", key="two").status_code == 403
    post(client, "/sign-out")

    enter(client, Role.FINANCE, name="second")
    assert decide(client, "late_reversal", "reverse", key="three").status_code == 302

    reversal = db.session.scalars(select(Reversal)).one()
    assert reversal.asked_by != reversal.approved_by
    assert run_checks()["breaches"] == []


def test_what_the_shop_took_back_itself_only_closes_the_case(town, client):
    die(town)
    used = db.session.scalars(select(Redemption.id)).one()
    db.session.rollback()
    reverse(town.worker, used)
    enter(client, Role.FINANCE)

    assert decide(client, "used_after_death", "reverse").status_code == 302
    assert get_decision("used_after_death") == "reversed"


def test_a_decided_case_is_not_decided_again(town, client):
    die(town)
    enter(client, Role.FINANCE)
    decide(client, "used_after_death", "keep")
    before = read_tables()

    assert decide(client, "used_after_death", "reverse", key="two").status_code == 409
    assert read_tables() == before


def test_the_list_is_filtered_and_goes_home_recorded(town, client):
    ask(town)
    die(town)
    enter(client)

    assert read(client, "/cases/").count('<th scope="row">') == 3
    assert read(client, "/cases/?kind=replacement").count('<th scope="row">') == 1
    assert "没有符合条件的案件" in read(client, "/cases/?state=decided")
    assert client.get("/cases/?format=xlsx").data[:2] == b"PK"
    exported = select(Event.facts).where(Event.action == "cases.export")
    assert db.session.scalars(exported).all() == [{"rows": 3}]


def test_the_list_sends_as_many_queries_for_300_cases_as_for_one(town, client):
    ask(town)
    enter(client)
    few = count_list(client)
    one = db.session.scalars(select(Case)).one()
    row = {column.key: getattr(one, column.key) for column in Case.__table__.c}
    with transaction():
        copies = [row | {"id": n, "question": f"copy:{n}"} for n in range(1000, 1300)]
        db.session.execute(insert(Case), copies)

    assert count_list(client) == few


def count_list(client):
    with count_queries() as sent:
        read(client, "/cases/?size=200")
    return len(sent)
