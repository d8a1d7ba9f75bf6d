"""What is typed when grading and confirming, as typed values."""

from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from voucher.listing import MAX_SIZE
from voucher.periods import parse_day
from voucher.refusals import N_, BadInput


@dataclass(frozen=True, slots=True)
class Grading:
    """A programme, the day on which people are looked at, and the key of the attempt."""

    programme: str
    on_day: str
    client_key: str

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Grading":
        """Read the form; what is too long to be true is cut."""
        return cls(
            programme=form.get("programme", "")[:60],
            on_day=form.get("on", "")[:20].strip(),
            client_key=form.get("client_key", ""),
        )

    @property
    def on(self) -> date:
        """
        Give the day.

        :raises BadInput: day.
        """
        return parse_day(self.on_day)


def read_level_ids(form: MultiDict[str, str]) -> tuple[int, ...] | None:
    """
    Give the proposals that were ticked, None when none was: then all are meant.

    :raises BadInput: levels.
    """
    ticked = form.getlist("level_id")
    if not ticked:
        return None
    are_numbers = all(text.isascii() and text.isdigit() and len(text) < 18 for text in ticked)
    if not are_numbers or len(ticked) > MAX_SIZE:
        raise BadInput("levels", N_("所选的等级有误，请回到列表重新勾选"))
    return tuple(int(text) for text in ticked)


def read_seen_at(form: MultiDict[str, str]) -> datetime:
    """
    Give when the page that said what would happen was made: nothing newer is confirmed.

    :raises BadInput: seen_at.
    """
    try:
        seen_at = datetime.fromisoformat(form.get("seen_at", ""))
    except ValueError:
        seen_at = None
    if seen_at is None or seen_at.tzinfo is None:
        raise BadInput("seen_at", N_("页面已过期，请返回刷新后重试"))
    return seen_at
