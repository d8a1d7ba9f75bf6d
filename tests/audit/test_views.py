"""The auditor reads every event, and changes none."""

import io
import re
from datetime import datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries
from voucher.access import Actor, Role
from voucher.audit.models import Event, Seal
from voucher.audit.operations import record_event, seal_events
from voucher.audit.rules import ACTION_TITLES, SUBJECT_TITLES
from voucher.db import db, transaction
from voucher.periods import CHINA

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=CHINA)
FACTS = {"value_fen": 123456, "reason": "<核实>", "before": {"role": "worker"}}
ACTORS = (
    Actor(key="account:91", name="王秀英", channel="web"),
    Actor(key="account:92", name="李建国", channel="console:root"),
)


@pytest.fixture
def auditor(client):
    """Give the browser of the auditor, after a few deeds of two people on three days."""
    make_account(name="auditor", role=Role.AUDITOR)
    sign_in(client, name="auditor")
    with transaction():
        for number, (action, kind, day) in enumerate(
            (
                ("ledger.set_budget", "budget", 0),
                ("ledger.approve_budget", "budget", 1),
                ("vouchers.draft_run", "run", 1),
                ("example.unknown", "example", 2),
            )
        ):
            record_event(
                actor=ACTORS[number % 2],
                action=action,
                subject_kind=kind,
                subject_id=7,
                now=NOON + timedelta(days=day),
                facts=FACTS if number == 0 else {},
            )
    return client


def list_shown(auditor, query):
    page = auditor.get(f"/events/?{query}").get_data(as_text=True)
    return [int(found) for found in re.findall(r'<td[^>]*><a href="/events/(\d+)">', page)]


def find_ids(action=""):
    rows = db.session.execute(select(Event.id, Event.action).order_by(Event.id.desc())).all()
    return [row.id for row in rows if row.action.startswith(action)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_only_the_auditor_reads_events(client, role):
    make_account(role=role)
    sign_in(client)
    (first, *_) = find_ids()

    statuses = {client.get(path).status_code for path in ("/events/", f"/events/{first}")}

    assert statuses == ({200} if role is Role.AUDITOR else {403})


def test_events_are_read_newest_first(auditor):
    assert list_shown(auditor, "") == find_ids()
    assert list_shown(auditor, "sort=at") == find_ids()[::-1]
    assert list_shown(auditor, "size=2&page=2") == find_ids()[2:4]


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("action=ledger.", ["ledger.approve_budget", "ledger.set_budget"]),
        ("action=ledger.set", ["ledger.set_budget"]),
        ("action=%25", []),
        ("actor=秀英&action=v", ["vouchers.draft_run"]),
        ("actor=account:92&subject_kind=budget", ["ledger.approve_budget"]),
        ("subject_kind=run&subject_id=7", ["vouchers.draft_run"]),
        ("subject_kind=run&subject_id=8", []),
        ("from=2026-12-02&to=2026-12-02", ["vouchers.draft_run", "ledger.approve_budget"]),
        ("to=2026-12-01", ["ledger.set_budget"]),
        ("from=0001-01-01&to=9999-12-31&action=example", ["example.unknown"]),
    ],
)
def test_events_are_found_by_what_who_which_and_when(auditor, query, actions):
    shown = list_shown(auditor, query)

    assert [db.session.get_one(Event, event_id).action for event_id in shown] == actions


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "%00"])
def test_a_day_that_is_none_is_refused_with_everything_typed(auditor, day):
    refused = auditor.get(f"/events/?from={day}&actor=王")

    assert refused.status_code == 422
    assert "请写成 2026-12-05" in refused.get_data(as_text=True)
    assert 'value="王"' in refused.get_data(as_text=True)


def test_an_event_shows_its_facts_and_its_seal(auditor):
    (event_id,) = find_ids("ledger.set_budget")
    before = auditor.get(f"/events/{event_id}").get_data(as_text=True)
    with transaction():
        seal_events(now=NOON)
    seal = db.session.scalars(select(Seal).where(Seal.event_id == event_id)).one()

    page = auditor.get(f"/events/{event_id}").get_data(as_text=True)

    assert "尚未封存" in before
    for words in ("编制预算", "ledger.set_budget", "王秀英", "account:91", "2026-12-01 12:00:00"):
        assert words in page
    assert "1,234.56" in page
    assert "&lt;核实&gt;" in page
    assert f"<dd>{seal.number}</dd>" in page
    assert seal.digest in page


@pytest.mark.parametrize("number", ["999999", "9" * 30])
def test_an_event_that_is_none_is_no_page(auditor, number):
    assert auditor.get(f"/events/{number}").status_code == 404


def test_nothing_of_events_can_be_sent(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/events")]

    assert {method for rule in rules for method in rule.methods} == {"GET", "HEAD", "OPTIONS"}


def test_the_list_asks_as_often_for_three_hundred_as_for_one(auditor):
    counts = []
    for count in (1, 300):
        with count_queries() as sent:
            assert auditor.get("/events/?size=200").status_code == 200
        counts.append(len(sent))
        if count == 1:
            one = {
                column.name: getattr(db.session.get_one(Event, 1), column.name)
                for column in Event.__table__.columns
                if column.name != "id"
            }
            with transaction():
                db.session.execute(insert(Event), [dict(one) for _ in range(300)])

    assert counts[0] == counts[1]


def test_a_workbook_of_events_is_recorded_with_what_was_asked(auditor):
    sent = auditor.get("/events/?format=xlsx&action=ledger.")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(sent.data)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows] == ["事项", "批准预算", "编制预算"]
    assert rows[2][7:9] == ["ledger.set_budget", "web"]
    last = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (last.action, last.facts) == (
        "audit.export_events",
        {"rows": 2, "filters": {"action": "ledger."}},
    )


def test_titles_are_for_words_events_can_have():
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", action) for action in ACTION_TITLES)
    assert all(re.fullmatch(r"[a-z_]+", kind) for kind in SUBJECT_TITLES)
