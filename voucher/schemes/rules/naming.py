"""The words behind a rule that decided: a kept reason names it, the scheme's file says it."""

from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Words


def name_rule(scheme: Instrument | Programme, rule: str) -> Words | None:
    """Give the words of a change rule, a class rule or a requirement, or None."""
    if isinstance(scheme, Instrument):
        named = {change.rule: change.name for change in scheme.changes}
    else:
        requirements = {one.rule: one.name for one in scheme.requirements}
        named = requirements | {one.rule: one.name for one in scheme.classes}
    return named.get(rule)
