"""The small frozen values every scheme and every result is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# The words of a roster's situation column. 低保边缘 is not 低保.
SITUATIONS = ("特困", "低保", "低保边缘", "失独", "优抚", "独居", "空巢", "残疾")


class Confidence(StrEnum):
    """How well a value is known; everything but `confirmed` is shown as needing a check."""

    CONFIRMED = "confirmed"
    RECALLED = "recalled"
    FOUNDING = "founding"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages of the system."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """Give the text in English for a reader of English (`en`), otherwise in Chinese."""
        return self.en if language == "en" else self.zh

    def as_json(self) -> dict[str, str]:
        """Give the text as the command line and the API show it."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a scale. Ids are text, and a scale lists its levels from best to worst."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class Reason:
    """
    Why a result is what it is: the rule that decided and the facts it looked at.

    `sentence` is Chinese with %(name)s places for the facts. `english` is there when the sentence
    comes from a scheme file; the project's own sentences are in the catalogue.
    """

    rule: str
    facts: Mapping[str, Any]
    sentence: str
    english: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give the rule and its facts as one flat object."""
        return {"rule": self.rule, **self.facts}


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What classing and granting may know about a resident on the reference date.

    `age` in full years; `situation` in the words of SITUATIONS; `gbt_level` is the confirmed level
    by GB/T 42195-2022, "" when there is none; `household` is stated from outside, "" when nobody
    did.
    """

    age: int
    situation: tuple[str, ...] = ()
    gbt_level: str = ""
    household: str = ""

    def as_condition_values(self) -> dict[str, Any]:
        """Give the names conditions use. CEL's `in` needs a list, so the situation becomes one."""
        return {
            "age": self.age,
            "situation": list(self.situation),
            "gbt_level": self.gbt_level,
        }
