"""Instruments: items, options, points, bands and change rules, as frozen values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voucher.schemes.rules.conditions import Condition
from voucher.schemes.rules.records import Records
from voucher.schemes.rules.values import Confidence, Level, Words


class Worsening(StrEnum):
    """How several change rules add up: one step in all, or a step for each."""

    ONCE = "once"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to an item. `number` counts from 1; options may differ and give equal points."""

    number: int
    points: int
    name: Words


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `points` holds every number of points an answer may give."""

    id: str
    name: Words
    about: Words
    options: tuple[Option, ...]
    points: frozenset[int]
    maximum: int


@dataclass(frozen=True, slots=True)
class Part:
    """A group of items with a subtotal."""

    id: str
    name: Words
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The totals that give a level, both ends included."""

    level: Level
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Term:
    """A word the answers may hold besides points: a diagnosis group or a kind of event."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class Change:
    """
    A rule that moves the level after the bands.

    It sets a level, which ends the matter, or (`sets_level` is "") makes it worse by steps.
    """

    rule: str
    name: Words
    when: Condition
    sets_level: str
    worsens_by: int


@dataclass(frozen=True, slots=True)
class ScoreExample:
    """A worked example: answers, or only a total, and what must come of it."""

    points: tuple[int, ...]
    total: int
    diagnoses: tuple[str, ...]
    event_count: int
    coma: bool
    subtotals: tuple[int, ...]
    initial: str
    level: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """
    A scale scored by the sum of points. Higher totals are better; bands go from best to worst.

    `items` stands in the order of the parts; `level_by_total` gives the level of each total from
    0; `text` is the file and `digest` its SHA-256, so that a used version can be shown unchanged.
    """

    id: str
    version: int
    effective_from: date
    name: Words
    source: str
    confidence: Confidence
    parts: tuple[Part, ...]
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    level_by_total: tuple[str, ...]
    levels: tuple[Level, ...]
    diagnoses: tuple[Term, ...]
    event_kinds: tuple[Term, ...]
    changes: tuple[Change, ...]
    worsening: Worsening
    records: Records
    examples: tuple[ScoreExample, ...]
    text: str
    digest: str

    @property
    def maximum(self) -> int:
        """Give the best total."""
        return len(self.level_by_total) - 1
