"""Checks of whole schemes: the worked examples come out, and no resident falls through a gap."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from voucher.refusals import Refusal
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.conditions import RESIDENT_SAMPLES
from voucher.schemes.rules.examples import ClassExample, GrantExample, PriceExample
from voucher.schemes.rules.granting import judge_grants
from voucher.schemes.rules.instruments import Instrument, ScoreExample
from voucher.schemes.rules.pricing import price_purchase
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.scoring import Result, parse_points, score_points, score_total
from voucher.schemes.rules.values import Facts, Reason, Words

YOUNGEST = 60
MESSAGES = {
    "example_failed": Words(zh="算例不符", en="The worked example does not come out"),
    "class_missing": Words(zh="不属于任何类别", en="Falls in no class"),
    "rule_unreached": Words(
        zh="前面的规则已覆盖，永远用不到", en="Earlier rules cover it; it never decides"
    ),
    "level_unreached": Words(zh="没有人会进入这一级", en="Nobody can reach this level"),
    "level_on_paper": Words(zh="券面文字透露了等级", en="The printed text tells the level"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What a scheme gets wrong, where, and both sides of the difference."""

    word: str
    place: str
    expected: Any = ""
    got: Any = ""

    def as_json(self) -> dict[str, Any]:
        """Give the failure as the command line shows it."""
        return {
            "error": self.word,
            "message": MESSAGES[self.word].as_json(),
            "place": self.place,
            "expected": self.expected,
            "got": self.got,
        }


def count_examples(scheme: Instrument | Programme) -> int:
    """Count the worked examples of a scheme."""
    if isinstance(scheme, Instrument):
        return len(scheme.examples)
    return len(scheme.examples.classes) + len(scheme.examples.grants) + len(scheme.examples.prices)


def check_scheme(scheme: Instrument | Programme) -> tuple[Failure, ...]:
    """Run every worked example and every check of a scheme; nothing found is an empty tuple."""
    if isinstance(scheme, Instrument):
        return tuple(_check_score_examples(scheme))
    return (
        *_check_class_examples(scheme),
        *_check_grant_examples(scheme),
        *_check_price_examples(scheme),
        *_check_classes(scheme),
        *_check_paper(scheme),
    )


def _compare(place: str, expected: Any, got: Any) -> Iterator[Failure]:
    if expected != got:
        yield Failure("example_failed", place, expected=expected, got=got)


def _check_score_examples(instrument: Instrument) -> Iterator[Failure]:
    for number, example in enumerate(instrument.examples, start=1):
        try:
            result = _score_example(instrument, example)
        except (Refusal, IndexError) as error:
            got: Any = error.word if isinstance(error, Refusal) else "total"
            yield from _compare(f"examples[{number}]", example.level, got)
            continue
        expected = {
            "total": example.total,
            "subtotals": list(example.subtotals or result.subtotals),
            "grades": list(example.grades or result.grades),
            "initial": example.initial or result.initial,
            "level": example.level,
            "reasons": list(example.reasons),
        }
        yield from _compare(f"examples[{number}]", expected, _show_result(result))


def _score_example(instrument: Instrument, example: ScoreExample) -> Result:
    if not example.points:
        return score_total(
            instrument=instrument,
            total=example.total,
            diagnoses=example.diagnoses,
            event_count=example.event_count,
            coma=example.coma,
        )
    given = [*example.points, *[None] * len(instrument.items)]
    points = (
        parse_points(item=item, value=v) for item, v in zip(instrument.items, given, strict=False)
    )
    return score_points(
        instrument=instrument,
        points=tuple(points),
        diagnoses=example.diagnoses,
        event_count=example.event_count,
        coma=example.coma,
    )


def _show_result(result: Result) -> dict[str, Any]:
    return {
        "total": result.total,
        "subtotals": list(result.subtotals),
        "grades": list(result.grades),
        "initial": result.initial,
        "level": result.level,
        "reasons": [reason.rule for reason in result.reasons],
    }


