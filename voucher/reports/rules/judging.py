"""What a programme would give one resident, and from where his level is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from voucher.refusals import N_
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.granting import judge_grants
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Facts, Reason


class LevelsFrom(StrEnum):
    """Whose word a resident's level is in a simulation."""

    CONFIRMED = "confirmed"
    PROPOSED = "proposed"
    OWN_RULES = "own_rules"


LEVELS_TITLES = {
    LevelsFrom.CONFIRMED: N_("按已确认的等级"),
    LevelsFrom.PROPOSED: N_("按已确认和拟定的等级"),
    LevelsFrom.OWN_RULES: N_("按方案自己的规则分类，不需要或尚未经人确认"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """
    The level that counts, "" for none; by item the most it may cost in fen, and the sum of them.

    `why_not` is there when nothing is due at all.
    """

    level: str
    items: tuple[tuple[str, int], ...]
    fen: int
    why_not: tuple[Reason, ...]


Judge = Callable[[Facts, str], Due]


def choose_levels(*, programme: Programme, is_adopted: bool, counts_proposed: bool) -> LevelsFrom:
    """
    Say from where levels are taken.

    Nobody can have been graded yet by a programme that is only tried, so its own rules class
    everybody; they also stand for what is proposed, because grading would propose just that.
    """
    classes_anew = bool(programme.classes) and (counts_proposed or not is_adopted)
    if classes_anew or not programme.needs_confirmation:
        return LevelsFrom.OWN_RULES
    return LevelsFrom.PROPOSED if counts_proposed else LevelsFrom.CONFIRMED


def make_due_judge(*, programme: Programme, levels_from: LevelsFrom) -> Judge:
    """
    Make what judges a resident by facts and the level on the programme's scale, "" for none.

    Residents of the same facts are judged once.
    """
    known = {level.id for level in programme.levels}

    @cache
    def judge(facts: Facts, level: str) -> Due:
        if levels_from is LevelsFrom.OWN_RULES:
            classed = class_resident(programme, facts)
            level, why_not = classed.level, classed.reasons
        else:
            why_not = (_explain_missing(level),)
        if level not in known:
            return Due("", (), 0, why_not)
        granted = judge_grants(programme, level, facts)
        items = tuple((grant.item, grant.committed_fen) for grant in granted.grants)
        return Due(level, items, sum(fen for _, fen in items), () if items else granted.why_not)

    return judge


def _explain_missing(level: str) -> Reason:
    if level:
        return Reason("level_unknown", {"level": level}, N_("现有等级不在本方案的等级之中"))
    return Reason("no_level", {}, N_("没有可用的等级"))
