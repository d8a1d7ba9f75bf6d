"""Bands of numbers in scheme files: from best to worst, without gap, overlap or empty band."""

from collections.abc import Iterable, Mapping, Sequence

from voucher.refusals import N_
from voucher.schemes.rules.instruments import Direction
from voucher.schemes.rules.reading import Table

MAX_SUM = 100_000


def list_sums(choices: Iterable[Iterable[int]]) -> frozenset[int]:
    """Give every sum that one number out of each choice can come to."""
    reached = 1  # Bit n stands for the sum n.
    for numbers in choices:
        before, reached = reached, 0
        for number in set(numbers):
            reached |= before << number
    return frozenset(place for place, bit in enumerate(bin(reached)[:1:-1]) if bit == "1")


def place_bands(
    owner: Table,
    key: str,
    bands: Sequence[tuple[Table, int, int]],
    *,
    reachable: frozenset[int],
    higher_is: Direction,
) -> Mapping[int, int]:
    """
    Give the place of the band of every reachable number. Bands are (table, lower, upper).

    Numbers no answers come to, such as 41 on a scale of fives, may lie in a band or outside.

    :raises BadInput: scheme_invalid.
    """
    waiting = sorted(reachable, reverse=higher_is is Direction.BETTER)
    placed: dict[int, int] = {}
    for place, (table, lower, upper) in enumerate(bands):
        inside = [number for number in waiting if lower <= number <= upper]
        if not inside or lower < min(reachable) or upper > max(reachable):
            _refuse_unreachable(table, reachable)
        expected = waiting[len(placed) : len(placed) + len(inside)]
        if inside != expected or _overlaps(bands[place - 1] if place else None, lower, upper):
            table.refuse(
                N_(
                    "%(file)s 第 %(line)s 行 %(path)s：分数段应从 %(expected)s 分起，不能重叠或留空"
                ),
                expected=waiting[min(len(placed), len(waiting) - 1)],
            )
        placed |= dict.fromkeys(inside, place)
    if len(placed) < len(waiting):
        owner.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：最差一级的分数段应到 %(expected)s 分"),
            key=key,
            expected=waiting[-1],
        )
    return placed


def _overlaps(before: tuple[Table, int, int] | None, lower: int, upper: int) -> bool:
    return before is not None and lower <= before[2] and before[1] <= upper


def _refuse_unreachable(table: Table, reachable: frozenset[int]) -> None:
    table.refuse(
        N_(
            "%(file)s 第 %(line)s 行 %(path)s："
            "分数段应在 %(least)s 至 %(most)s 分之间，并且有分数能落在其中"
        ),
        least=min(reachable),
        most=max(reachable),
    )
