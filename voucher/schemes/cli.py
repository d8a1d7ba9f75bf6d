"""Commands that need no database: look at schemes, check them, score answers, price a purchase."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from voucher.access import ANYONE
from voucher.console import Answer, command, group
from voucher.money import show_yuan
from voucher.refusals import N_, BadInput
from voucher.schemes import queries
from voucher.schemes.rules.checking import check_scheme, count_examples
from voucher.schemes.rules.explaining import explain_score, show_points
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.pricing import divide_price
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.purchases import Purchase, parse_purchase
from voucher.schemes.rules.scoring import Answers, Result, parse_answers, score_answers

MAX_INPUT_CHARACTERS = 100_000


def _show_list(answer: Answer) -> Iterator[str]:
    for scheme in answer["schemes"]:
        name = f"{scheme['name']['zh']} · {scheme['name']['en']}"
        yield f"{scheme['id']}  v{scheme['version']}  {name}  [{scheme['confidence']}]"


@command("list", action=ANYONE, needs_home=False, show=_show_list)
def list_schemes() -> Answer:
    """列出量表和方案 · List the bundled instruments and programmes."""
    return {"schemes": [_summarise(scheme) for scheme in queries.list_bundled_schemes()]}


def _show_scheme(answer: Answer) -> Iterator[str]:
    yield from _show_list({"schemes": [answer]})
    yield answer["source"]
    for level in answer["levels"]:
        yield f"  {level['id']}  {level['name']['zh']}"
    for item in answer["items"]:
        yield f"  {item['id']}  {item['name']['zh']}"


@command("show", action=ANYONE, needs_home=False, show=_show_scheme)
@click.argument("scheme")
def show_scheme(scheme: str) -> Answer:
    """显示一个方案 · Show a scheme: where it comes from, its levels and its items."""
    found = queries.get_scheme(scheme)
    levels = [{"id": level.id, "name": level.name.as_json()} for level in found.levels]
    items = [{"id": item.id, "name": item.name.as_json()} for item in found.items]
    return {**_summarise(found), "levels": levels, "items": items}


def _show_check(answer: Answer) -> Iterator[str]:
    for failure in answer["failures"]:
        message = f"{failure['message']['zh']} · {failure['message']['en']}"
        yield f"{failure['scheme']} {failure['place']}：{message} [{failure['error']}]"
        if failure["expected"]:
            yield f"  {failure['expected']} != {failure['got']}"
    schemes, failures = len(answer["schemes"]), len(answer["failures"])
    yield f"方案 schemes {schemes} · 算例 examples {answer['examples']} · 不符 failures {failures}"


@command(
    "check",
    action=ANYONE,
    needs_home=False,
    show=_show_check,
    fails_when=lambda answer: bool(answer["failures"]),
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
def check_schemes(path: Path | None) -> Answer:
    """检查方案并运行算例 · Check schemes, bundled or at PATH, and run their examples."""
    schemes = _list_schemes_at(path)
    failures = [
        {"scheme": scheme.id, **failure.as_json()}
        for scheme in schemes
        for failure in check_scheme(scheme)
    ]
    return {
        "schemes": [scheme.id for scheme in schemes],
        "examples": sum(count_examples(scheme) for scheme in schemes),
        "failures": failures,
    }


def _list_schemes_at(path: Path | None) -> list[Instrument | Programme]:
    if path is None:
        return list(queries.list_bundled_schemes())
    loaded = queries.load_schemes([path])
    return [*loaded.instruments.values(), *loaded.programmes.values()]


def _show_score(answer: Answer) -> Iterator[str]:
    name = answer["level_name"]
    total = show_points(answer["total"], decimals=answer["decimals"])
    yield f"总分 total {total} · 等级 level {answer['level']} {name['zh']} · {name['en']}"
    yield from _show_reasons(answer)
    for step in answer["steps"]:
        yield f"  {step['text']['zh']} · {step['text']['en']}"


def _show_reasons(answer: Answer) -> Iterator[str]:
    for reason in answer["reasons"]:
        yield "  " + " ".join(f"{name}={value}" for name, value in reason.items())


@command("score", action=ANYONE, needs_home=False, show=_show_score)
@click.argument("instrument")
def score(instrument: str) -> Answer:
    """按标准输入的 JSON 评分 · Score answers given as JSON on standard input."""
    found = queries.open_instrument(instrument)
    answers = parse_answers(found, _read_input())
    return _show_result(found, answers, score_answers(found, answers))


def _show_result(instrument: Instrument, answers: Answers, result: Result) -> Answer:
    names = {level.id: level.name for level in instrument.levels}
    items = zip(instrument.items, answers.points, strict=True)
    parts = zip(instrument.parts, result.subtotals, strict=True)
    grades = zip(instrument.parts, result.grades, strict=False)
    return {
        "total": result.total,
        "decimals": instrument.decimals,
        "initial": result.initial,
        "level": result.level,
        "level_name": names[result.level].as_json(),
        "reasons": [reason.as_json() for reason in result.reasons],
        "subtotals": {part.id: subtotal for part, subtotal in parts},
        "points": {item.id: points for item, points in items},
        "grades": {part.id: grade for part, grade in grades},
        "steps": [step.as_json() for step in explain_score(instrument, answers)],
        "instrument": instrument.id,
        "version": instrument.version,
    }


def _show_price(answer: Answer) -> Iterator[str]:
    voucher, own = show_yuan(answer["voucher_fen"]), show_yuan(answer["own_fen"])
    yield f"券付 voucher {voucher} · 自付 own {own}"
    yield from _show_reasons(answer)


@command("price", action=ANYONE, needs_home=False, show=_show_price)
@click.argument("programme")
def price(programme: str) -> Answer:
    """按标准输入的 JSON 计价 · Price a purchase given as JSON on standard input."""
    found = queries.open_programme(programme)
    return _price(found, parse_purchase(_read_input()))


def _price(programme: Programme, purchase: Purchase) -> Answer:
    priced = divide_price(programme=programme, purchase=purchase)
    return {
        "voucher_fen": priced.voucher_fen,
        "own_fen": priced.own_fen,
        "other_payer_fen": priced.other_payer_fen,
        "reasons": [reason.as_json() for reason in priced.reasons],
        "programme": programme.id,
        "version": programme.version,
    }


def _summarise(scheme: Instrument | Programme) -> dict[str, Any]:
    return {
        "id": scheme.id,
        "version": scheme.version,
        "kind": "instrument" if isinstance(scheme, Instrument) else "programme",
        "effective_from": scheme.effective_from.isoformat(),
        "name": scheme.name.as_json(),
        "source": scheme.source,
        "confidence": scheme.confidence.value,
    }


def _read_input() -> dict[str, Any]:
    """
    Read one JSON object from standard input.

    :raises BadInput: json_format, or json_dup where a name stands twice: one answer an item.
    """
    raw = sys.stdin.buffer.read(4 * MAX_INPUT_CHARACTERS + 1)
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=_refuse_twins) if text else None
    except (ValueError, RecursionError) as error:
        raise BadInput("json_format", N_("标准输入应为一个 JSON 对象")) from error
    if len(text) > MAX_INPUT_CHARACTERS or not isinstance(data, dict):
        raise BadInput("json_format", N_("标准输入应为一个 JSON 对象"))
    return data


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise BadInput("json_dup", N_("“%(field)s”出现了两次"), field=name[:40])
    return dict(pairs)


commands = [
    group(
        "schemes",
        [list_schemes, show_scheme, check_schemes],
        help="量表和方案 · Instruments and programmes",
    ),
    score,
    price,
]
