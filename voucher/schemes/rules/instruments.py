"""
Instruments: items, options, points, grades, levels and change rules, as frozen values.

A part is what a standard calls a dimension. Either the levels are bands of the total, or each part
comes to a grade of its own and a combination gives the level of the grades.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voucher.schemes.rules.conditions import Condition
from voucher.schemes.rules.records import Records
from voucher.schemes.rules.values import Confidence, Level, Words

# Beside the items and the kinds of event, an assessment workbook has these columns.
WORKBOOK_COLUMNS = ("id", "name", "date", "assessor_1", "assessor_2", "diagnoses", "coma")


class Worsening(StrEnum):
    """How several change rules add up: one step in all, or a step for each."""

    ONCE = "once"
    EACH = "each"


class Direction(StrEnum):
    """What more points mean."""

    BETTER = "better"
    WORSE = "worse"


class GradedBy(StrEnum):
    """How a part comes to its grade: by the band of its sum, or by the worst of its answers."""

    SUM = "sum"
    WORST = "worst"


@dataclass(frozen=True, slots=True)
class Option:
    """
    One answer to an item. `number` counts from 1; options may differ and give equal points.

    `grade` is what the answer alone makes of a part graded by its worst answer, otherwise "".
    """

    number: int
    points: int
    name: Words
    grade: str


@dataclass(frozen=True, slots=True)
class Item:
    """
    One question. `points` holds every number of points an answer may give.

    An item without options takes any whole number of a range, such as a sum counted elsewhere.
    """

    id: str
    name: Words
    about: Words
    options: tuple[Option, ...]
    points: frozenset[int]
    maximum: int


@dataclass(frozen=True, slots=True)
class Grade:
    """
    One grade of a part and the sums that give it, both ends included.

    By the worst answer, both ends are None. `value` is what the grade counts where values are
    added up, otherwise 0.
    """

    id: str
    name: Words
    lower: int | None
    upper: int | None
    value: int


@dataclass(frozen=True, slots=True)
class Part:
    """
    A group of items with a subtotal and, where a combination gives the level, grades.

    `grades` go from best to worst; `grade_by_sum` gives the place of the grade of each sum.
    """

    id: str
    name: Words
    items: tuple[Item, ...]
    maximum: int
    higher_is: Direction
    graded_by: GradedBy
    grades: tuple[Grade, ...]
    grade_by_sum: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """
    A table with a row for each grade of one part; the column is the worst grade of others.

    `cells` holds level ids, rows and columns from best to worst.
    """

    row: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A condition over the grades of the parts that gives a level."""

    rule: str
    name: Words
    level: str
    when: Condition


@dataclass(frozen=True, slots=True)
class OrderedRules:
    """
    Rules in order, of which the first that holds decides.

    In a gap, where none holds, the level has the place of the grade of `gap_part`. `gaps` and
    `overlaps` count the combinations of grades that no rule, or more than one, speaks for.
    """

    rules: tuple[LevelRule, ...]
    gap_part: str
    gaps: int
    overlaps: int


@dataclass(frozen=True, slots=True)
class AddedValues:
    """Values of grades added up to the total; of parts that count together the highest counts."""

    take: tuple[tuple[str, ...], ...]


Combination = Matrix | OrderedRules | AddedValues


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
    """
    A worked example: answers, or only a total, and what must come of it.

    `subtotals`, `grades` and `initial` are empty where the example does not state them.
    """

    points: tuple[int, ...]
    total: int
    diagnoses: tuple[str, ...]
    event_count: int
    coma: bool
    subtotals: tuple[int, ...]
    grades: tuple[str, ...]
    initial: str
    level: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on where a part of the file comes from, and how well that is known."""

    confidence: Confidence
    text: Words


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """
    A scale: answers give points, points a level, change rules may move it.

    `items` stands in the order of the parts and `levels` goes from best to worst. The total is
    the sum of the points of the parts in `total_of`, or of the values of grades; `decimals` of
    its last digits stand behind the point. Without a combination, or where values are added up,
    `bands` and `level_by_total` give the level of each total that answers can reach; otherwise
    `level_by_grades` gives it for the places of the grades of all parts. `text` is the file and
    `digest` its SHA-256, so that a used version can be shown unchanged. `reassess_months` is after
    how many months the scale itself asks for another assessment, None where it does not say.
    """

    id: str
    version: int
    effective_from: date
    name: Words
    source: str
    confidence: Confidence
    reassess_months: int | None
    notes: tuple[Note, ...]
    parts: tuple[Part, ...]
    items: tuple[Item, ...]
    higher_is: Direction
    total_of: tuple[str, ...]
    maximum: int
    decimals: int
    combination: Combination | None
    bands: tuple[Band, ...]
    level_by_total: Mapping[int, str]
    level_by_grades: Mapping[tuple[int, ...], str]
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
    def asks_for_coma(self) -> bool:
        """Tell whether a rule looks at coma."""
        return any("coma" in change.when.names for change in self.changes)
