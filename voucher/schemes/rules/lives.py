"""How long a voucher is valid, and what becomes of what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from voucher.periods import next_month
from voucher.refusals import N_
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import Words

MAX_YEARS_LATER = 5
MAX_FEN = 10**13
# Not a leap year: a day that does not exist every year is no last day.
_ANY_YEAR = 2027


class Unused(StrEnum):
    """What becomes of value that is left at the end."""

    LAPSES = "lapses"
    CARRIES = "carries"


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of the year in which a period begins, or so many years later."""

    month: int
    day: int
    years_later: int

    def find_after(self, first: date) -> date:
        """Give the day that belongs to a period beginning on `first`."""
        return date(first.year + self.years_later, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Purse:
    """
    Where unused value goes: from `opens` on, for `services`, never more than `cap_fen` in all.

    No day: at once. No services: the same ones. 0: without a cap.
    """

    name: Words
    opens: YearDay | None
    services: tuple[str, ...]
    cap_fen: int


@dataclass(frozen=True, slots=True)
class Life:
    """Until which day, inclusive, value is valid (None: the period's last), and what is left."""

    until: YearDay | None
    unused: Unused
    purse: Purse | None


WHOLE_PERIOD = Life(until=None, unused=Unused.LAPSES, purse=None)


def find_period_to(*, life: Life, period_from: date) -> date:
    """Give the first day on which a voucher of the month is no longer valid."""
    if life.until is None:
        return next_month(period_from)
    return life.until.find_after(period_from) + timedelta(days=1)


def read_life(table: Table, services: Iterable[str]) -> Life:
    """
    Take a life; it must last through the month of issue, whichever month that is.

    :raises BadInput: scheme_invalid.
    """
    until = _read_day(table.table("until")) if table.has("until") else None
    unused = table.choice("unused", Unused)
    purse = _read_purse(table.table("purse"), services) if unused is Unused.CARRIES else None
    table.finish()
    life = Life(until=until, unused=unused, purse=purse)
    for month in range(1, 13):
        first = date(_ANY_YEAR, month, 1)
        if find_period_to(life=life, period_from=first) < next_month(first):
            table.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：%(month)s 月的券不到月底就过期"),
                key="until",
                month=month,
            )
    return life


def _read_day(table: Table) -> YearDay:
    found = YearDay(
        month=table.whole("month", least=1, most=12),
        day=table.whole("day", least=1, most=31),
        years_later=table.whole("years_later", most=MAX_YEARS_LATER, default=0),
    )
    table.finish()
    try:
        date(_ANY_YEAR, found.month, found.day)
    except ValueError:
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：不是每年都有这一天"))
    return found


def _read_purse(table: Table, services: Iterable[str]) -> Purse:
    purse = Purse(
        name=table.words("name"),
        opens=_read_day(table.table("opens")) if table.has("opens") else None,
        services=table.texts_among("services", services, ()),
        cap_fen=table.whole("cap_fen", most=MAX_FEN, default=0),
    )
    table.finish()
    return purse
