"""
What waits for a person today: gathered from the domains, most urgent first.

Each role makes the same few queries whatever waits; a count of nothing is left out.
"""

from dataclasses import dataclass
from datetime import datetime

from voucher.access import Actor, Role
from voucher.audit.queries import count_events
from voucher.config import Deadlines, Home
from voucher.overview.queries.duties import DUTIES
from voucher.overview.queries.duty import Reader
from voucher.overview.rules import Said, tell_what_comes_next
from voucher.periods import local_date, start_of_day
from voucher.refusals import N_
from voucher.signing import load_ring
from voucher.vouchers.operations.planning import FIRST_DAY_TO_ISSUE


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many of one thing, what that means, and the page where it is done."""

    count: int
    title: str
    meaning: str
    endpoint: str


def list_waiting(*, actor: Actor, now: datetime, deadlines: Deadlines) -> list[Waiting]:
    """Give what waits for this person, most urgent first."""
    duties = DUTIES.get(actor.role, ()) if actor.role else ()
    reader = Reader(actor, now, deadlines)
    found = (Waiting(d.count(reader), d.title, d.meaning, d.endpoint) for d in duties)
    return [one for one in found if one.count]


def list_facts(*, actor: Actor, now: datetime, home: Home) -> list[Said]:
    """Give what a role should know without having to do anything."""
    if actor.role == Role.AUDITOR:
        today = count_events(since=start_of_day(local_date(now)))
        return [Said(N_("今天记下 %(count)s 条操作记录。"), {"count": today})]
    if actor.role == Role.ADMIN:
        ages = [(now - key.made_at).days for key in load_ring(home).keys]
        if not ages:
            return [Said(N_("还没有签名密钥，不能制发；请运行 voucher keys rotate。"), {})]
        return [Said(N_("签名密钥已用 %(days)s 天。"), {"days": min(ages)})]
    return []


def tell_next(*, actor: Actor, now: datetime) -> Said:
    """Say what the month brings next for this person."""
    return tell_what_comes_next(
        role=str(actor.role), today=local_date(now), opens_on=FIRST_DAY_TO_ISSUE
    )
