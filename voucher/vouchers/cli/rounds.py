"""Commands of delivery rounds."""

from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.codes import parse_serial
from voucher.console import command, group
from voucher.db import transaction
from voucher.divisions.queries import get_community
from voucher.signing import load_ring
from voucher.vouchers import policy
from voucher.vouchers.operations import (
    closing,
    counting,
)
from voucher.vouchers.queries.people import find_live_prints
from voucher.vouchers.queries.rounds import RoundRow, list_rounds
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.rounds import BACK, Outcome


@command("list", action=policy.LIST_ROUNDS)
@click.argument("run_id", type=int)
def list_all_rounds(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """列出一个批次各社区的发放与清点 · List the rounds of a run and where their paper is."""
    rounds = list_rounds(actor=actor, run=get_run(actor=actor, run_id=run_id))
    return {"run": run_id, "rounds": [_show_round(row) for row in rounds]}


def _show_round(row: RoundRow) -> dict[str, Any]:
    return {
        "community": row.code,
        "name": row.community,
        "step": row.step.value,
        "prints": row.papers.total,
        **row.papers.places,
    }


@command("return", action=policy.COUNT_BACK)
@click.argument("run_id", type=int)
@click.option("--serial", "serials", required=True, multiple=True)
@click.option("--outcome", required=True, type=click.Choice([one.value for one in BACK]))
def return_paper(
    *, actor: Actor, run_id: int, serials: tuple[str, ...], outcome: str
) -> dict[str, Any]:
    """登记退回的券 · Record what became of paper that came back."""
    with transaction():
        counted = counting.count_back(
            actor=actor,
            print_ids=find_live_prints(
                actor=actor, run_id=run_id, serials=[parse_serial(one) for one in serials]
            ),
            outcome=Outcome(outcome),
            now=clock.now(),
        )
    return {"run": run_id, "outcome": outcome, "returned": counted}


@command("close", action=policy.SUBMIT_COUNT, grave=True)
@click.argument("run_id", type=int)
@click.option("--community", required=True, help="社区代码")
def close(*, actor: Actor, run_id: int, community: str) -> dict[str, Any]:
    """关闭一个社区的发放：一人清点完，另一人关闭 · Close a round: one counts, another closes."""
    with transaction():
        place = get_community(actor=actor, code=community)
        done = closing.finish_round(
            actor=actor,
            run_id=run_id,
            community_id=place.id,
            may_close=policy.CLOSE_ROUND.allows(actor),
            now=clock.now(),
        )
    return {"run": run_id, "community": community, **done}


@command("reprint", action=policy.REPRINT)
@click.argument("run_id", type=int)
@click.option("--community", required=True, help="社区代码")
@click.option("--reason", required=True)
def reprint(*, actor: Actor, run_id: int, community: str, reason: str) -> dict[str, Any]:
    """补印一个社区登记为纸损坏的全部券，再用 paper 打印 · Reprint all spoilt paper of a round."""
    kid = load_ring(current_app.config["HOME"]).signing_kid
    with transaction():
        place = get_community(actor=actor, code=community)
        serials = counting.reprint_all_spoilt(
            actor=actor,
            run_id=run_id,
            community_id=place.id,
            reason=reason,
            kid=kid,
            now=clock.now(),
        )
    return {"run": run_id, "community": community, "reprinted": len(serials), "serials": serials}


commands = [
    group(
        "rounds",
        [list_all_rounds, return_paper, reprint, close],
        help="发放与清点 · Delivery rounds",
    )
]
