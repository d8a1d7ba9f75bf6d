"""
Pages of what is left of a round: what came back, and closing it.

GET  /handovers/waiting                     what waits for a second person
GET  /handovers/<run>/<community>/returned  the paper that came back; XLSX too
POST /handovers/<run>/<community>/returned  correct what became of one
POST /handovers/<run>/<community>/spoilt    reprint all that is spoilt
POST /handovers/<run>/<community>/count     say that all is counted
POST /handovers/<run>/<community>/closing   close it, as another person
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.codes import show_serial
from voucher.db import transaction
from voucher.divisions.queries import get_community
from voucher.listing import Column, read_wanted, send_workbook, slice_rows
from voucher.money import show_yuan
from voucher.pages import say
from voucher.refusals import N_, NotFound, Refusal
from voucher.replies import perform_once
from voucher.signing import load_ring
from voucher.vouchers import policy
from voucher.vouchers.forms import read_number, read_outcome, read_reason
from voucher.vouchers.operations.closing import close_round, submit_count
from voucher.vouchers.operations.counting import correct_outcome, reprint_all_spoilt
from voucher.vouchers.queries.deciding import Question, list_questions
from voucher.vouchers.queries.people import find_spoilt
from voucher.vouchers.queries.rounds import Returned, get_round, list_returned
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.rounds import OUTCOME_TITLES, Outcome, Step
from voucher.vouchers.views.handovers import blueprint
from voucher.vouchers.views.wording import name_run

_ROUND = "/<int:run_id>/<code>"
RETURNED_COLUMNS: tuple[Column[Returned], ...] = (
    Column(N_("券号"), lambda row: show_serial(row.serial)),
    Column(N_("姓名"), lambda row: row.name),
    Column(N_("住址"), lambda row: row.address),
    Column(N_("结果"), lambda row: gettext(OUTCOME_TITLES[row.outcome])),
    Column(N_("登记人"), lambda row: row.counted_by),
    Column(N_("操作")),
)
QUESTION_COLUMNS: tuple[Column[Question], ...] = (
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community),
    Column(N_("批次"), lambda row: row.run_id, is_number=True),
    Column(N_("要决定什么"), lambda row: tell_question(row)),
    Column(N_("提出人"), lambda row: row.asked_by),
    Column(N_("提出时间"), lambda row: row.asked_at),
)


def tell_question(row: Question) -> str:
    """Say what a second person is asked."""
    return gettext("关闭这个社区的发放") if row.loss_id is None else gettext("作废丢失的一箱券")


@blueprint.get("/waiting")
@require(policy.LIST_ROUNDS)
def show_waiting() -> Any:
    """Show what waits for a second person."""
    wanted = read_wanted(request.args)
    found = slice_rows(list_questions(actor=g.actor), wanted=wanted)
    if wanted.is_export:
        return send_workbook(name="waiting", columns=QUESTION_COLUMNS, rows=found.rows)
    return render_template(
        "vouchers/waiting.html", found=found, columns=QUESTION_COLUMNS, tell_question=tell_question
    )


@blueprint.get(f"{_ROUND}/returned")
@require(policy.LIST_ROUNDS)
def show_returned(run_id: int, code: str) -> Any:
    """Show the paper that came back; names and addresses are read, so it is noted."""
    wanted = read_wanted(request.args)
    answer = _show_returned(run_id, code, None)
    community = get_community(actor=g.actor, code=code)
    facts = {"run": run_id, "as": "export" if wanted.is_export else "page"}
    with transaction():
        record_event(
            actor=g.actor,
            action="vouchers.read_returned",
            subject_kind="community",
            subject_id=community.id,
            now=clock.now(),
            facts=facts,
        )
    return answer


def _show_returned(run_id: int, code: str, refusal: Refusal | None) -> Any:
    run = get_run(actor=g.actor, run_id=run_id)
    community = get_community(actor=g.actor, code=code)
    of_round = get_round(actor=g.actor, run=run, community_id=community.id)
    returned = list_returned(run_id=run_id, community_id=community.id)
    wanted = read_wanted(request.args if request.method == "GET" else type(request.args)())
    found = slice_rows(returned, wanted=wanted)
    if wanted.is_export:
        name = f"returned-{run_id}-{code}"
        return send_workbook(name=name, columns=RETURNED_COLUMNS, rows=found.rows)
    return render_template(
        "vouchers/returned.html",
        run=run,
        name=name_run(run),
        community=community,
        found=found,
        columns=RETURNED_COLUMNS,
        titles=OUTCOME_TITLES,
        refusal=refusal,
        show_serial=show_serial,
        spoilt=find_spoilt(run_id=run_id, community_id=community.id),
        reason=request.form.get("reason", gettext(OUTCOME_TITLES[Outcome.SPOILT])),
        may_correct=policy.COUNT_BACK.allows(g.actor) and of_round.step != Step.CLOSED,
        may_reprint=policy.REPRINT.allows(g.actor) and of_round.step != Step.CLOSED,
    )


@blueprint.post(f"{_ROUND}/returned")
@require(policy.COUNT_BACK)
def correct(run_id: int, code: str) -> Any:
    """Put another outcome after the one that was seen."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        print_id = read_number(request.form, "print")
        outcome = read_outcome(request.form, among=(*OUTCOME_TITLES, Outcome.WITHDRAWN))
        correct_outcome(
            actor=g.actor,
            print_id=print_id,
            seen=read_number(request.form, "seen"),
            outcome=Outcome(outcome),
            now=now,
        )
        return {"print": print_id}

    try:
        asked = {name: request.form.get(name) for name in ("print", "seen", "outcome")}
        do_once("handovers.correct", deed, **asked)
    except Refusal as refusal:
        return _show_returned(run_id, code, refusal), refusal.status
    flash(gettext("已改正。"))
    return redirect(url_for("handovers.show_returned", run_id=run_id, code=code))


