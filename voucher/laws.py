"""The shape of a law that can be recomputed from the rows, for `verify`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Breach:
    """A row, or a sum, that breaks a law: which law, where, and the figures that disagree."""

    law: str
    where: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows a check looked at, and what it found broken."""

    checked: int
    breaches: list[Breach] = field(default_factory=list)


Check = Callable[[], Finding]
