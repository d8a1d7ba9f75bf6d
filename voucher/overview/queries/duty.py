"""What a duty is, and who is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from voucher.access import Actor
from voucher.config import Deadlines


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the home page, at which instant, and what the home allows to whom by when."""

    actor: Actor
    now: datetime
    deadlines: Deadlines


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do: how it is counted, what it means, and the page where it is done."""

    count: Callable[[Reader], int]
    title: str
    meaning: str
    endpoint: str
