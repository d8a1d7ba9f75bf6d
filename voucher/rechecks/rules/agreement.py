"""How far two pairs agree on the same people: plain share, and weighted kappa. Exact fractions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

# Below so many pairs a figure is shown, and said to be too little to judge anybody by.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    `count` pairs of ratings, of which `equal` are the same.

    `kappa` is 1 for full agreement, 0 for what chance alone would give, None without pairs.
    """

    count: int
    equal: int
    kappa: Fraction | None

    @property
    def percent(self) -> Fraction | None:
        """Give the share of equal ratings in percent."""
        return Fraction(100 * self.equal, self.count) if self.count else None

    @property
    def is_small(self) -> bool:
        """Tell whether there are too few pairs to judge anybody by."""
        return self.count < ENOUGH


def measure_agreement(pairs: Sequence[tuple[int, int]]) -> Agreement:
    """
    Compare first and second ratings, given as ranks on one ordered scale.

    Kappa is weighted linearly: 1 - sum(w * observed) / sum(w * expected), where w = |i - j| is the
    distance of two ranks and `expected` follows from both margins as if they were independent
    (J. Cohen, Weighted kappa, Psychological Bulletin 70, 1968, 213-220; linear weights: D. V.
    Cicchetti, T. Allison, American Journal of EEG Technology 11, 1971, 101-109). Dividing w by the
    longest distance, as they do, changes nothing. Where both gave everybody the same one rating
    the fraction is 0/0; they agree in full, so that kappa is 1.
    """
    if not pairs:
        return Agreement(0, 0, None)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(abs(a - b) for a, b in pairs)
    expected = sum(
        abs(a - b) * count * other for a, count in first.items() for b, other in second.items()
    )
    kappa = 1 - Fraction(observed * len(pairs), expected) if expected else Fraction(1)
    return Agreement(len(pairs), sum(a == b for a, b in pairs), kappa)


def show_fraction(value: Fraction | None, *, places: int) -> str:
    """Write a fraction with so many decimals, halves away from zero; nothing for None."""
    if value is None:
        return ""
    step = Decimal(1).scaleb(-places)
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return str(scaled.quantize(step, rounding=ROUND_HALF_UP))
