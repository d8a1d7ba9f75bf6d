"""What a rehearsal runs on, and what it gathers for its summary."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from voucher.access import Actor
from voucher.config import Home
from voucher.residents.rules.roster import ResidentRow

MONTH = date(2026, 12, 1)
NEXT_MONTH = date(2027, 1, 1)
PROGRAMMES = ("jinjiang-age-bands", "national-2026")


@dataclass(slots=True)
class Rehearsal:
    """What a rehearsal runs on, and what it gathered for the summary."""

    home: Home
    console: Actor
    residents: int | None
    say: Callable[[str], None]
    actors: dict[str, Actor] = field(default_factory=dict)
    runs: list[int] = field(default_factory=list)
    accounts: list[dict[str, str]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    # Somebody of the roster who has a telephone, and how to open a till.
    newest: ResidentRow | None = None
    till: dict[str, str] = field(default_factory=dict)

    def as_person(self, name: str) -> Actor:
        """Give the actor of one of the sample accounts."""
        return self.actors[name]
