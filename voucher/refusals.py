"""What is said when something is not done: a machine word, a sentence, the facts."""

from functools import partial
from typing import Any


def N_(sentence: str) -> str:  # noqa: N802 - the name gettext's extractors know
    """Mark a sentence for translation without translating it yet."""
    return sentence


class Refusal(Exception):
    """
    The request was understood and refused; nothing was written.

    `word` is the machine word of command line, API and log. `sentence` is the Chinese text, with
    %(name)s places for `facts`; it is translated where it is shown, never where it is raised.
    """

    status = 409
    exit_code = 1

    def __init__(self, word: str, sentence: str, **facts: Any) -> None:
        super().__init__(word)
        self.word = word
        self.sentence = sentence
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        # Drawing runs in other processes; a refusal there must come back as the same refusal.
        return partial(type(self), **self.facts), (self.word, self.sentence)

    def as_json(self) -> dict[str, Any]:
        """Give what `--json` and the log say of it."""
        return {"error": self.word, **self.facts}


class BadInput(Refusal):
    """What was sent cannot be read as what was asked for."""

    status = 422
    exit_code = 2


class NotAllowed(Refusal):
    """This person may not do this."""

    status = 403


class NotFound(Refusal):
    """It does not exist, or lies outside the asker's area: the answer is the same."""

    status = 404
