"""A roster under one programme or two: counts and fen by level, item, source and community."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from voucher.money import split_by_largest_remainder
from voucher.reports.rules.judging import Due, Judge, LevelsFrom
from voucher.schemes.rules.programmes import FundingSource, Programme, list_funding_sources
from voucher.schemes.rules.values import Facts, Reason

# The steps in which a difference is told, in fen a month: up to ten yuan, up to fifty, ...
BAND_EDGES_FEN = (0, 1_000, 5_000, 10_000, 20_000, 50_000)


class Person(NamedTuple):
    """
    Everything a simulation judges a resident by; many residents are one such person.

    `levels` is the level on the scale of each programme, "" for none.
    """

    facts: Facts
    levels: tuple[str, ...]


# For each person, how many residents of each community are such a person.
Roster = Mapping[Person, Mapping[int, int]]


@dataclass(slots=True)
class Share:
    """A group of residents under one programme; `fen` is the most it may cost a month."""

    residents: int = 0
    covered: int = 0
    fen: int = 0

    def add(self, count: int, due: Due) -> None:
        """Count residents who are all due the same."""
        self.residents += count
        self.covered += count if due.items else 0
        self.fen += count * due.fen


@dataclass(slots=True)
class Group:
    """A group of residents under the first programme and under the other."""

    residents: int = 0
    fen: int = 0
    fen_against: int = 0
    gains: int = 0
    loses: int = 0

    def add(self, count: int, due: Due, due_against: Due) -> None:
        """Count residents who are all due the same, by both programmes."""
        self.residents += count
        self.fen += count * due.fen
        self.fen_against += count * due_against.fen
        self.gains += count if due_against.fen > due.fen else 0
        self.loses += count if due_against.fen < due.fen else 0

    @property
    def difference_fen(self) -> int:
        """Give what the other programme costs more."""
        return self.fen_against - self.fen


@dataclass(frozen=True, slots=True)
class Band:
    """How many gain or lose more than one amount and at most another; None is without end."""

    more_than_fen: int
    at_most_fen: int | None
    gains: int
    loses: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    A roster under one programme.

    `levels` has "" for who has none. `items` count who gets each. `why_not` says for how many of
    those who are due nothing each reason holds; one person may have several.
    """

    programme: Programme
    levels_from: LevelsFrom
    whole: Share
    levels: Mapping[str, Share]
    items: Mapping[str, Share]
    sources: tuple[tuple[FundingSource, int], ...]
    why_not: tuple[tuple[Reason, int], ...]

    @property
    def without_level(self) -> int:
        """Give how many have no level."""
        return self.levels[""].residents if "" in self.levels else 0


@dataclass(frozen=True, slots=True)
class Change:
    """What the other programme changes for the same residents; `levels` are the first one's."""

    whole: Group
    same: int
    newly_covered: int
    no_longer_covered: int
    bands: tuple[Band, ...]
    levels: Mapping[str, Group]


@dataclass(frozen=True, slots=True)
class Simulation:
    """
    One programme, or two and the change between them.

    `communities` hold both costs, which are the same where there is only one programme.
    """

    outcomes: tuple[Outcome, ...]
    communities: Mapping[int, Group]
    change: Change | None

    @property
    def residents(self) -> int:
        """Give how many were looked at."""
        return self.outcomes[0].whole.residents


class _Judged(NamedTuple):
    places: Mapping[int, int]
    residents: int
    dues: tuple[Due, ...]


def simulate_roster(
    *,
    people: Roster,
    programmes: Sequence[tuple[Programme, LevelsFrom, Judge]],
    district_code: str,
) -> Simulation:
    """Judge a roster by one programme or two."""
    judges = [judge for _, _, judge in programmes]
    judged = [_judge(person, places, judges) for person, places in people.items()]
    outcomes = tuple(
        _sum_up(programme, source, [(one.residents, one.dues[n]) for one in judged], district_code)
        for n, (programme, source, _) in enumerate(programmes)
    )
    communities: dict[int, Group] = {}
    for places, _, dues in judged:
        for community_id, residents in places.items():
            communities.setdefault(community_id, Group()).add(residents, dues[0], dues[-1])
    return Simulation(outcomes, communities, _compare(judged) if len(programmes) > 1 else None)


def _judge(person: Person, places: Mapping[int, int], judges: Sequence[Judge]) -> _Judged:
    dues = (judge(person.facts, n) for judge, n in zip(judges, person.levels, strict=True))
    return _Judged(places, sum(places.values()), tuple(dues))


@dataclass(slots=True)
class _Sums:
    whole: Share = field(default_factory=Share)
    levels: dict[str, Share] = field(default_factory=dict)
    items: dict[str, Share] = field(default_factory=dict)
    why_not: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    reasons: dict[tuple[str, str, str], Reason] = field(default_factory=dict)

    def add(self, count: int, due: Due) -> None:
        self.whole.add(count, due)
        self.levels.setdefault(due.level, Share()).add(count, due)
        for item, fen in due.items:
            share = self.items.setdefault(item, Share())
            share.residents += count
            share.covered += count
            share.fen += count * fen
        # A reason's facts differ from person to person; what it says does not.
        found = {(r.rule, str(r.facts.get("item", "")), r.sentence): r for r in due.why_not}
        self.reasons.update(found)
        self.why_not.update(dict.fromkeys(found, count))


def _sum_up(
    programme: Programme,
    levels_from: LevelsFrom,
    dues: Iterable[tuple[int, Due]],
    district_code: str,
) -> Outcome:
    sums = _Sums()
    for count, due in dues:
        sums.add(count, due)
    sources = list_funding_sources(programme=programme, district_code=district_code)
    parts = split_by_largest_remainder(sums.whole.fen, [source.weight for source in sources])
    return Outcome(
        programme=programme,
        levels_from=levels_from,
        whole=sums.whole,
        levels=sums.levels,
        items=sums.items,
        sources=tuple(zip(sources, parts, strict=True)),
        why_not=tuple((sums.reasons[key], count) for key, count in sums.why_not.most_common()),
    )


def _compare(judged: Sequence[_Judged]) -> Change:
    whole, newly, no_longer = Group(), 0, 0
    levels: dict[str, Group] = {}
    differences: Counter[int] = Counter()
    for _, count, (due, against) in judged:
        whole.add(count, due, against)
        levels.setdefault(due.level, Group()).add(count, due, against)
        differences[against.fen - due.fen] += count
        newly += count if against.items and not due.items else 0
        no_longer += count if due.items and not against.items else 0
    return Change(
        whole=whole,
        same=differences[0],
        newly_covered=newly,
        no_longer_covered=no_longer,
        bands=_sort_into_bands(differences),
        levels=levels,
    )


def _sort_into_bands(differences: Mapping[int, int]) -> tuple[Band, ...]:
    edges: tuple[int | None, ...] = (*BAND_EDGES_FEN, None)
    bands = []
    for low, high in pairwise(edges):
        assert low is not None
        gains = sum(n for fen, n in differences.items() if _is_within(fen, low, high))
        loses = sum(n for fen, n in differences.items() if _is_within(-fen, low, high))
        bands.append(Band(low, high, gains, loses))
    return tuple(bands)


def _is_within(fen: int, low: int, high: int | None) -> bool:
    return fen > low and (high is None or fen <= high)
