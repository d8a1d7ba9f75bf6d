"""Writing assessments: added, or superseding an earlier one of the same person and day."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from voucher.access import Actor
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import (
    DIAGNOSES_COLUMN,
    KnownAssessment,
    list_known_assessments,
)
from voucher.assessments.rules.importing import (
    AssessmentFile,
    AssessmentRow,
    assessment_layout,
    judge_assessments,
)
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.divisions.operations import hold_the_door
from voucher.refusals import N_, Refusal
from voucher.residents.queries import find_residents
from voucher.residents.rules.id_numbers import list_sound_numbers
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.rules.instruments import Instrument
from voucher.sealing import seal
from voucher.workbooks.faults import RejectedRow
from voucher.workbooks.headers import Assignment
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.tables import Table, open_table

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """An assessment workbook judged; whose its identity numbers are, and what they are called."""

    fingerprint: str
    table: Table
    instrument: Instrument
    judged: AssessmentFile
    resident_ids: Mapping[str, int]
    names: Mapping[str, str]


@dataclass(slots=True)
class Comparison:
    """What a workbook would do; written only by `import_assessments`."""

    rows: int
    added: list[AssessmentRow] = field(default_factory=list)
    changed: list[tuple[KnownAssessment, AssessmentRow]] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


def judge_assessment_file(
    *,
    actor: Actor,
    content: bytes,
    instrument: Instrument,
    on: date,
    assignment: Assignment | None = None,
) -> JudgedFile:
    """
    Judge a whole workbook of answers to an instrument on a reference date; nothing is written.

    `assignment` is the header its sender pointed out, where it was not the sheet's own words.

    :raises BadInput: what the workbook's reading raises.
    """
    sheet = read_first_sheet(content=content)
    table = open_table(sheet=sheet, layout=assessment_layout(instrument), assignment=assignment)
    columns = table.header.columns
    numbers = list_sound_numbers(rows=table.data_rows(), column=columns["id"], day=on)
    people = find_residents(actor=actor, numbers=numbers)
    present = {n: person.id for n, person in people.items() if person.departed_date is None}
    judged = judge_assessments(
        rows=table.data_rows(), columns=columns, instrument=instrument, known=present, day=on
    )
    fingerprint = hashlib.sha256(content).hexdigest()
    names = {number: people[number].name for number in present}
    return JudgedFile(fingerprint, table, instrument, judged, present, names)


def compare_assessments(*, actor: Actor, file: JudgedFile) -> Comparison:
    """Compare a judged workbook with the assessments that hold; nothing is written."""
    judged = file.judged
    known = {
        (one.resident_id, one.assessed_date): one
        for one in list_known_assessments(
            actor=actor, instrument=file.instrument, resident_ids=file.resident_ids.values()
        )
    }
    compared = Comparison(
        rows=len(judged.accepted) + len(judged.rejected), rejected=judged.rejected
    )
    for row in judged.accepted:
        earlier = known.get((file.resident_ids[row.id_number], row.assessed_date))
        if earlier is None:
            compared.added.append(row)
        elif _is_equal(file.instrument, earlier, row):
            compared.unchanged += 1
        else:
            compared.changed.append((earlier, row))
    return compared


def import_assessments(*, actor: Actor, file: JudgedFile, now: datetime) -> Comparison:
    """
    Write a judged workbook in one piece; written again, it changes nothing.

    An assessment is never edited: another one of the same person and day takes its place, and the
    earlier row stays and points to it.

    :raises Refusal: assessment_superseded, when somebody else replaced one meanwhile.
    """
    hold_the_door()
    instrument, people = file.instrument, file.resident_ids
    compared = compare_assessments(actor=actor, file=file)
    version_id = freeze_scheme(scheme=file.instrument, now=now)
    _record_import(actor, file, compared, now)
    for start in range(0, len(compared.added), _BATCH):
        batch = compared.added[start : start + _BATCH]
        records = [
            _describe(actor, instrument, people[row.id_number], row, version_id, now)
            for row in batch
        ]
        db.session.execute(insert(Assessment.__table__), records)  # type: ignore[arg-type]
    for earlier, row in compared.changed:
        record = _describe(actor, instrument, people[row.id_number], row, version_id, now)
        supersede_assessment(earlier_id=earlier.id, record=record)
    return compared


def _record_import(actor: Actor, file: JudgedFile, compared: Comparison, now: datetime) -> None:
    record_event(
        actor=actor,
        action="assessments.import",
        subject_kind="file",
        subject_id=file.fingerprint[:40],
        now=now,
        facts={
            "instrument": file.instrument.id,
            "rows": compared.rows,
            "added": len(compared.added),
            "superseded": [earlier.id for earlier, _ in compared.changed],
            "unchanged": compared.unchanged,
            "rejected": len(compared.rejected),
        },
    )


def supersede_assessment(*, earlier_id: int, record: dict[str, Any]) -> None:
    """
    Put an assessment in the place of an earlier one, which stays and points to it.

    :raises Refusal: assessment_superseded, when somebody else replaced it meanwhile.
    """
    # Only one row of a person and day may be without successor, and a successor must exist: so
    # the earlier row points to itself until the new one is there.
    leave = (
        update(Assessment)
        .where(Assessment.id == earlier_id, Assessment.superseded_by.is_(None))
        .values(superseded_by=earlier_id)
    )
    if count_changed(leave) != 1:
        raise Refusal("assessment_superseded", N_("评估已被他人更新，请重新导入"))
    db.session.execute(insert(Assessment).values(**record))
    new_id = select(Assessment.id).where(Assessment.public_id == record["public_id"])
    count_changed(
        update(Assessment)
        .where(Assessment.id == earlier_id)
        .values(superseded_by=db.session.scalar(new_id))
    )


def _is_equal(instrument: Instrument, earlier: KnownAssessment, row: AssessmentRow) -> bool:
    return (
        earlier.assessors == row.assessors
        and earlier.points == _name_points(instrument, row.points)
        and earlier.diagnoses == row.diagnoses
        and earlier.events == _name_events(instrument, row.events)
        and earlier.coma == row.coma
    )


def _name_points(instrument: Instrument, points: Iterable[int]) -> dict[str, int]:
    return dict(zip((item.id for item in instrument.items), points, strict=True))


def _name_events(instrument: Instrument, counts: Iterable[int]) -> dict[str, int]:
    named = zip(instrument.event_kinds, counts, strict=True)
    return {kind.id: count for kind, count in named if count}


def _describe(
    actor: Actor,
    instrument: Instrument,
    resident_id: int,
    row: AssessmentRow,
    version_id: int,
    now: datetime,
) -> dict[str, Any]:
    key = secrets.token_hex(8)
    first, second = row.assessors
    return {
        "public_id": key,
        "resident_id": resident_id,
        "scheme_version_id": version_id,
        "assessed_date": row.assessed_date,
        "assessor_1": first,
        "assessor_2": second,
        "points": _name_points(instrument, row.points),
        "diagnoses_sealed": seal(" ".join(row.diagnoses), column=DIAGNOSES_COLUMN, row=key),
        "events": _name_events(instrument, row.events),
        "coma": row.coma,
        "recorded_at": now,
        "recorded_by": actor.account_id,
        "superseded_by": None,
    }
