"""A random share that anybody can draw again."""

from hypothesis import given
from hypothesis import strategies as st

from voucher.rechecks.rules.drawing import choose_sample

KEYS = st.lists(st.text("abcdef", min_size=1), unique=True, max_size=30)


@given(keys=KEYS, percent=st.integers(1, 100), data=st.data())
def test_the_order_of_the_keys_never_matters(keys, percent, data):
    shuffled = data.draw(st.permutations(keys))

    assert choose_sample(seed="s", keys=shuffled, percent=percent) == choose_sample(
        seed="s", keys=keys, percent=percent
    )


def test_the_share_is_rounded_up_and_at_least_one_where_there_is_any():
    sizes = [
        len(choose_sample(seed="s", keys=map(str, range(number)), percent=percent))
        for number, percent in ((0, 50), (1, 1), (100, 5), (101, 5), (10, 100))
    ]

    assert sizes == [0, 1, 5, 6, 10]


def test_another_seed_draws_others_and_a_larger_share_keeps_the_smaller():
    keys = [str(number) for number in range(100)]
    five = choose_sample(seed="a", keys=keys, percent=5)

    assert choose_sample(seed="a", keys=keys, percent=20)[:5] == five
    assert choose_sample(seed="b", keys=keys, percent=5) != five
