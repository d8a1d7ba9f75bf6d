"""A whole district is graded in one pass, exactly as one person after the other would be."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select, update

from tests.benchmarks.district import add_assessed_residents
from tests.care_levels.factories import SIX_CLASSES, confirm, grade, list_levels
from tests.care_levels.plainly import grade_plainly, show_levels
from tests.vouchers.factories import Town, make_town
from voucher import clock
from voucher.assessments.models import Assessment
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.grading import grade_residents
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_programme, get_scheme

EARLY, DAY, LATER = date(2026, 11, 10), date(2026, 12, 1), date(2027, 1, 1)
NATIONAL = "national-2026"


@pytest.fixture
def town(app) -> Town:
    """Give a town of more than one batch; of a person assessed twice, the edge parts the forms."""
    town = make_town()
    add_assessed_residents(
        actor=town.worker, communities=town.communities, count=1_900, now=clock.now()
    )
    return town


def check(town: Town, programme: str, on: date) -> int:
    """Grade plainly, take it back, grade fast: the same rows. Give how many are new."""
    now: datetime = clock.now()
    scheme = get_programme(programme, 1)
    with transaction():
        # PostgreSQL does not take a number back with what it numbered.
        freeze_scheme(scheme=get_scheme(scheme.scale, 1), now=now)
    with transaction():
        written = grade_plainly(actor=town.worker, programme=scheme, on=on, now=now)
        expected = show_levels()
        db.session.rollback()
    with transaction():
        graded = grade_residents(actor=town.worker, programme=scheme, on=on, now=now)
        assert graded.proposed == written
        assert show_levels() == expected
    return written


def test_the_fast_path_writes_byte_for_byte_what_the_plain_one_writes(town):
    assert check(town, NATIONAL, EARLY) == 190
    assert check(town, NATIONAL, DAY) == 1_900
    assert check(town, SIX_CLASSES, DAY) == 1_900
    confirm(town.approver, on=DAY, scale=GBT)
    confirm(town.approver, on=DAY, scale=SIX_CLASSES)
    change_the_town()

    assert check(town, NATIONAL, LATER) == 0
    assert check(town, SIX_CLASSES, LATER) == 465
    assert check(town, SIX_CLASSES, LATER) == 0


def change_the_town() -> None:
    """Let some depart, some be superseded and left without a form, some fall into need."""
    with transaction():
        db.session.execute(
            update(Resident)
            .where(Resident.id % 7 == 0)
            .values(departed_date=DAY, departure="moved_out")
        )
        db.session.execute(
            update(Assessment)
            .where(Assessment.resident_id % 10 == 0)
            .values(superseded_by=Assessment.id)
        )
        db.session.execute(update(Resident).where(Resident.id % 3 == 0).values(situation=["特困"]))


def test_of_several_forms_the_latest_that_holds_by_the_day_is_graded(town):
    grade(town.worker, on=EARLY, programme=NATIONAL)
    early = dict(db.session.execute(select(CareLevel.resident_id, CareLevel.from_date)).all())
    grade(town.worker, on=DAY, programme=NATIONAL)

    assert early == dict.fromkeys(range(10, 1_901, 10), date(2026, 11, 5))
    assert {level[2] for level in list_levels()} == {date(2026, 11, 20)}
    assert db.session.scalar(select(func.count(CareLevel.id))) == 1_900
