"""The benchmark of simulation in its short form: it measures what it says it measures."""

from tests.benchmarks.simulation import measure

RESIDENTS = 2_000


def test_the_benchmark_simulates_everybody_it_reads(app):
    measured = measure(residents=RESIDENTS, rounds=1)

    national, six_classes = measured.found.outcomes
    assert national.whole.residents - national.without_level == RESIDENTS * 2 // 5
    assert six_classes.without_level == 0
    assert measured.ratio > 0
