"""The benchmark times what it says: every round writes the same rows as its bare counterpart."""

from tests.benchmarks.grading import measure
from tests.vouchers.factories import make_town


def test_the_benchmark_runs_and_each_side_does_the_same_work(app):
    figures = list(measure(town=make_town(), count=1_200, in_a_file=120, rounds=1))

    assert [(figure.name, figure.rows, figure.ratio > 0) for figure in figures] == [
        ("score_rows / sum", 1_200, True),
        ("grade national-2026 / executemany", 1_200, True),
        ("grade shangcheng-six-classes / executemany", 1_200, True),
        ("import assessments / read the file", 120, True),
    ]
