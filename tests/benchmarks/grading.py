"""
How fast a district is graded, as ratios to the least that the same machine must do in the same run.

Run by `make bench-grading`: medians of rounds that take turns, on SQLite and on PostgreSQL.
"""

import os
import platform
import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click
import flask_migrate
from sqlalchemy import delete, func, select

from tests.assessments.factories import make_answers
from tests.benchmarks.district import add_assessed_residents, make_id_number
from tests.cluster import reserve_cluster, stop_cluster
from tests.conftest import make_database, make_home
from tests.laws.stage import open_app
from tests.vouchers.factories import Town, make_town
from tests.workbooks.factories import make_workbook
from voucher import clock
from voucher.assessments.models import Assessment
from voucher.assessments.operations.importing import import_assessments, judge_assessment_file
from voucher.assessments.queries.latest import stream_latest_assessments
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.grading import grade_residents
from voucher.db import db, insert_rows, transaction
from voucher.schemes.queries import GBT, get_instrument, get_programme
from voucher.schemes.rules.scoring import score_rows
from voucher.workbooks.reading import read_first_sheet

COUNT, IN_A_FILE, ROUNDS = 140_000, 10_000, 5
DAY, LATER = date(2026, 12, 1), date(2026, 11, 25)
PROGRAMMES = ("national-2026", "shangcheng-six-classes")

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """What was timed: so many rows, in seconds, beside the least that has to be done for them."""

    name: str
    rows: int
    pairs: tuple[Pair, ...]

    @property
    def ratio(self) -> float:
        """Give how many times the bare seconds ours took, median by median."""
        return median(ours for ours, _ in self.pairs) / median(bare for _, bare in self.pairs)

    @property
    def rows_a_second(self) -> int:
        """Give how many rows ours did a second."""
        return round(self.rows / median(ours for ours, _ in self.pairs))


def measure(*, town: Town, count: int, in_a_file: int, rounds: int) -> Iterator[Figure]:
    """Time scoring, grading and importing in a town without people yet."""
    add_assessed_residents(
        actor=town.worker, communities=town.communities, count=count, now=clock.now()
    )
    rows = _list_raw_rows(town)
    yield Figure("score_rows / sum", len(rows), _repeat(rounds, lambda: _time_scoring(rows)))
    for programme in PROGRAMMES:
        pairs = _repeat(rounds, lambda programme=programme: _time_grading(town, programme, count))
        yield Figure(f"grade {programme} / executemany", count, pairs)
    content = _make_file(in_a_file)
    pairs = _repeat(rounds, lambda: _time_import(town, content, in_a_file))
    yield Figure("import assessments / read the file", in_a_file, pairs)


def _repeat(rounds: int, pair: Callable[[], Pair]) -> tuple[Pair, ...]:
    return tuple(pair() for _ in range(rounds))


def _time(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start


def _list_raw_rows(town: Town) -> list[Any]:
    instrument = get_instrument(GBT, 1)
    batches = stream_latest_assessments(actor=town.worker, on=DAY, instrument=GBT)
    rows = [row for answers in batches for row in answers.open(instrument)]
    db.session.rollback()
    return rows


def _time_scoring(rows: list[Any]) -> Pair:
    scores = score_rows(instrument=get_instrument(GBT, 1), rows=rows)
    return (
        _time(lambda: deque(scores, maxlen=0)),
        _time(lambda: deque((sum(points) for points, _, _, _ in rows), maxlen=0)),
    )


def _time_grading(town: Town, programme: str, count: int) -> Pair:
    ours = _time(lambda: _grade(town, programme))
    with transaction():
        columns = [column for column in CareLevel.__table__.c if column.name != "id"]
        rows = _take_levels([column.name for column in columns])
        assert len(rows) == count
    bare = _time(lambda: _insert([column.name for column in columns], rows))
    with transaction():
        assert _take_levels([column.name for column in columns]) == rows
    return ours, bare


def _grade(town: Town, programme: str) -> None:
    with transaction():
        grade_residents(
            actor=town.worker, programme=get_programme(programme, 1), on=DAY, now=clock.now()
        )


def _take_levels(names: list[str]) -> list[tuple[Any, ...]]:
    """Give every level as the driver holds it, and delete them."""
    shown = ", ".join("CAST(reasons AS TEXT)" if name == "reasons" else name for name in names)
    connection = db.session.connection()
    found = connection.exec_driver_sql(f"SELECT {shown} FROM care_levels ORDER BY id")
    rows = [tuple(row) for row in found]
    db.session.execute(delete(CareLevel))
    return rows


def _insert(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    with transaction():
        insert_rows(table=CareLevel.__table__, columns=names, rows=rows)


def _make_file(count: int) -> bytes:
    rows = [
        make_answers({"身份证号": make_id_number(number), "评估日期": LATER.isoformat()})
        for number in range(1, count + 1)
    ]
    return make_workbook([tuple(rows[0]), *(tuple(row.values()) for row in rows)])


def _time_import(town: Town, content: bytes, count: int) -> Pair:
    with transaction():
        ours = _time(lambda: _import(town, content))
        written = select(func.count(Assessment.id)).where(Assessment.assessed_date == LATER)
        assert db.session.scalar(written) == count
        db.session.rollback()
    return ours, _time(lambda: deque(read_first_sheet(content=content).rows(), maxlen=0))


def _import(town: Town, content: bytes) -> None:
    file = judge_assessment_file(
        actor=town.worker, content=content, instrument=get_instrument(GBT, 1), on=DAY
    )
    import_assessments(actor=town.worker, file=file, now=clock.now())


def _print_machine() -> None:
    click.echo(
        f"{os.cpu_count()} cores · Python {platform.python_version()}"
        f" · SQLite {sqlite3.sqlite_version} · {COUNT:,} residents · medians of {ROUNDS}"
    )


def _print_figure(database: str, figure: Figure) -> None:
    click.echo(
        f"{database:<11}{figure.name:<44}{figure.ratio:5.1f}{figure.rows_a_second:>12,} rows/s"
    )


def main() -> None:
    """Print the ratios on both databases."""
    _print_machine()
    reserve_cluster()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("sqlite", "postgresql"):
                home = make_home(Path(folder) / name)
                sqlite = f"sqlite:///{Path(folder) / 'voucher.db'}"
                with open_app(home, sqlite if name == "sqlite" else make_database()):
                    flask_migrate.upgrade()
                    for figure in measure(
                        town=make_town(), count=COUNT, in_a_file=IN_A_FILE, rounds=ROUNDS
                    ):
                        _print_figure(name, figure)
    finally:
        stop_cluster()


if __name__ == "__main__":
    main()
