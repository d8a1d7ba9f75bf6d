"""What a second pair found, ready to be scored. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from voucher.schemes.rules.scoring import Answers


@dataclass(frozen=True, slots=True)
class SecondAnswers:
    """A second assessment that can be scored: when, by whom, the options and what they mean."""

    assessed_date: date
    assessors: tuple[str, str]
    options: Mapping[str, int]
    answers: Answers
