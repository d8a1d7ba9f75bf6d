"""Commands of reports."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from voucher import clock
from voucher.access import Actor
from voucher.console import Answer, command
from voucher.divisions.queries import get_community
from voucher.money import show_yuan
from voucher.periods import parse_month
from voucher.reports import policy
from voucher.reports.drawing.workbook import write_tables
from voucher.reports.queries import check_month, is_adopted, list_places, simulate
from voucher.reports.rules.cells import Place
from voucher.reports.rules.simulating import Change, Outcome, Simulation
from voucher.reports.rules.tables import list_tables
from voucher.reports.rules.wording import CHINESE, word_verdict
from voucher.schemes.queries import open_programme


def _show(answer: Answer) -> Iterator[str]:
    yield answer["sentence"]
    for side in ("programme", "against"):
        if one := answer[side]:
            name, cost = one["name"], show_yuan(one["cost_fen"])
            yield f"{name['zh']} · {name['en']} v{one['version']}  {one['covered']}  {cost}"
            for level in one.get("levels", ()):
                name, cost = level["name"], show_yuan(level["cost_fen"])
                yield f"  {name['zh']} · {name['en']}  {level['residents']}  {cost}"


@command("simulate", action=policy.SIMULATE, show=_show)
@click.argument("programme")
@click.option("--against", help="改用的方案或文件")
@click.option("--month", required=True, help="YYYY-MM")
@click.option("--community", help="社区代码")
@click.option("--proposed", is_flag=True, help="拟定的等级也算")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="工作簿 · XLSX")
def simulate_cost(
    *,
    actor: Actor,
    programme: str,
    against: str | None,
    month: str,
    community: str | None,
    proposed: bool,
    out: Path | None,
) -> Answer:
    """测算方案费用，不写入任何数据 · Say what a programme costs, or a change to another."""
    on = parse_month(month)
    programmes = [open_programme(name, on=on) for name in (programme, against) if name]
    if not all(map(is_adopted, programmes)):
        policy.SIMULATE_EDITED.demand(actor)
    check_month(on, today=clock.today())
    place = get_community(actor=actor, code=community) if community else None
    found = simulate(
        actor=actor,
        programmes=programmes,
        on=on,
        community_id=place.id if place else None,
        counts_proposed=proposed,
    )
    with_levels = policy.sees_levels(actor, is_part=place is not None)
    places = list_places(actor=actor)
    sentence = word_verdict(simulation=found, month=month, voice=CHINESE)
    if out:
        tables = list_tables(
            simulation=found, places=places, with_levels=with_levels, voice=CHINESE
        )
        out.write_bytes(write_tables(tables=tables.values(), lines=[sentence]))
    asked: Answer = {"sentence": sentence, "month": month, "community": community}
    return asked | _describe(found, places, with_levels)


def _describe(found: Simulation, places: Mapping[int, Place], with_levels: bool) -> dict[str, Any]:
    first, *others = [_describe_outcome(one, with_levels) for one in found.outcomes]
    return {
        "residents": found.residents,
        "programme": first,
        "against": others[0] if others else None,
        "difference": _describe_change(found.change) if found.change else None,
        "communities": list(_describe_places(found, places)),
    }


def _describe_outcome(outcome: Outcome, with_levels: bool) -> dict[str, Any]:
    programme = outcome.programme
    items = {item.id: item.name.as_json() for item in programme.items}
    return {
        "id": programme.id,
        "version": programme.version,
        "name": programme.name.as_json(),
        "levels_from": outcome.levels_from.value,
        "covered": outcome.whole.covered,
        "cost_fen": outcome.whole.fen,
        "items": [
            {"item": item, "name": items[item], "residents": one.residents, "cost_fen": one.fen}
            for item, one in sorted(outcome.items.items())
        ],
        "sources": [
            {"source": source.id, "name": source.name.as_json(), "cost_fen": fen}
            for source, fen in outcome.sources
        ],
        **(_describe_levels(outcome) if with_levels else {}),
    }


def _describe_levels(outcome: Outcome) -> dict[str, Any]:
    levels = [
        {
            "level": level.id,
            "name": level.name.as_json(),
            "residents": share.residents,
            "covered": share.covered,
            "cost_fen": share.fen,
        }
        for level in outcome.programme.levels
        if (share := outcome.levels.get(level.id))
    ]
    return {
        "with_level": outcome.whole.residents - outcome.without_level,
        "without_level": outcome.without_level,
        "levels": levels,
        "why_not": [
            {"rule": reason.rule, "item": reason.facts.get("item", ""), "residents": count}
            for reason, count in outcome.why_not
        ],
    }


def _describe_change(change: Change) -> dict[str, Any]:
    return {
        "cost_fen": change.whole.difference_fen,
        "gains": change.whole.gains,
        "loses": change.whole.loses,
        "same": change.same,
        "newly_covered": change.newly_covered,
        "no_longer_covered": change.no_longer_covered,
        "bands": [
            {
                "more_than_fen": band.more_than_fen,
                "at_most_fen": band.at_most_fen,
                "gains": band.gains,
                "loses": band.loses,
            }
            for band in change.bands
        ],
    }


def _describe_places(found: Simulation, places: Mapping[int, Place]) -> Iterator[dict[str, Any]]:
    for community_id, place in places.items():
        if group := found.communities.get(community_id):
            compared = {
                "against_fen": group.fen_against,
                "gains": group.gains,
                "loses": group.loses,
            }
            yield {
                "community": place.code,
                "name": place.name,
                "residents": group.residents,
                "cost_fen": group.fen,
                **(compared if found.change else {}),
            }


commands = [simulate_cost]
