"""How far two pairs agree: the formula by hand, and what holds of it always."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from voucher.rechecks.rules.agreement import Agreement, measure_agreement, show_fraction

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)
# First ratings 5, 3, 2 and second ratings 5, 3, 2 of the ranks 0, 1, 2. Distances add up to
# 1 + 1 + 2 = 4; over all 100 crossings of the margins to 15 + 20 + 15 + 6 + 20 + 6 = 82.
BY_HAND = [*[(0, 0)] * 4, (0, 1), *[(1, 1)] * 2, (1, 2), (2, 2), (2, 0)]


def test_the_worked_example_comes_out_as_by_hand():
    found = measure_agreement(BY_HAND)

    assert found == Agreement(count=10, equal=7, kappa=1 - Fraction(4 * 10, 82))
    assert (found.percent, found.kappa) == (70, Fraction(21, 41))


@given(PAIRS)
def test_kappa_is_at_most_one_and_one_exactly_where_every_pair_is_equal(pairs):
    kappa = measure_agreement(pairs).kappa

    assert kappa <= 1
    assert (kappa == 1) == all(a == b for a, b in pairs)


@given(PAIRS)
def test_it_matters_neither_who_came_first_nor_in_which_order(pairs):
    turned = [(b, a) for a, b in reversed(pairs)]

    assert measure_agreement(turned) == measure_agreement(pairs)


@given(PAIRS, st.integers(1, 3))
def test_the_unit_of_the_scale_does_not_matter(pairs, unit):
    wider = [(a * unit + 7, b * unit + 7) for a, b in pairs]

    assert measure_agreement(wider) == measure_agreement(pairs)


def test_without_pairs_nothing_is_said_and_under_ten_it_is_said_to_be_little():
    sizes = {count: measure_agreement([(1, 1)] * count).is_small for count in (9, 10)}

    assert measure_agreement([]) == Agreement(0, 0, None)
    assert measure_agreement([]).percent is None
    assert sizes == {9: True, 10: False}


def test_a_fraction_is_rounded_half_away_from_zero():
    shown = [
        show_fraction(value, places=2)
        for value in (Fraction(21, 41), Fraction(1, 200), Fraction(-1, 200), Fraction(1), None)
    ]

    assert shown == ["0.51", "0.01", "-0.01", "1.00", ""]
