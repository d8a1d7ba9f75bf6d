"""What is typed at a draw."""

from dataclasses import dataclass
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from voucher.rechecks.queries import Candidates
from voucher.rechecks.rules.drawing import MAX_PERCENT
from voucher.refusals import N_, BadInput
from voucher.workbooks.cells import read_day, read_whole_number


@dataclass(frozen=True, slots=True)
class DrawForm:
    """From what is to be drawn, and how much of it, as typed; the last day still counts."""

    scheme: str = ""
    from_day: str = ""
    to_day: str = ""
    place: str = ""
    percent: str = ""
    client_key: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "DrawForm":
        """Read the form; what is too long to be true is cut."""
        return cls(
            scheme=form.get("scheme", "")[:60],
            from_day=form.get("from", "")[:40].strip(),
            to_day=form.get("to", "")[:40].strip(),
            place=form.get("place", "")[:12],
            percent=form.get("percent", "")[:9].strip(),
            client_key=form.get("client_key", ""),
        )

    def demand(self) -> tuple[Candidates, int]:
        """
        Give from what is drawn, and how many percent of it.

        :raises BadInput: draw_period, draw_percent.
        """
        first, last = read_day(self.from_day), read_day(self.to_day)
        if first is None or last is None or last < first:
            raise BadInput("draw_period", N_("请填写评估日期的起止，止日不早于起日"))
        percent = read_whole_number(self.percent) if self.percent else None
        if percent is None or not 1 <= percent <= MAX_PERCENT:
            raise BadInput("draw_percent", N_("比例须为 1 至 100 的整数"))
        period_to = last + timedelta(days=1)
        return Candidates(self.scheme, first, period_to, self.place), percent
