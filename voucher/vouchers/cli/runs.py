"""Commands of issue runs."""

from typing import Any

import click

from voucher import clock
from voucher.access import Actor
from voucher.console import command, group
from voucher.db import transaction
from voucher.divisions.queries import get_community
from voucher.money import show_yuan
from voucher.periods import local_date, parse_month
from voucher.schemes.queries import get_programme
from voucher.vouchers import policy
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations import (
    cancelling,
    custody,
    drafting,
    runs,
)
from voucher.vouchers.operations.planning import Plan, plan_run
from voucher.vouchers.queries.runs import count_vouchers, get_run, list_runs
from voucher.vouchers.rules import RunState
from voucher.vouchers.tasks import finish_run


@command("issue", action=policy.DRAFT_RUN)
@click.argument("programme")
@click.option("--month", required=True, help="YYYY-MM")
@click.option("--community", help="社区代码")
@click.option("--dry-run", is_flag=True, help="只试算")
def issue(
    *, actor: Actor, programme: str, month: str, community: str | None, dry_run: bool
) -> dict[str, Any]:
    """生成发券批次草稿 · Draft a run: who is due a voucher of the month and has none."""
    now, period_from = clock.now(), parse_month(month)
    found = get_programme(programme, period_from)
    with transaction():
        place = get_community(actor=actor, code=community) if community else None
        where = place.id if place else None
        plan = plan_run(
            actor=actor,
            programme=found,
            period_from=period_from,
            community_id=where,
            today=local_date(now),
        )
        if dry_run:
            return _show_plan(plan)
        run = drafting.draft_run(
            actor=actor,
            programme=found,
            period_from=period_from,
            community_id=where,
            plan=plan,
            now=now,
        )
        return describe_run(run) | {"already_issued": plan.already_issued}


def _show_plan(plan: Plan) -> dict[str, Any]:
    return {
        "run": None,
        "vouchers": len(plan.lines),
        "residents": plan.residents,
        "already_issued": plan.already_issued,
        "value_fen": plan.value_fen,
        "state": "draft",
    }


def describe_run(run: IssueRun) -> dict[str, Any]:
    return {
        "run": run.id,
        "programme": run.programme,
        "month": run.period_from.strftime("%Y-%m"),
        "number": run.number,
        "vouchers": run.vouchers,
        "residents": run.residents,
        "value_fen": run.value_fen,
        "state": str(run.state),
    }


@command(
    "list",
    action=policy.LIST_RUNS,
    show=lambda answer: (
        f"{row['run']}  {row['programme']}  {row['month']}  {row['vouchers']}  "
        f"{show_yuan(row['value_fen'])}  {row['state']}"
        for row in answer["runs"]
    ),
)
def list_all(*, actor: Actor) -> dict[str, Any]:
    """列出批次 · List runs."""
    return {"runs": [describe_run(run) for run in list_runs(actor=actor)]}


@command("show", action=policy.LIST_RUNS)
@click.argument("run_id", type=int)
def show(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """查看批次 · Show a run with its vouchers by state."""
    run = get_run(actor=actor, run_id=run_id)
    return describe_run(run) | {"by_state": count_vouchers(run_id=run_id)}


@command("resume", action=policy.RESUME_RUN)
@click.argument("run_id", type=int)
def resume(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """把没写完的批次写完，在哪台主机都行 · Go on writing an approved run, on any host."""
    with transaction():
        runs.resume_run(actor=actor, run_id=run_id, now=clock.now())
    finish_run(actor=actor, run_id=run_id)
    return describe_run(get_run(actor=actor, run_id=run_id))


@command("cancel", action=policy.CANCEL_RUN, grave=True)
@click.argument("run_id", type=int)
@click.option("--reason", default="", help="原因")
def cancel(*, actor: Actor, run_id: int, reason: str) -> dict[str, Any]:
    """取消批次（第一张发放之前，正在写券也可以） · Cancel a run before its first handover."""
    with transaction():
        run = cancelling.cancel_run(actor=actor, run_id=run_id, reason=reason, now=clock.now())
        return describe_run(run) | {"state": RunState.CANCELLED.value}


@command("handover", action=policy.HAND_OVER)
@click.argument("run_id", type=int)
@click.option("--community", help="社区代码")
def handover(*, actor: Actor, run_id: int, community: str | None) -> dict[str, Any]:
    """登记已发放签收，券从此可用 · Record paper given and signed for: vouchers become active."""
    with transaction():
        place = get_community(actor=actor, code=community) if community else None
        given = custody.hand_over(
            actor=actor,
            run_id=run_id,
            community_id=place.id if place else None,
            now=clock.now(),
        )
    run = get_run(actor=actor, run_id=run_id)
    return {"run": run_id, "handed_over": given, "state": str(run.state)}


# Approving looks at the paper first: the command is with the printouts.
runs_group = group("runs", [list_all, show, resume, cancel], help="发券批次 · Issue runs")
commands = [issue, runs_group, handover]
