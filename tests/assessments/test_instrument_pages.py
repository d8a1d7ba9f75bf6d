"""Every instrument at the bedside: with and without options, diagnoses, incidents and coma."""

from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.accounts.factories import make_account
from tests.assessments.bedside import STROKES, confirm, enter, found_person, list_assessments
from tests.pages import post, read_token
from tests.refusing import read_tables
from tests.schemes.own import approve, propose
from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.queries import get_actor
from voucher.assessments.models import AssessmentDraft
from voucher.assessments.operations.drafting import delete_old_drafts
from voucher.assessments.rules.answering import DRAFT_LIFE
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.schemes.models import SchemeAdoption
from voucher.schemes.queries import GBT, get_instrument, list_bundled_schemes
from voucher.schemes.rules.instruments import Direction, Instrument, Item
from voucher.schemes.rules.records import CHOOSING, Question

GERMANY = "germany-pflegegrad"
FILE = Path(__file__).parents[1] / "schemes" / "files" / f"{GERMANY}.toml"
BUNDLED = [one.id for one in list_bundled_schemes() if isinstance(one, Instrument)]


@pytest.fixture
def second(app, client):
    """Give the browser of the second assessor; the first one's is `client`."""
    browser = app.test_client()
    enter(client, name="zhang.san")
    enter(browser, name="li.si")
    return browser


def adopt_germany() -> None:
    """Let two approvers adopt an instrument whose items have no options, from yesterday on."""
    one, other = (make_approver(name) for name in ("one", "other"))
    text = FILE.read_text(encoding="utf-8")
    approve(other, propose(one, text, on=clock.today() + timedelta(days=1)), text)
    with transaction():
        db.session.execute(update(SchemeAdoption).values(effective_from=date(2026, 12, 4)))


def make_approver(name: str) -> Actor:
    make_account(name=name, role=Role.APPROVER)
    with transaction():
        return get_actor(name=name, channel="test")


def answer_best(item: Item, higher_is: Direction) -> str:
    points = item.maximum if higher_is is Direction.BETTER else min(item.points)
    numbers = [option.number for option in item.options if option.points == points]
    return str(numbers[0] if numbers else points)


def answer_calmly(question: Question) -> str:
    if question.kind not in CHOOSING:
        return "无"
    calm = [one.id for one in question.options if not (one.diagnosis or one.count or one.is_coma)]
    return calm[0]


def fill_best(instrument: Instrument) -> dict[str, str]:
    """Give the best answer to every item, and nothing that makes a level worse."""
    required = [question for question in instrument.records.questions if question.is_required]
    return {
        "assessed": "2026-11-07",
        "assessor_1": "何静",
        "background_1": "nursing",
        **{i.id: answer_best(i, part.higher_is) for part in instrument.parts for i in part.items},
        **{question.id: answer_calmly(question) for question in required},
        "signed_how": "screen",
        "strokes": STROKES,
        "client_key": "key-1",
    }


def read(browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize("scheme", [*BUNDLED, GERMANY])
def test_any_instrument_is_filled_in_signed_confirmed_and_shown_with_its_level(
    client, second, scheme
):
    if scheme == GERMANY:
        adopt_germany()
    public_id, instrument = found_person(), get_instrument(scheme, 1)
    new = f"/assessments/new/{public_id}?instrument={scheme}"
    forms = read(client, new), read(client, f"/assessments/bedside/{scheme}/{instrument.version}")

    waiting = post(client, new, **fill_best(instrument)).location
    queue, asked = read(second, "/assessments/waiting"), read(second, waiting)
    shown = read(second, confirm(second, waiting).location)

    for form in forms:
        assert all(f'name="{item.id}"' in form for item in instrument.items)
    for page in (asked, shown):
        assert f'<p class="level">{instrument.levels[0].name.zh}</p>' in page
        assert ("昏迷</dt>" in page) == instrument.asks_for_coma
        assert ("医生诊断</dt>" in page) == bool(instrument.diagnoses)
        assert ("意外事件</dt>" in page) == bool(instrument.event_kinds)
    for page in (queue, read(client, "/assessments"), read(client, "/assessments/import")):
        assert instrument.name.zh in page


def test_a_number_outside_its_range_is_refused_and_one_within_is_kept_and_shown(client, second):
    adopt_germany()
    public_id, instrument = found_person(), get_instrument(GERMANY, 1)
    new = f"/assessments/new/{public_id}?instrument={GERMANY}"
    best = fill_best(instrument)
    before = read_tables()

    refused = [post(client, new, **{**best, "m4": typed}) for typed in ("55", "-1", "2.5", "")]
    assert read_tables() == before
    worse = {"m1": "10", "m3": "７", "m4": "54", "m5": "6", "m6": "11"}
    waiting = post(client, new, **{**best, **worse}).location
    shown = read(second, confirm(second, waiting).location)

    assert [answer.status_code for answer in refused] == [422] * 4
    (kept,) = list_assessments()
    assert (kept.points, kept.options) == (
        {"m1": 10, "m2": 0, "m3": 7, "m4": 54, "m5": 6, "m6": 11},
        {},
    )
    assert "总分：96.25／100.00 分" in shown
    assert "54／54" in shown
    place = f"/assessments/bedside/people/{public_id}/{GERMANY}/1"
    newest = client.get(place, headers={"Accept": "application/json"}).get_json()["newest"]
    assert (newest["fields"]["m3"], newest["fields"]["m2"]) == (["7"], ["0"])


def keep_draft(browser, public_id: str, scheme: str) -> None:
    headers = {"Accept": "application/json", "X-CSRFToken": read_token(browser, "/assessments")}
    body = {"fields": {}, "revision": 0, "key": scheme}
    place = f"/assessments/bedside/people/{public_id}/{scheme}/1"
    assert browser.post(place, json=body, headers=headers).status_code == 200


def list_drafts() -> list[tuple[str, str]]:
    db.session.rollback()
    wanted = select(AssessmentDraft.scheme, AssessmentDraft.state).order_by(AssessmentDraft.id)
    found = [(row.scheme, row.state) for row in db.session.execute(wanted)]
    db.session.rollback()
    return found


def test_an_unsigned_draft_nobody_touched_for_30_days_is_deleted_and_a_signed_one_waits(
    client, second
):
    public_id = found_person()
    for scheme in ("katz", "lawton"):
        keep_draft(client, public_id, scheme)
    post(client, f"/assessments/new/{public_id}", **fill_best(get_instrument(GBT, 1)))
    with transaction():
        now = db.session.scalars(
            select(AssessmentDraft.saved_at).where(AssessmentDraft.scheme == "katz")
        ).one()
        later = update(AssessmentDraft).where(AssessmentDraft.scheme == "lawton")
        db.session.execute(later.values(saved_at=now + timedelta(seconds=1)))
        signed = update(AssessmentDraft).where(AssessmentDraft.scheme == GBT)
        db.session.execute(signed.values(saved_at=now - timedelta(days=1)))
    console = Actor(key="system:test", name="console", channel="test")

    for past in (timedelta(0), timedelta(microseconds=1), timedelta(microseconds=2)):
        with transaction():
            delete_old_drafts(actor=console, now=now + DRAFT_LIFE + past)

    assert list_drafts() == [("lawton", "open"), (GBT, "signed")]
    wanted = select(Event).where(Event.action == "assessments.delete_old_drafts")
    assert [one.facts for one in db.session.scalars(wanted)] == [{"drafts": 1, "days": 30}]
    assert "没签字的草稿 30 天没人动就删除" in read(second, "/assessments/waiting")
