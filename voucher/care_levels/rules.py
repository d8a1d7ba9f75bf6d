"""Why a level is what it is, in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voucher.refusals import N_
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Words

# What a rule looked at, as a reader is told it.
FACT_SENTENCES = {
    "age": N_("%(value)s 岁"),
    "situation": N_("家庭情况：%(value)s"),
    "gbt_level": N_("能力等级 %(value)s"),
    "diagnoses": N_("诊断：%(value)s"),
    "event_count": N_("近 30 天意外事件 %(value)s 次"),
    "total": N_("总分 %(value)s"),
}
BY_SCORE = Words(zh="按量表总分定级", en="By the total of the scale")


@dataclass(frozen=True, slots=True)
class SaidReason:
    """A reason as people read it: the rule's own name, and the facts it looked at, by name."""

    name: Words
    facts: Mapping[str, str]


def word_reasons(
    scheme: Instrument | Programme, stored: Iterable[Mapping[str, Any]], *, total: int | None
) -> tuple[SaidReason, ...]:
    """
    Give the stored reasons of a level in the words of the scheme that gave them.

    A score that no rule moved is explained by its total.
    """
    rules = scheme.changes if isinstance(scheme, Instrument) else scheme.classes
    names = {rule.rule: rule.name for rule in rules}
    said = [
        SaidReason(names.get(reason["rule"], Words(reason["rule"], reason["rule"])), _word(reason))
        for reason in stored
    ]
    if isinstance(scheme, Instrument) and total is not None:
        said.insert(0, SaidReason(BY_SCORE, {"total": f"{total}/{scheme.maximum}"}))
    return tuple(said)


def _word(reason: Mapping[str, Any]) -> dict[str, str]:
    found = {name: reason[name] for name in FACT_SENTENCES if reason.get(name) not in (None, "")}
    return {
        name: "、".join(value) if isinstance(value, list) else str(value)
        for name, value in found.items()
        if value != []
    }
