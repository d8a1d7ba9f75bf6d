"""A bedside form for tests: complete answers, and the doors it goes through."""

from collections.abc import Mapping

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.factories import make_account, sign_in
from tests.divisions.factories import found_district
from tests.pages import post
from tests.residents.factories import import_people, make_person
from voucher.access import Role
from voucher.assessments.models import Assessment
from voucher.db import db
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT, get_instrument

INSTRUMENT = get_instrument(GBT, 1)
ITEMS = {item.id: item for item in INSTRUMENT.items}
QUESTIONS = {question.id: question for question in INSTRUMENT.records.questions}
EVENTS = [at for at, question in QUESTIONS.items() if question.event]
STROKES = "[[[10,10],[20,30],[40,10],[60,30]],[[80,10],[90,30],[100,10],[120,30]]]"


def fill_in(**changes: str | list[str]) -> dict[str, list[str]]:
    """Give everything answered, best and calm, signed on the screen, but for the changes."""
    given: Mapping[str, str | list[str]] = {
        "assessed": "2026-11-07",
        "assessor_1": "何静",
        "background_1": "nursing",
        **dict.fromkeys(ITEMS, "1"),
        **dict.fromkeys(EVENTS, "0"),
        "A.1.3": "first",
        "A.3.1": "王小明",
        "A.3.2": "child",
        "A.5.11": "no",
        "signed_how": "screen",
        "strokes": STROKES,
        **changes,
    }
    listed = {at: [value] if isinstance(value, str) else value for at, value in given.items()}
    return {at: values for at, values in listed.items() if values and values[0]}


def found_person() -> str:
    """Import one person into a new district; give the number of our own."""
    import_people(found_district(), make_person(2))
    db.session.rollback()
    found = db.session.scalars(select(Resident.public_id).order_by(Resident.id)).first()
    db.session.rollback()
    assert found is not None
    return found


def enter(client: FlaskClient, role: Role = Role.ASSESSOR, *, name: str, area: str | None = None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def sign(client: FlaskClient, public_id: str, *, key: str = "key-1", **changes) -> TestResponse:
    """Sign by the plain form."""
    form = {**fill_in(**changes), "client_key": key, "knows": changes.get("knows", "")}
    return post(client, f"/assessments/new/{public_id}", **form)


def confirm(client: FlaskClient, waiting: str, *, revision: int = 1, **changes) -> TestResponse:
    """Confirm as the second assessor."""
    stated = {"assessor_2": "罗伟", "background_2": "social", "revision": str(revision)}
    return post(client, waiting, **{**stated, **changes})


def list_assessments() -> list[Assessment]:
    db.session.rollback()
    found = list(db.session.scalars(select(Assessment).order_by(Assessment.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found
