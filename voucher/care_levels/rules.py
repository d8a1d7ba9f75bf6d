"""Why a level is what it is, in words; the states of appeals, and until when one may act. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from voucher.refusals import N_
from voucher.schemes.rules.explaining import explain_initial
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.naming import name_rule
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import score_points
from voucher.schemes.rules.values import Words

# What a rule looked at, as a reader is told it.
FACT_SENTENCES = {
    "age": N_("%(value)s 岁"),
    "situation": N_("家庭情况：%(value)s"),
    "gbt_level": N_("能力等级 %(value)s"),
    "diagnoses": N_("诊断：%(value)s"),
    "event_count": N_("近 30 天意外事件 %(value)s 次"),
}
# How a level is called by what became of it.
LEVEL_STATES = {
    "proposed": N_("待确认"),
    "confirmed": N_("有效"),
    "replaced": N_("已被取代"),
    "rejected": N_("已退回"),
}


@dataclass(frozen=True, slots=True)
class SaidReason:
    """A reason as people read it: the rule's own name, and the facts it looked at, by name."""

    name: Words
    facts: Mapping[str, str]


def word_reasons(
    scheme: Instrument | Programme,
    stored: Iterable[Mapping[str, Any]],
    *,
    points: Mapping[str, int] | None,
) -> tuple[SaidReason, ...]:
    """
    Give the stored reasons of a level in the words of the scheme that gave them.

    With the points of the assessment, by item, how they came to a level is said first.
    """
    said = [
        SaidReason(name_rule(scheme, rule) or Words(rule, rule), _word(reason))
        for reason in stored
        for rule in [str(reason["rule"])]
    ]
    if isinstance(scheme, Instrument) and points is not None:
        said.insert(0, _word_points(scheme, points))
    return tuple(said)


def _word_points(instrument: Instrument, points: Mapping[str, int]) -> SaidReason:
    in_order = tuple(points[item.id] for item in instrument.items)
    step = explain_initial(instrument, score_points(instrument=instrument, points=in_order))
    return SaidReason(Words(step.say("zh"), step.say("en")), {})


def _word(reason: Mapping[str, Any]) -> dict[str, str]:
    found = {name: reason[name] for name in FACT_SENTENCES if reason.get(name) not in (None, "")}
    return {
        name: "、".join(value) if isinstance(value, list) else str(value)
        for name, value in found.items()
        if value != []
    }


class AppealState(StrEnum):
    """Registered, assessed again by others, decided; or withdrawn before that."""

    REGISTERED = "registered"
    ASSESSED = "assessed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (AppealState.REGISTERED, AppealState.ASSESSED)
APPEAL_TITLES: dict[str, str] = {
    AppealState.REGISTERED: N_("等待复评"),
    AppealState.ASSESSED: N_("等待决定"),
    AppealState.DECIDED: N_("已决定"),
    AppealState.WITHDRAWN: N_("已撤回"),
}


class Outcome(StrEnum):
    """What an appeal came to."""

    UPHELD = "upheld"
    CHANGED = "changed"


OUTCOME_TITLES: dict[str, str] = {
    Outcome.UPHELD: N_("维持原等级"),
    Outcome.CHANGED: N_("改为复评的等级"),
}


class Relation(StrEnum):
    """Who appeals, seen from the resident."""

    OWN = "own"
    SPOUSE = "spouse"
    CHILD = "child"
    RELATIVE = "relative"
    OTHER = "other"


RELATION_TITLES: dict[str, str] = {
    Relation.OWN: N_("本人"),
    Relation.SPOUSE: N_("配偶"),
    Relation.CHILD: N_("子女"),
    Relation.RELATIVE: N_("其他亲属"),
    Relation.OTHER: N_("其他代办人"),
}


@dataclass(frozen=True, slots=True)
class AppealWish:
    """Who appeals against which level, when and why, read and checked."""

    level_id: int
    appellant: str
    relation: Relation
    appealed_date: date
    reason: str
    late_reason: str


def last_day_to_appeal(*, confirmed: date, days: int) -> date:
    """Give the last day of an appeal in time; the day of the confirmation does not count."""
    return confirmed + timedelta(days=days)


def last_day_to_decide(*, appealed: date, days: int) -> date:
    """Give the last day of a decision in time; the day of the appeal does not count."""
    return appealed + timedelta(days=days)


def find_interval(*, stated_by_scale: int | None, stated_by_district: int | None) -> int | None:
    """Give after how many months one is assessed again; the district's word goes first."""
    return stated_by_district if stated_by_district is not None else stated_by_scale


def are_other_people(first: Iterable[str], second: Iterable[str]) -> bool:
    """Tell whether nobody of one pair of assessors is in the other."""
    return not {_plain(name) for name in first} & {_plain(name) for name in second}


def _plain(name: str) -> str:
    return "".join(name.split())
