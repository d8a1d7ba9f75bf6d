"""What an import of assessments writes, and what the next one finds."""

import json
from datetime import date

import pytest
from sqlalchemy import select, text

from tests.assessments.factories import SOUND_ID, make_answers
from tests.divisions.factories import DATA, found_district
from tests.residents.factories import import_people, import_workbook, make_person, read_sample
from tests.workbooks.factories import make_workbook
from voucher import clock
from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.assessments.operations.importing import (
    Comparison,
    compare_assessments,
    import_assessments,
    judge_assessment_file,
)
from voucher.assessments.queries.assessments import list_known_assessments
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.divisions.queries import list_communities
from voucher.residents.models import Resident
from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.scoring import score_points

DAY = date(2026, 12, 1)
GBT = get_instrument("gbt-42195-2022", 1)


def make_file(*rows: dict[str, object]) -> bytes:
    titles = tuple(make_answers())
    return make_workbook([titles, *(tuple(row[title] for title in titles) for row in rows)])


def import_rows(actor: Actor, *rows: dict[str, object]) -> Comparison:
    return import_file(actor, make_file(*rows))


def import_file(actor: Actor, content: bytes) -> Comparison:
    file = judge_assessment_file(actor=actor, content=content, instrument=GBT, on=DAY)
    with transaction():
        return import_assessments(actor=actor, file=file, now=clock.now())


def summarise(done: Comparison) -> tuple[int, int, int, int]:
    return len(done.added), len(done.changed), done.unchanged, len(done.rejected)


def found_person() -> Actor:
    console = found_district()
    import_people(console, make_person(1, 身份证号=SOUND_ID))
    return console


def list_rows() -> list[Assessment]:
    return list(db.session.scalars(select(Assessment).order_by(Assessment.id)))


@pytest.mark.parametrize(
    ("name", "district", "figures", "again"),
    [
        ("jinjiang", "510104", (625, 0, 0, 22), (0, 0, 625, 22)),
        ("shangcheng", "330102", (525, 0, 0, 0), (0, 0, 525, 0)),
    ],
)
def test_a_district_is_assessed_exactly_and_a_second_import_adds_nothing(
    app, name, district, figures, again
):
    console = found_district(district)
    import_workbook(console, read_sample(name))
    content = (DATA / "rosters" / f"{name}_assessments.xlsx").read_bytes()
    answers = json.loads((DATA / "rosters" / f"{name}_answers.json").read_text())["assessments"]

    first = import_file(console, content)
    scored = score_everybody(console, first)
    second = import_file(console, content)

    assert (summarise(first), summarise(second)) == (figures, again)
    assert scored == [
        (row["row"], row["total"], str(row["initial"]), str(row["level"]), row["reasons"])
        for row in answers
        if row["verdict"] == "accepted"
    ]
    assert {row.row: row.faults[0].word for row in first.rejected} == {
        row["row"]: row["reason"] for row in answers if row["verdict"] == "rejected"
    }


def score_everybody(actor: Actor, done: Comparison) -> list[tuple[object, ...]]:
    """Score what was written, read back, in the order of the file."""
    people = [row[0] for row in db.session.execute(select(Resident.id))]
    known = {
        (one.resident_id, one.assessed_date): one
        for one in list_known_assessments(actor=actor, instrument=GBT, resident_ids=people)
    }
    written = sorted(known.values(), key=lambda one: one.id)
    return [describe_score(row.row, one) for row, one in zip(done.added, written, strict=True)]


def describe_score(row: int, one: object) -> tuple[object, ...]:
    result = score_points(
        instrument=GBT,
        points=tuple(one.points[item.id] for item in GBT.items),
        diagnoses=one.diagnoses,
        event_count=sum(one.events.values()),
        coma=one.coma,
    )
    rules = [reason.rule for reason in result.reasons]
    return row, result.total, result.initial, result.level, rules


def test_an_assessment_is_kept_with_every_answer_and_its_diagnosis_sealed(app):
    console = found_person()

    import_rows(
        console, make_answers({"诊断": "F00-F03", "跌倒": 1, "噎食": 2, "昏迷": "是", "B.1.1": 2})
    )

    (one,) = list_rows()
    (known,) = list_known_assessments(actor=console, instrument=GBT, resident_ids=[one.resident_id])
    assert (one.assessor_1, one.assessor_2, one.coma) == ("何静", "罗伟", True)
    assert (one.points["B.1.1"], sum(one.points.values()), len(one.points)) == (2, 88, 26)
    assert (one.events, known.diagnoses) == ({"fall": 1, "choking": 2}, ("F00-F03",))
    assert (one.recorded_by, one.superseded_by) == (console.account_id, None)
    assert "F00" not in str(db.session.execute(text("SELECT * FROM assessments")).mappings().one())


@pytest.mark.parametrize(
    "changes", [{"B.4.5": 3}, {"诊断": "F20"}, {"其他": 1}, {"昏迷": "是"}, {"评估员二": "邓超"}]
)
def test_a_changed_assessment_of_the_same_day_supersedes_the_earlier_one(app, changes):
    console = found_person()
    import_rows(console, make_answers())

    done = import_rows(console, make_answers(changes))

    old, new = list_rows()
    assert summarise(done) == (0, 1, 0, 0)
    assert (old.superseded_by, new.superseded_by) == (new.id, None)
    assert summarise(import_rows(console, make_answers(changes))) == (0, 0, 1, 0)


def test_another_day_is_another_assessment(app):
    console = found_person()
    import_rows(console, make_answers())

    done = import_rows(console, make_answers({"评估日期": "2026-11-08"}))

    assert summarise(done) == (1, 0, 0, 0)
    assert [row.superseded_by for row in list_rows()] == [None, None]


def test_a_preview_compares_and_writes_nothing(app):
    console = found_person()
    file = judge_assessment_file(
        actor=console, content=make_file(make_answers()), instrument=GBT, on=DAY
    )

    compared = compare_assessments(actor=console, file=file)

    assert summarise(compared) == (1, 0, 0, 0)
    assert list_rows() == []


def test_somebody_outside_the_area_is_unknown(app):
    found_person()
    other = next(one.id for one in list_communities() if one.name == "定安路社区")
    worker = Actor(key="w", name="w", channel="test", community_ids=frozenset({other}))

    file = judge_assessment_file(
        actor=worker, content=make_file(make_answers()), instrument=GBT, on=DAY
    )

    assert [row.faults[0].word for row in file.judged.rejected] == ["resident_unknown"]


def test_the_event_tells_counts_and_no_answer(app):
    console = found_person()
    import_rows(console, make_answers())

    event = db.session.scalars(select(Event).where(Event.action == "assessments.import")).one()

    assert event.facts == {
        "instrument": "gbt-42195-2022",
        "rows": 1,
        "added": 1,
        "superseded": [],
        "unchanged": 0,
        "rejected": 0,
    }
