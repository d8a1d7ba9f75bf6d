"""Words of schemes in the reader's language, for the pages of runs and what follows them."""

from collections.abc import Mapping

from flask_babel import get_locale, gettext

from voucher import clock
from voucher.periods import next_month
from voucher.schemes import queries as schemes
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Reason, Words
from voucher.vouchers.models import IssueRun


def choose(words: Words) -> str:
    """Give a text of a scheme in the reader's language."""
    locale = get_locale()
    return words.en if locale is not None and locale.language == "en" else words.zh


def list_programmes() -> list[Programme]:
    """Give every programme of which vouchers can be issued now, by id: next month's count too."""
    coming = next_month(clock.today().replace(day=1))
    return sorted(schemes.list_programmes(on=coming), key=lambda one: one.id)


def name_programmes() -> Mapping[str, str]:
    """Give the names of the programmes by id."""
    return {programme.id: choose(programme.name) for programme in list_programmes()}


def list_district_checks(programme: Programme) -> list[str]:
    """Give what no roster states and somebody must check before paper is made."""
    return [choose(check.name) for check in programme.district_checks]


def name_run(run: IssueRun) -> str:
    """Give what people call a run: programme, month, number."""
    return gettext(
        "%(programme)s %(month)s 第 %(number)s 批",
        programme=name_programmes().get(run.programme, run.programme),
        month=run.period_from.strftime("%Y-%m"),
        number=run.number,
    )


def explain(reason: Reason, programme: Programme) -> str:
    """Say why somebody is not due something."""
    if reason.english:
        return choose(Words(reason.sentence, reason.english))
    names = {item.id: choose(item.name) for item in programme.items}
    facts = {**reason.facts, "item": names.get(str(reason.facts.get("item", "")), "")}
    return gettext(reason.sentence) % facts
