"""Drawing a random share that anybody can draw again from the seed."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum

from voucher.refusals import N_

MAX_PERCENT = 100


class Outcome(StrEnum):
    """What became of a drawn assessment."""

    OPEN = "open"
    SAME = "same"
    DIFFERS = "differs"


OUTCOME_TITLES: dict[str, str] = {
    Outcome.OPEN: N_("待复评"),
    Outcome.SAME: N_("一致"),
    Outcome.DIFFERS: N_("不一致"),
}


def choose_sample(*, seed: str, keys: Iterable[str], percent: int) -> list[str]:
    """
    Choose a share of the keys, rounded up and at least one, where there are any.

    Each key is ranked by SHA-256 of `seed:key`, and the first are taken: the order in which the
    keys come never matters, and nobody can foresee the ranks before the seed is there.
    """
    ranked = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
    return ranked[: -(-len(ranked) * percent // 100)]
