"""Classing: a programme's own rules, in order, first match wins."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from voucher.refusals import N_
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Facts, Reason

MAX_COMBINATIONS = 100_000


@dataclass(frozen=True, slots=True)
class Classed:
    """The level a resident falls in, "" when no rule fits, and the rule that decided."""

    level: str
    reasons: tuple[Reason, ...]


def class_resident(programme: Programme, facts: Facts) -> Classed:
    """Class a resident by the first rule whose condition holds on the facts."""
    values = facts.as_condition_values()
    for rule in programme.classes:
        if rule.when.holds(values):
            seen = {name: values[name] for name in rule.when.names}
            reason = Reason(rule.rule, seen, rule.name.zh, rule.name.en)
            return Classed(level=rule.level, reasons=(reason,))
    if programme.given:
        given = Reason("level_given", {}, N_("等级由外部评定给出，不在本系统评定"))
        return Classed(level="", reasons=(given,))
    unclassed = Reason("no_class", values, N_("不符合本方案的任何类别"))
    return Classed(level="", reasons=(unclassed,))


def make_classer(programme: Programme) -> Callable[[Facts], Classed]:
    """Give `class_resident` of one programme for a whole roster: equal facts are classed once."""
    return lru_cache(maxsize=MAX_COMBINATIONS)(partial(class_resident, programme))
