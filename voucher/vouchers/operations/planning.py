"""Working out who would get what, before anything is written."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from sqlalchemy import select

from voucher.access import Actor
from voucher.db import db
from voucher.entitlements.queries import Entitlement, list_entitlements
from voucher.ledger.models import BudgetTotal
from voucher.periods import next_month, previous_month
from voucher.refusals import N_, Refusal
from voucher.residents.models import Resident
from voucher.schemes.rules.granting import Grant
from voucher.schemes.rules.issuing import check_issuable
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Reason
from voucher.text import find_unprintable
from voucher.vouchers.queries.vouchers import find_places, find_taken

Key = TypeVar("Key")
FIRST_DAY_TO_ISSUE = 15


class Line(NamedTuple):
    """One voucher a run would write: what it holds, for whom, and its place in the delivery."""

    position: int
    person: Entitlement
    grant: Grant


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Who would get what: the lines of a run that does not exist yet, in delivery order.

    `not_due` counts people who are due nothing, `why_not` how many for each reason; one person
    may have several reasons.
    """

    lines: tuple[Line, ...]
    already_issued: int
    not_due: int = 0
    why_not: tuple[tuple[Reason, int], ...] = ()

    @property
    def residents(self) -> int:
        """Give how many people the lines are for."""
        return len({line.person.resident_id for line in self.lines})

    @property
    def value_fen(self) -> int:
        """Give what approval would take from the budget."""
        return sum(line.grant.committed_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a plan comes to."""

    vouchers: int
    residents: int
    fen: int


def plan_run(
    *, actor: Actor, programme: Programme, period_from: date, community_id: int | None, today: date
) -> Plan:
    """
    Work out who is due a voucher of the month and has none yet; writes nothing.

    :raises Refusal: too_early (before the 15th of the month before), period_over; programme_life
        and its like, where the programme says what no run acts on yet.
    """
    check_issuable(programme)
    check_time(period_from, today)
    taken = find_taken(programme=programme.id, period_from=period_from)
    people = list(
        list_entitlements(
            actor=actor, programme=programme, period_from=period_from, community_id=community_id
        )
    )
    wanted = [(person, grant) for person in people for grant in person.grants]
    fresh = [(p, grant) for p, grant in wanted if (p.resident_id, grant.item) not in taken]
    places = find_places(resident_ids={person.resident_id for person, _ in fresh})
    fresh.sort(key=lambda pair: places[pair[0].resident_id].order)
    lines = tuple(Line(n, p, grant) for n, (p, grant) in enumerate(fresh, start=1))
    without = [person for person in people if not person.grants]
    return Plan(lines, len(wanted) - len(fresh), len(without), _count_reasons(without))


def check_time(period_from: date, today: date) -> None:
    """
    Make sure that the month's vouchers can be made today.

    :raises Refusal: too_early, period_over.
    """
    opens = previous_month(period_from).replace(day=FIRST_DAY_TO_ISSUE)
    if today < opens:
        raise Refusal("too_early", N_("本月份的券从 %(day)s 起才能制发"), day=opens.isoformat())
    if today >= next_month(period_from):
        raise Refusal("period_over", N_("这个月份已经结束，不能再制发"))


def sum_lines(plan: Plan, *, by: Callable[[Line], Key]) -> dict[Key, Part]:
    """Give what each part of a plan comes to, parted by what `by` reads from a line."""
    parts: dict[Key, list[Line]] = {}
    for line in plan.lines:
        parts.setdefault(by(line), []).append(line)
    return {
        key: Part(
            vouchers=len(lines),
            residents=len({line.person.resident_id for line in lines}),
            fen=sum(line.grant.committed_fen for line in lines),
        )
        for key, lines in parts.items()
    }


def find_budget(*, programme: str, period_from: date) -> BudgetTotal:
    """Give what is approved and committed of a month's budget, in fen; no budget means 0."""
    found = db.session.get(BudgetTotal, (programme, period_from))
    return found or BudgetTotal(
        programme=programme, period_from=period_from, approved_fen=0, committed_fen=0
    )


def list_unprintable_names(*, plan: Plan) -> list[str]:
    """Give the names, each once, of those in a plan whose name has a character no font has."""
    wanted = {line.person.resident_id for line in plan.lines}
    rows = db.session.execute(select(Resident.id, Resident.name).order_by(Resident.name_key))
    names = [name for key, name in rows if key in wanted and find_unprintable(name)]
    return list(dict.fromkeys(names))


def _count_reasons(people: list[Entitlement]) -> tuple[tuple[Reason, int], ...]:
    known: dict[tuple[str, str, str], Reason] = {}
    counted: Counter[tuple[str, str, str]] = Counter()
    for person in people:
        reasons = {(r.rule, str(r.facts.get("item", "")), r.sentence): r for r in person.why_not}
        known.update(reasons)
        counted.update(reasons.keys())
    return tuple((known[key], count) for key, count in counted.most_common())
