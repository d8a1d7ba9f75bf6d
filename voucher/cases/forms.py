"""What a person types when doing or deciding something grave: why."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.refusals import N_, BadInput
from voucher.workbooks.cells import has_forbidden_character

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """A reason as it was typed, and the key of the attempt."""

    typed: str = ""
    client_key: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Decision":
        """Read the form; what is too long to be true is cut."""
        return cls(form.get("reason", "")[:1000], form.get("client_key", ""))

    @property
    def reason(self) -> str:
        """
        Give the reason.

        :raises BadInput: reason_missing, reason_long, char.
        """
        tidy = " ".join(self.typed.split())
        if not tidy:
            raise BadInput("reason_missing", N_("请写明原因"))
        if len(tidy) > REASON_MAX:
            raise BadInput("reason_long", N_("原因最多 %(most)s 个字"), most=REASON_MAX)
        if has_forbidden_character(tidy):
            raise BadInput("char", N_("“%(title)s”中有无法使用的字符，请删去"), title="reason")
        return tidy
