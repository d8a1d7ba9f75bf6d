"""Commands of vouchers."""

from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.codes import parse_serial, read_print_code, show_typed_code
from voucher.config import Home
from voucher.console import command, group
from voucher.db import transaction
from voucher.divisions.queries import get_community
from voucher.money import show_yuan
from voucher.periods import local_date, parse_month
from voucher.schemes.queries import get_programme, get_programme_version
from voucher.signing import load_ring
from voucher.vouchers import policy
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations import (
    cancelling,
    closing,
    counting,
    custody,
    drafting,
    ending,
    replacing,
    runs,
)
from voucher.vouchers.operations.planning import Plan, plan_run
from voucher.vouchers.queries.people import find_live_prints
from voucher.vouchers.queries.rounds import RoundRow, list_rounds
from voucher.vouchers.queries.runs import count_vouchers, get_run, list_runs
from voucher.vouchers.rounds import BACK, Outcome
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
        return _show_run(run) | {"already_issued": plan.already_issued}


def _show_plan(plan: Plan) -> dict[str, Any]:
    return {
        "run": None,
        "vouchers": len(plan.lines),
        "residents": plan.residents,
        "already_issued": plan.already_issued,
        "value_fen": plan.value_fen,
        "state": "draft",
    }


def _show_run(run: IssueRun) -> dict[str, Any]:
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
    return {"runs": [_show_run(run) for run in list_runs(actor=actor)]}


@command("show", action=policy.LIST_RUNS)
@click.argument("run_id", type=int)
def show(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """查看批次 · Show a run with its vouchers by state."""
    run = get_run(actor=actor, run_id=run_id)
    return _show_run(run) | {"by_state": count_vouchers(run_id=run_id)}


@command("approve", action=policy.APPROVE_RUN, grave=True)
@click.argument("run_id", type=int)
def approve(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """批准批次并写出全部券 · Approve a run and wait until its vouchers are written."""
    with transaction():
        run = get_run(actor=actor, run_id=run_id)
        programme = get_programme_version(run.scheme_version_id)
        runs.approve_run(actor=actor, run_id=run_id, programme=programme, now=clock.now())
    finish_run(actor=actor, run_id=run_id)
    return _show_run(get_run(actor=actor, run_id=run_id))


@command("resume", action=policy.RESUME_RUN)
@click.argument("run_id", type=int)
def resume(*, actor: Actor, run_id: int) -> dict[str, Any]:
    """把没写完的批次写完，在哪台主机都行 · Go on writing an approved run, on any host."""
    with transaction():
        runs.resume_run(actor=actor, run_id=run_id, now=clock.now())
    finish_run(actor=actor, run_id=run_id)
    return _show_run(get_run(actor=actor, run_id=run_id))


@command("cancel", action=policy.CANCEL_RUN, grave=True)
@click.argument("run_id", type=int)
@click.option("--reason", default="", help="原因")
def cancel(*, actor: Actor, run_id: int, reason: str) -> dict[str, Any]:
    """取消批次（第一张发放之前，正在写券也可以） · Cancel a run before its first handover."""
    with transaction():
        run = cancelling.cancel_run(actor=actor, run_id=run_id, reason=reason, now=clock.now())
        return _show_run(run) | {"state": RunState.CANCELLED.value}


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
@click.argument("serial")
@click.option("--reason", required=True)
def reprint(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """补印：同一张券的新印次，旧的立即失效 · Reprint: the older paper is dead at once."""
    home: Home = current_app.config["HOME"]
    ring = load_ring(home)
    with transaction():
        made = custody.reprint_voucher(
            actor=actor,
            serial=parse_serial(serial),
            reason=reason,
            kid=ring.signing_kid,
            now=clock.now(),
        )
        answer = {
            "serial": parse_serial(serial),
            "print_number": made.number,
            "typed_code": show_typed_code(read_print_code(made.code)),
        }
    return answer


@command("replace", action=policy.ASK_REPLACEMENT, grave=True)
@click.argument("serial")
@click.option("--reason", required=True)
def replace(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """换发：新券、新券号，旧券作废；一人申请，另一人办理 · Replace; one asks, another does it."""
    home: Home = current_app.config["HOME"]
    ring = load_ring(home)
    with transaction():
        return replacing.replace_voucher(
            actor=actor,
            serial=parse_serial(serial),
            reason=reason,
            may_approve=policy.APPROVE_REPLACEMENT.allows(actor),
            kid=ring.signing_kid,
            now=clock.now(),
        )


@command("hold", action=policy.HOLD)
@click.argument("serial")
@click.option("--reason", required=True)
def hold(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """暂停一张券 · Hold a voucher."""
    with transaction():
        ending.hold_voucher(
            actor=actor, serial=parse_serial(serial), reason=reason, now=clock.now()
        )
    return {"serial": parse_serial(serial), "held": True}


@command("release", action=policy.RELEASE)
@click.argument("serial")
@click.option("--reason", required=True)
def release(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """恢复一张暂停的券 · Release a held voucher."""
    with transaction():
        ending.release_voucher(
            actor=actor, serial=parse_serial(serial), reason=reason, now=clock.now()
        )
    return {"serial": parse_serial(serial), "held": False}


@command("void", action=policy.VOID)
@click.argument("serials")
@click.option("--reason", required=True)
def void(*, actor: Actor, serials: str, reason: str) -> dict[str, Any]:
    """作废一张或一段券（SERIAL 或 SERIAL-SERIAL） · Void a voucher or a range of serials."""
    first, _, last = serials.partition("-")
    with transaction():
        voided = ending.void_vouchers(
            actor=actor,
            first=parse_serial(first),
            last=parse_serial(last or first),
            reason=reason,
            now=clock.now(),
        )
    return {"voided": voided}


commands = [
    issue,
    group("runs", [list_all, show, approve, resume, cancel], help="发券批次 · Issue runs"),
    handover,
    group("rounds", [list_all_rounds, return_paper, close], help="发放与清点 · Delivery rounds"),
    reprint,
    replace,
    hold,
    release,
    void,
]
