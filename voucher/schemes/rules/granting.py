"""What a level grants for one period, and why the rest is not granted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voucher.refusals import N_
from voucher.schemes.rules.pricing import check_level
from voucher.schemes.rules.programmes import GrantRule, Kind, Programme, Requirement, VoucherItem
from voucher.schemes.rules.values import Confidence, Facts, Reason, Words


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

    :raises BadInput: level_unknown.
    """
    check_level(programme, level)
    values = {**facts.as_condition_values(), "level": level}
    unmet = [rule for rule in programme.requirements if not rule.when.holds(values)]
    if unmet:
        return Granted((), tuple(_explain_requirement(rule, values) for rule in unmet))
    judged = [_judge_item(programme, item, level, values) for item in programme.items]
    return Granted(
        grants=tuple(found for found in judged if isinstance(found, Grant)),
        why_not=tuple(found for found in judged if isinstance(found, Reason)),
    )


def _judge_item(
    programme: Programme, item: VoucherItem, level: str, values: Mapping[str, Any]
) -> Grant | Reason:
    covering = [rule for rule in item.grants if level in rule.levels]
    for rule in covering:
        if rule.when is None or rule.when.holds(values):
            return _make_grant(programme, item, rule, level)
    if not covering:
        return Reason(
            "level_not_covered",
            {"item": item.id, "level": level},
            N_("本等级没有“%(item)s”这一项"),
        )
    return _explain_condition(item, covering[-1], values)


def _make_grant(programme: Programme, item: VoucherItem, rule: GrantRule, level: str) -> Grant:
    return Grant(
        item=item.id,
        kind=item.kind,
        name=item.name,
        terms=item.terms,
        services=item.services,
        face_fen=rule.face_fen,
        uses=rule.uses,
        cap_fen=rule.cap_fen,
        share_basis_points=_find_only_share(item, level),
        partial=rule.partial,
        offline=rule.offline,
        sample=rule.confidence is Confidence.SAMPLE,
    )


def _find_only_share(item: VoucherItem, level: str) -> int:
    """Give the share that holds for every service of the item, or 0."""
    fitting = [share for share in item.shares if not share.levels or level in share.levels]
    shares = {share.basis_points for share in fitting}
    return shares.pop() if len(shares) == 1 else 0


def _explain_requirement(rule: Requirement, values: Mapping[str, Any]) -> Reason:
    seen = {name: values[name] for name in rule.when.names}
    return Reason(rule.rule, seen, rule.name.zh, rule.name.en)


def _explain_condition(item: VoucherItem, rule: GrantRule, values: Mapping[str, Any]) -> Reason:
    names = rule.when.names if rule.when else ()
    facts = {"item": item.id, **{name: values[name] for name in names}}
    words = rule.name or item.name
    return Reason("condition_not_met", facts, words.zh, words.en)
