"""The rehearsal's first half: the district, its people, their assessments and levels."""

from collections import Counter
from importlib.resources import files

from voucher import clock
from voucher.assessments.operations.importing import import_assessments, judge_assessment_file
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import grade_residents
from voucher.db import transaction
from voucher.divisions.operations import import_divisions
from voucher.divisions.queries import load_bundled_divisions
from voucher.periods import local_date
from voucher.residents.operations.comparing import judge_roster_file
from voucher.residents.operations.importing import import_roster
from voucher.schemes.queries import GBT, get_instrument, get_programme
from voucher.upkeep.rules import write_invented_roster
from voucher.upkeep.tasks.rehearsal import MONTH, PROGRAMMES, Rehearsal


def import_everything(rehearsal: Rehearsal) -> None:
    """Import divisions, roster and assessments."""
    worker, now = rehearsal.as_person("worker"), clock.now()
    divisions = load_bundled_divisions(district_code=rehearsal.home.district)
    with transaction():
        import_divisions(actor=rehearsal.console, content=divisions, today=local_date(now), now=now)
    roster = judge_roster_file(actor=worker, content=_read_roster(rehearsal), on=MONTH)
    with transaction():
        done = import_roster(actor=worker, file=roster, now=now)
    reasons = Counter(row.faults[0].word for row in done.rejected)
    rehearsal.summary["residents accepted"] = len(done.added)
    rehearsal.summary["residents rejected"] = dict(reasons.most_common())
    rehearsal.newest = next((row for row in roster.roster.accepted if row.phone), None)
    forms = judge_assessment_file(
        actor=worker,
        content=read_sample("assessments"),
        instrument=get_instrument(GBT, MONTH),
        on=MONTH,
    )
    with transaction():
        assessed = import_assessments(actor=worker, file=forms, now=now)
    rehearsal.summary["assessments"] = len(assessed.added)


def _read_roster(rehearsal: Rehearsal) -> bytes:
    if rehearsal.residents is None:
        return read_sample("roster")
    text = load_bundled_divisions(district_code=rehearsal.home.district).decode("utf-8")
    return write_invented_roster(count=rehearsal.residents, divisions=text)


def read_sample(name: str) -> bytes:
    """Give a workbook of the sample district."""
    return files("voucher.upkeep").joinpath("sample", f"{name}.xlsx").read_bytes()


def grade(rehearsal: Rehearsal) -> None:
    """Grade for every programme, and confirm as another person."""
    now = clock.now()
    for programme_id in PROGRAMMES:
        programme = get_programme(programme_id, MONTH)
        with transaction():
            graded = grade_residents(
                actor=rehearsal.as_person("worker"), programme=programme, on=MONTH, now=now
            )
        with transaction():
            confirm_levels(
                actor=rehearsal.as_person("approver"), scale=programme.scale, on=MONTH, now=now
            )
        rehearsal.summary[f"levels {programme.scale}"] = graded.levels
