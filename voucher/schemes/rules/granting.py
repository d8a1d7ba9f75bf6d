"""What a level grants for one period, and why the rest is not granted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from voucher.refusals import N_
from voucher.schemes.rules.households import class_household
from voucher.schemes.rules.pricing import check_level
from voucher.schemes.rules.programmes import GrantRule, Kind, Programme, Requirement, VoucherItem
from voucher.schemes.rules.values import Confidence, Facts, Reason, Words

MAX_COMBINATIONS = 100_000


@dataclass(frozen=True, slots=True)
class Grant:
    """
    One voucher due for a period; UNIQUE by resident, programme, period and `item`.

    amount: `face_fen`; count: `uses` and `cap_fen` a use; discount: `cap_fen` the ceiling and
    `share_basis_points`, 0 when it differs by service, so that a till must ask. `sample` marks
    values of this project that no source states.
    """

    item: str
    kind: Kind
    name: Words
    terms: Words
    services: tuple[str, ...]
    face_fen: int
    uses: int
    cap_fen: int
    share_basis_points: int
    partial: bool
    offline: bool
    sample: bool

    @property
    def committed_fen(self) -> int:
        """Give what the voucher binds of a budget when it is approved."""
        return self.face_fen if self.kind is Kind.AMOUNT else self.uses * self.cap_fen


@dataclass(frozen=True, slots=True)
class Granted:
    """What a resident is due, and for each item that is not due the reason."""

    grants: tuple[Grant, ...]
    why_not: tuple[Reason, ...]

    @property
    def committed_fen(self) -> int:
        """Give what all of it binds of a budget."""
        return sum(grant.committed_fen for grant in self.grants)


def list_grants(programme: Programme, level: str, facts: Facts) -> tuple[Grant, ...]:
    """
    List what a resident of this level is due.

    :raises BadInput: level_unknown.
    """
    return judge_grants(programme, level, facts).grants


def judge_grants(programme: Programme, level: str, facts: Facts) -> Granted:
    """
    Give what a resident of this level is due, and why the rest is not.

    A requirement that does not hold refuses everything, and is then the only kind of reason.

    :raises BadInput: level_unknown or household_unknown.
    """
    check_level(programme, level)
    household = class_household(programme, facts)
    values = {**facts.as_condition_values(), "level": level}
    unmet = [rule for rule in programme.requirements if not rule.when.holds(values)]
    if unmet:
        return Granted((), tuple(_explain_requirement(rule, values) for rule in unmet))
    judged = [_judge_item(item, level, household, values) for item in programme.items]
    return Granted(
        grants=tuple(found for found in judged if isinstance(found, Grant)),
        why_not=tuple(found for found in judged if isinstance(found, Reason)),
    )


def make_judge(programme: Programme) -> Callable[[str, Facts], Granted]:
    """
    Give `judge_grants` of one programme for a whole roster: each combination is judged once.

    Few different combinations of level, age, circumstance and level by GB/T 42195 occur.
    """
    return lru_cache(maxsize=MAX_COMBINATIONS)(partial(judge_grants, programme))


def _judge_item(
    item: VoucherItem, level: str, household: str, values: Mapping[str, Any]
) -> Grant | Reason:
    covering = [rule for rule in item.grants if rule.fits(level, household)]
    for rule in covering:
        if rule.when is None or rule.when.holds(values):
            return _make_grant(item, rule, level, household)
    if covering:
        return _explain_condition(item, covering[-1], values)
    if any(level in rule.levels for rule in item.grants):
        facts = {"item": item.id, "household": household}
        return Reason("household_not_covered", facts, N_("此家庭类别没有“%(item)s”这一项"))
    facts = {"item": item.id, "level": level}
    return Reason("level_not_covered", facts, N_("本等级没有“%(item)s”这一项"))


def _make_grant(item: VoucherItem, rule: GrantRule, level: str, household: str) -> Grant:
    return Grant(
        item=item.id,
        kind=item.kind,
        name=item.name,
        terms=item.terms,
        services=item.services,
        face_fen=rule.face_fen,
        uses=rule.uses,
        cap_fen=rule.cap_fen,
        share_basis_points=_find_only_share(item, level, household),
        partial=rule.partial,
        offline=rule.offline,
        sample=rule.confidence is Confidence.SAMPLE,
    )


def _find_only_share(item: VoucherItem, level: str, household: str) -> int:
    """Give the share that holds for every service of the item, or 0."""
    shares = {share.basis_points for share in item.shares if share.fits(level, household)}
    return shares.pop() if len(shares) == 1 else 0


def _explain_requirement(rule: Requirement, values: Mapping[str, Any]) -> Reason:
    seen = {name: values[name] for name in rule.when.names}
    return Reason(rule.rule, seen, rule.name.zh, rule.name.en)


def _explain_condition(item: VoucherItem, rule: GrantRule, values: Mapping[str, Any]) -> Reason:
    names = rule.when.names if rule.when else ()
    facts = {"item": item.id, **{name: values[name] for name in names}}
    words = rule.name or item.name
    return Reason("condition_not_met", facts, words.zh, words.en)
