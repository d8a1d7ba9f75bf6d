"""What a simulation says in sentences, in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass

from voucher.money import show_yuan
from voucher.refusals import N_
from voucher.reports.rules.judging import LEVELS_TITLES
from voucher.reports.rules.simulating import Band, Outcome, Simulation
from voucher.schemes.rules.values import Reason, Words


@dataclass(frozen=True, slots=True)
class Voice:
    """The reader's language: `say` translates a sentence of ours, `choose` a text of a scheme."""

    say: Callable[[str], str]
    choose: Callable[[Words], str]


CHINESE = Voice(say=str, choose=lambda words: words.zh)


def word_verdict(*, simulation: Simulation, month: str, voice: Voice) -> str:
    """Say in one sentence what the simulation comes to."""
    first, change = simulation.outcomes[0], simulation.change
    if change is None:
        facts = {
            "programme": voice.choose(first.programme.name),
            "month": month,
            "people": f"{first.whole.covered:,}",
            "yuan": show_yuan(first.whole.fen),
        }
        sentence = N_("%(programme)s：%(month)s 有 %(people)s 人应享，最多 %(yuan)s 元")
        return voice.say(sentence) % facts
    difference = change.whole.difference_fen
    if difference > 0:
        sentence = N_("改用 B，每月最多多花 %(yuan)s 元；%(gains)s 人增加，%(loses)s 人减少")
    elif difference < 0:
        sentence = N_("改用 B，每月最多少花 %(yuan)s 元；%(gains)s 人增加，%(loses)s 人减少")
    else:
        sentence = N_("改用 B，每月最多花的钱不变；%(gains)s 人增加，%(loses)s 人减少")
    return voice.say(sentence) % {
        "yuan": show_yuan(abs(difference)),
        "gains": f"{change.whole.gains:,}",
        "loses": f"{change.whole.loses:,}",
    }


def word_levels(outcome: Outcome, voice: Voice) -> str:
    """Say from where an outcome's levels are taken."""
    return voice.say(LEVELS_TITLES[outcome.levels_from])


def name_levels(outcome: Outcome, voice: Voice) -> list[tuple[str, str]]:
    """Give the levels somebody has, in the programme's order, who has none last."""
    names = [(level.id, voice.choose(level.name)) for level in outcome.programme.levels]
    names.append(("", voice.say(N_("没有等级"))))
    return [(level, name) for level, name in names if level in outcome.levels]


def name_band(band: Band, voice: Voice) -> str:
    """Say how much a band is, without telling more or less."""
    low = band.more_than_fen // 100
    if band.at_most_fen is None:
        return voice.say(N_("%(low)s 元以上")) % {"low": low}
    high = band.at_most_fen // 100
    if not low:
        return voice.say(N_("%(high)s 元以内")) % {"high": high}
    return voice.say(N_("%(low)s 至 %(high)s 元")) % {"low": low, "high": high}


def explain_reason(reason: Reason, outcome: Outcome, voice: Voice) -> str:
    """Say why somebody is due nothing; never with what one person's facts were."""
    if reason.english:
        return voice.choose(Words(reason.sentence, reason.english))
    names = {item.id: voice.choose(item.name) for item in outcome.programme.items}
    item = names.get(str(reason.facts.get("item", "")), "")
    return voice.say(reason.sentence) % {**reason.facts, "item": item}
