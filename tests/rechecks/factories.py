"""Assessments to be made again. The people are invented."""

from datetime import date

from sqlalchemy import insert, select

from tests.divisions.factories import found_district
from tests.residents.factories import import_people, make_person
from voucher import clock
from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.db import db, transaction
from voucher.rechecks.models import Recheck
from voucher.rechecks.operations import draw_rechecks
from voucher.rechecks.queries import Candidates
from voucher.residents.models import Resident
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_instrument
from voucher.sealing import seal

INSTRUMENT = get_instrument(GBT, 1)
EVENTS = [question.id for question in INSTRUMENT.records.questions if question.event]
FIRST_PAIR = ("何静", "罗伟")
WANTED = Candidates(GBT, date(2026, 11, 1), date(2026, 12, 1), "")


def found_assessed(count: int = 1, *, pair: tuple[str, str] = FIRST_PAIR) -> None:
    """Make people of one community, each assessed on 7 November with the best answers."""
    import_people(found_district(), *(make_person(2 * (at + 1)) for at in range(count)))
    add_assessments(pair=pair)


def add_assessments(
    *, pair: tuple[str, str] = FIRST_PAIR, each: int = 1, last: date = date(2026, 11, 7)
) -> None:
    """Write so many assessments of every person, a day apart up to the last."""
    with transaction():
        version = freeze_scheme(scheme=INSTRUMENT, now=clock.now())
        account = db.session.scalars(select(Account.id)).first()
        people = db.session.scalars(select(Resident.id).order_by(Resident.id)).all()
        rows = [
            {
                "public_id": (key := f"a{person:05d}{last.toordinal() - day}"),
                "resident_id": person,
                "scheme_version_id": version,
                "assessed_date": date.fromordinal(last.toordinal() - day),
                "assessor_1": pair[0],
                "assessor_2": pair[1],
                "points": {item.id: item.maximum for item in INSTRUMENT.items},
                "diagnoses_sealed": seal("", column=DIAGNOSES_COLUMN, row=key),
                "events": {},
                "coma": False,
                "recorded_at": clock.now(),
                "recorded_by": account,
                "superseded_by": None,
            }
            for person in people
            for day in range(each)
        ]
        db.session.execute(insert(Assessment), rows)


def draw_all(actor: Actor, *, percent: int = 100, wanted: Candidates = WANTED) -> int:
    with transaction():
        return draw_rechecks(actor=actor, wanted=wanted, percent=percent, now=clock.now())


def fill_in(**changes: str) -> dict[str, str]:
    """Give the form with the best answer everywhere, but for the changes."""
    best = {
        item.id: str(max(item.options, key=lambda one: one.points).number)
        for item in INSTRUMENT.items
    }
    people = {"assessed": "2026-12-04", "assessor_1": "周敏", "assessor_2": "孙立"}
    calm = {**dict.fromkeys(EVENTS, "0"), "A.5.11": "no"}
    form = {**people, **best, **calm, "client_key": "key-1"}
    return {name: value for name, value in {**form, **changes}.items() if value}


def list_rechecks() -> list[Recheck]:
    db.session.rollback()
    found = list(db.session.scalars(select(Recheck).order_by(Recheck.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found