@blueprint.post(f"{_ROUND}/spoilt")
@require(policy.REPRINT)
def reprint_spoilt(run_id: int, code: str) -> Any:
    """Reprint all paper of a round that was counted as spoilt: the old is dead at once."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        serials = reprint_all_spoilt(
            actor=g.actor,
            run_id=run_id,
            community_id=get_community(actor=g.actor, code=code).id,
            reason=read_reason(request.form),
            kid=load_ring(current_app.config["HOME"]).signing_kid,
            now=now,
        )
        return {"reprinted": len(serials)}

    try:
        asked = {"run": run_id, "code": code, "reason": request.form.get("reason")}
        done = do_once("handovers.reprint_spoilt", deed, **asked)
    except NotFound:
        raise
    except Refusal as refusal:
        return _show_returned(run_id, code, refusal), refusal.status
    flash(gettext("已补印 %(count)s 张，旧纸已失效。下一步：打印新纸。", count=done["reprinted"]))
    return redirect(url_for("handovers.show_returned", run_id=run_id, code=code))


def do_once(route: str, deed: Callable[[], dict[str, Any]], **asked: Any) -> dict[str, Any]:
    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request=asked,
        now=clock.now(),
        deed=deed,
    )


@blueprint.post(f"{_ROUND}/count")
@require(policy.SUBMIT_COUNT)
def submit(run_id: int, code: str) -> Any:
    """Say that every print has its outcome, so that a second person can close the round."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        community = get_community(actor=g.actor, code=code)
        submit_count(actor=g.actor, run_id=run_id, community_id=community.id, now=now)
        return {"run": run_id}

    try:
        do_once("handovers.submit", deed, run=run_id, code=code)
    except NotFound:
        raise
    except Refusal as refusal:
        return _turn_back(run_id, code, refusal)
    flash(gettext("已清点完，等待另一位审核人员关闭。"))
    return redirect(url_for("handovers.show_people", run_id=run_id, code=code))


def _turn_back(run_id: int, code: str, refusal: Refusal) -> Any:
    flash(say(refusal), "refused")
    return redirect(url_for("handovers.show_people", run_id=run_id, code=code))


@blueprint.post(f"{_ROUND}/closing")
@require(policy.CLOSE_ROUND)
def close(run_id: int, code: str) -> Any:
    """Close a round as the second person: what came back is void."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        community = get_community(actor=g.actor, code=code)
        return close_round(actor=g.actor, run_id=run_id, community_id=community.id, now=now)

    try:
        done = do_once("handovers.close", deed, run=run_id, code=code)
    except NotFound:
        raise
    except Refusal as refusal:
        return _turn_back(run_id, code, refusal)
    said = gettext(
        "已关闭。作废 %(count)s 张，%(yuan)s 元退回预算。",
        count=done["voided"],
        yuan=show_yuan(done["value_fen"]),
    )
    flash(said)
    return redirect(url_for("handovers.show_people", run_id=run_id, code=code))


# The blueprint is whole once this module is loaded.
__all__ = ["blueprint"]
