"""Commands of schemes: look, check, score and price without a database; adopt with one."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from voucher import clock
from voucher.access import ANYONE, Actor
from voucher.config import find_home_path, find_schemes_path
from voucher.console import Answer, Doors, command, group
from voucher.db import transaction
from voucher.money import show_yuan
from voucher.periods import parse_day
from voucher.refusals import Refusal
from voucher.schemes import operations, policy, queries
from voucher.schemes.forms import (
    MAX_INPUT_BYTES,
    list_candidates,
    pick_candidate,
    read_adopted_file,
    read_object,
)
from voucher.schemes.rules.candidates import Candidate, Fault, check_bundled, check_files
from voucher.schemes.rules.explaining import explain_score
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.pricing import divide_price
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.purchases import Purchase, parse_purchase
from voucher.schemes.rules.scoring import Answers, Result, parse_answers, score_answers
from voucher.schemes.rules.steps import show_points


def _show_list(answer: Answer) -> Iterator[str]:
    for scheme in answer["schemes"]:
        name = f"{scheme['name']['zh']} · {scheme['name']['en']}"
        yield f"{scheme['id']}  v{scheme['version']}  {name}  [{scheme['confidence']}]"
    for row in answer.get("adoptions", ()):
        yield (
            f"{row['adoption']}  {row['scheme']}  v{row['version']}  {row['state']}  "
            f"{row['effective_from']}  {row['file']}  {row['proposer']}"
        )


@command("list", action=ANYONE, needs_home=False, show=_show_list)
def list_schemes() -> Answer:
    """列出量表和方案 · List instruments and programmes, and in a home those of the district."""
    with _within_home() as is_home:
        own = [scheme for scheme, _ in queries.list_adopted_schemes()]
        adoptions = [_describe(row) for row in queries.list_adoptions()] if is_home else []
    schemes = [_summarise(scheme) for scheme in (*queries.list_bundled_schemes(), *own)]
    return {"schemes": schemes, "adoptions": adoptions} if is_home else {"schemes": schemes}


@contextmanager
def _within_home() -> Iterator[bool]:
    """Open the home, where there is one: without it the bundled schemes are all there is."""
    doors: Doors = click.get_current_context().obj
    if not (find_home_path() / "home.json").exists():
        yield False
        return
    with doors.open_home():
        yield True


def _describe(row: Any) -> Answer:
    return {
        "adoption": row.id,
        "scheme": row.scheme,
        "version": row.version,
        "state": row.state,
        "effective_from": row.effective_from.isoformat(),
        "file": row.file,
        "digest": row.digest,
        "proposer": row.proposer,
        "approver": row.approver,
    }


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
    with _within_home() as is_home:
        # Outside a home there is no clock: there the newest of what is bundled counts.
        found = queries.get_scheme(scheme, clock.today() if is_home else queries.END_OF_TIME)
    levels = [{"id": level.id, "name": level.name.as_json()} for level in found.levels]
    items = [{"id": item.id, "name": item.name.as_json()} for item in found.items]
    return {**_summarise(found), "levels": levels, "items": items}


def _show_check(answer: Answer) -> Iterator[str]:
    for failure in answer["failures"]:
        message = " / ".join(dict.fromkeys(failure["message"].values()))
        yield f"{failure['file']}:{failure['line']} {failure['place']}"
        yield f"  {message} [{failure['error']}]"
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
    if path is None:
        checked = check_bundled()
    else:
        checked = check_files([path], within_reach=queries.map_instruments())
        _refuse_unreadable(path, checked)
    failures = [_show_fault(one, fault) for one in checked for fault in one.faults]
    return {
        "schemes": [one.scheme.id for one in checked if one.scheme],
        "examples": sum(one.examples for one in checked),
        "failures": failures,
    }


def _refuse_unreadable(path: Path, checked: Sequence[Candidate]) -> None:
    """Refuse a single file that cannot be read; in a folder it is told beside the others."""
    for one in checked:
        if one.scheme is None and not path.is_dir() and one.faults[0].refusal:
            raise one.faults[0].refusal


def _show_fault(candidate: Candidate, fault: Fault) -> Answer:
    scheme = candidate.scheme.id if candidate.scheme else ""
    shown = {"scheme": scheme, **fault.as_json(), "file": candidate.file}
    return shown if fault.refusal is None else {**shown, "message": _say_both(fault.refusal)}


def _say_both(refusal: Refusal) -> dict[str, str]:
    doors: Doors = click.get_current_context().obj
    chinese = refusal.sentence % refusal.facts
    return {"zh": chinese, "en": doors.translate(refusal).removeprefix(f"{chinese} / ")}


@command("adopt", action=policy.PROPOSE_SCHEME)
@click.argument("file")
@click.option("--from", "effective_from", required=True, help="YYYY-MM-DD")
def adopt_scheme(*, actor: Actor, file: str, effective_from: str) -> Answer:
    """申请采用自有方案（须由另一人批准） · Propose a scheme of the district's own."""
    found = pick_candidate(list_candidates(find_schemes_path()), _name_in_folder(file))
    with transaction():
        adoption = operations.propose_scheme(
            actor=actor,
            file=found.file,
            text=found.text,
            effective_from=parse_day(effective_from),
            today=clock.today(),
            now=clock.now(),
        )
        return _describe(queries.get_adoption(adoption.id))


def _name_in_folder(file: str) -> str:
    """Name a file as it lies in the folder, whether that name was given or a path to it."""
    folder, path = find_schemes_path(), Path(file).resolve()
    inside = folder is not None and path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if folder and inside else file


@command("approve", action=policy.APPROVE_SCHEME, grave=True)
@click.argument("adoption_id", type=int)
def approve_scheme(*, actor: Actor, adoption_id: int) -> Answer:
    """批准采用自有方案 · Approve a scheme another person proposed."""
    text = read_adopted_file(find_schemes_path(), queries.get_adoption(adoption_id).file)
    with transaction():
        operations.approve_scheme(
            actor=actor,
            adoption_id=adoption_id,
            text=text,
            today=clock.today(),
            now=clock.now(),
        )
        return _describe(queries.get_adoption(adoption_id))


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
    found = queries.open_instrument(instrument, on=queries.END_OF_TIME)
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
    found = queries.open_programme(programme, on=queries.END_OF_TIME)
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
    return read_object(sys.stdin.buffer.read(MAX_INPUT_BYTES + 1))


commands = [
    group(
        "schemes",
        [list_schemes, show_scheme, check_schemes, adopt_scheme, approve_scheme],
        help="量表和方案 · Instruments and programmes",
    ),
    score,
    price,
]