def _check_class_examples(programme: Programme) -> Iterator[Failure]:
    for number, example in enumerate(programme.examples.classes, start=1):
        yield from _check_class_example(programme, f"class_examples[{number}]", example)


def _check_class_example(
    programme: Programme, place: str, example: ClassExample
) -> Iterator[Failure]:
    classed = class_resident(programme, example.facts)
    got = {"level": classed.level, "rule": classed.reasons[0].rule}
    yield from _compare(place, {"level": example.level, "rule": example.rule}, got)


def _check_grant_examples(programme: Programme) -> Iterator[Failure]:
    for number, example in enumerate(programme.examples.grants, start=1):
        yield from _check_grant_example(programme, f"grant_examples[{number}]", example)


def _check_grant_example(
    programme: Programme, place: str, example: GrantExample
) -> Iterator[Failure]:
    granted = judge_grants(programme, example.level, example.facts)
    expected = {
        "items": list(example.items),
        "committed_fen": example.committed_fen,
        "why_not": list(example.why_not),
    }
    got = {
        "items": [grant.item for grant in granted.grants],
        "committed_fen": sum(grant.committed_fen for grant in granted.grants),
        "why_not": [_name_refusal(reason) for reason in granted.why_not],
    }
    yield from _compare(place, expected, got)


def _name_refusal(reason: Reason) -> str:
    """Write why an item is not due as `item:rule`, and a requirement as its rule alone."""
    item = reason.facts.get("item")
    return f"{item}:{reason.rule}" if item else reason.rule


def _check_price_examples(programme: Programme) -> Iterator[Failure]:
    for number, example in enumerate(programme.examples.prices, start=1):
        yield from _check_price_example(programme, f"price_examples[{number}]", example)


def _check_price_example(
    programme: Programme, place: str, example: PriceExample
) -> Iterator[Failure]:
    expected = {"voucher_fen": example.voucher_fen, "own_fen": example.own_fen}
    try:
        priced = price_purchase(
            programme=programme,
            level=example.level,
            service=example.service,
            price_fen=example.price_fen,
            other_payer_fen=example.other_payer_fen,
            used_fen=example.used_fen,
            household=example.household,
            item=example.item,
            units=example.units,
            unit=example.unit,
            chosen_fen=example.chosen_fen,
        )
    except Refusal as refusal:
        yield from _compare(place, expected, refusal.word)
        return
    yield from _compare(
        place, expected, {"voucher_fen": priced.voucher_fen, "own_fen": priced.own_fen}
    )


def _check_classes(programme: Programme) -> Iterator[Failure]:
    """Class one resident of every kind: all have a class, each rule and level has somebody."""
    if not programme.classes:
        return
    deciding, reached = set(), set()
    for facts in _list_residents():
        classed = class_resident(programme, facts)
        if not classed.level:
            place = f"age={facts.age} situation={' '.join(facts.situation)}"
            yield Failure("class_missing", place)
            return
        deciding.add(classed.reasons[0].rule)
        reached.add(classed.level)
    for rule in programme.classes:
        if rule.rule not in deciding:
            yield Failure("rule_unreached", rule.rule)
    for level in programme.levels:
        if level.id not in reached:
            yield Failure("level_unreached", level.id)


def _list_residents() -> Iterator[Facts]:
    ages = [age for age in RESIDENT_SAMPLES["age"] if age >= YOUNGEST]
    samples = RESIDENT_SAMPLES
    for age, situation, level in product(ages, samples["situation"], samples["gbt_level"]):
        yield Facts(age=age, situation=tuple(situation), gbt_level=level)


def _check_paper(programme: Programme) -> Iterator[Failure]:
    """Find a level told on paper. One-character ids are no words and tell nothing."""
    printed = [programme.paper_name]
    printed += [words for item in programme.items for words in (item.name, item.terms)]
    for level in programme.levels:
        secrets = [text for text in (level.id, level.name.zh, level.name.en) if len(text) > 1]
        for words in printed:
            if any(secret in words.zh or secret in words.en for secret in secrets):
                yield Failure("level_on_paper", words.zh, got=level.id)
