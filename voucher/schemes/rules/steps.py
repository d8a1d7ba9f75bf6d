"""One step from answers to a level, as a person reads it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voucher.schemes.rules.values import Words


class StepKind(StrEnum):
    """What a step is about, in the order the steps come."""

    ANSWER = "answer"
    PART = "part"
    INITIAL = "initial"
    CHANGE = "change"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step from the answers to the level.

    `id` names the item, part, rule or level; `points` and `maximum` are there where points
    count, `lower` and `upper` where they fell in a band (both ends included), all with `decimals`
    digits behind the point; `outcome` is the option, grade or level that follows, `note` what
    else there is to say of it. A part that `decides` had a say in the level before the rules.
    """

    kind: StepKind
    id: str
    name: Words
    outcome: Words | None = None
    points: int | None = None
    maximum: int | None = None
    lower: int | None = None
    upper: int | None = None
    decimals: int = 0
    note: Words | None = None
    decides: bool = False

    def say(self, language: str) -> str:
        """Give the step as one line, in English for `en`, otherwise in Chinese."""
        is_english = language == "en"
        name = self.name.say(language)
        told = [self._say_points(is_english), self._say_outcome(language)]
        if self.kind is StepKind.ANSWER:
            name = f"{self.id} {name}"
            told.reverse()
        if self.note:
            told.append(self.note.say(language))
        text = (", " if is_english else "，").join(part for part in told if part)
        return f"{name}{': ' if is_english else '：'}{text}" if text else name

    def as_json(self) -> dict[str, Any]:
        """Give the step as the command line and the API show it."""
        return {
            "kind": self.kind.value,
            "id": self.id,
            "points": self.points,
            "text": {"zh": self.say("zh"), "en": self.say("en")},
        }

    def _say_points(self, is_english: bool) -> str:
        if self.points is None or self.maximum is None:
            return ""
        points, most = self._show(self.points), self._show(self.maximum)
        return f"{points} of {most} points" if is_english else f"{points}／{most} 分"

    def _say_outcome(self, language: str) -> str:
        outcome = self.outcome.say(language) if self.outcome else ""
        if self.lower is None or self.upper is None:
            return outcome
        ends = "–".join(self._show(end) for end in sorted({self.lower, self.upper}))
        return f"{outcome} ({ends})" if language == "en" else f"{outcome}（{ends} 分）"

    def _show(self, number: int) -> str:
        return show_points(number, decimals=self.decimals)


@dataclass(frozen=True, slots=True)
class ToldPart:
    """The step of a part, and the steps of its answers."""

    part: Step
    answers: tuple[Step, ...]


def show_points(number: int, *, decimals: int) -> str:
    """Write points whose last `decimals` digits stand behind the point: 1250 and 2 give 12.50."""
    if not decimals:
        return str(number)
    whole, rest = divmod(number, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"
