"""
The inbox of what a person must decide.

GET  /cases/                   the list; `?format=xlsx` as a workbook
GET  /cases/<id>               one, with what each decision will do and what it costs
POST /cases/<id>/<decision>    decide it: void, keep, reverse, replace or decline
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Action, Actor, Role, require
from voucher.audit.operations import record_event
from voucher.cases.forms import Decision
from voucher.cases.models import Kind
from voucher.cases.rules import DECISION_TITLES, KIND_TITLES, MONEY_KINDS
from voucher.db import transaction
from voucher.listing import Column, read_wanted, send_workbook
from voucher.overview.policy import LIST_CASES
from voucher.overview.queries.cases import (
    CASE_SORTS,
    CaseFile,
    CaseRow,
    get_case_file,
    list_cases,
)
from voucher.redemptions.operations.deciding import keep_redemption, reverse_in_question
from voucher.redemptions.policy import DECIDE_USE, REVERSE_LATE
from voucher.redemptions.rules.taking import RETURN_SENTENCES, choose_return
from voucher.refusals import N_, NotFound, Refusal
from voucher.replies import perform_once
from voucher.signing import load_ring
from voucher.vouchers.operations.departed import void_vouchers_of_departed
from voucher.vouchers.operations.replacing import approve_replacement, decline_replacement
from voucher.vouchers.policy import APPROVE_REPLACEMENT, VOID
from voucher.vouchers.rules import TITLES

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

_CASE = "/<int:case_id>"
FILTERS = ("kind", "state")
COLUMNS: tuple[Column[CaseRow], ...] = (
    Column(N_("事项"), lambda row: gettext(KIND_TITLES[row.case.kind]), sort="kind"),
    Column(N_("老人"), lambda row: row.name),
    Column(N_("关于"), lambda row: row.receipt or row.serial),
    Column(N_("提出时间"), lambda row: row.case.opened_at, sort="since"),
    Column(N_("提出人"), lambda row: row.asked_by),
    Column(
        N_("决定"),
        lambda row: gettext(DECISION_TITLES.get(row.case.decision or "", N_("待办"))),
    ),
    Column(N_("决定人"), lambda row: row.decided_by),
)


def list_kinds(actor: Actor) -> tuple[str, ...]:
    """Give the kinds of cases an actor sees: finance only those of money."""
    return MONEY_KINDS if actor.role is Role.FINANCE else tuple(KIND_TITLES)


@blueprint.get("/")
@require(LIST_CASES)
def show_list() -> str | Response:
    """Show what waits for a decision, or what was decided."""
    wanted = read_wanted(request.args, sorts=tuple(CASE_SORTS), filters=FILTERS)
    wanted = replace(wanted, filters={**wanted.filters, "state": wanted["state"] or "open"})
    kinds = list_kinds(g.actor)
    found = list_cases(actor=g.actor, kinds=kinds, wanted=wanted)
    if not wanted.is_export:
        return render_template(
            "overview/cases.html",
            slice=found,
            columns=COLUMNS,
            kinds=KIND_TITLES,
            decisions=DECISION_TITLES,
            kind_options=[(kind, gettext(KIND_TITLES[kind])) for kind in kinds],
        )
    with transaction():
        record_event(
            actor=g.actor,
            action="cases.export",
            subject_kind="list",
            subject_id="cases",
            now=clock.now(),
            facts={"rows": len(found.rows)},
        )
    return send_workbook(name=gettext("待办案件"), columns=COLUMNS, rows=found.rows)


@blueprint.get(_CASE)
@require(LIST_CASES)
def show(case_id: int) -> str | Response:
    """Show one case, with what each decision will do and what it costs."""
    file = get_case_file(actor=g.actor, case_id=case_id, kinds=list_kinds(g.actor))
    if file.case.kind == Kind.SAME_PERSON:
        return redirect(url_for("residents.show_twins", case_id=case_id))
    return _show(file, Decision(), None)


def _show(file: CaseFile, form: Decision, refusal: Refusal | None) -> str:
    is_own = file.case.opened_by == g.actor.key
    allowed = {name for name, (action, *_) in _DECISIONS.items() if action.allows(g.actor)}
    return render_template(
        "overview/case.html",
        file=file,
        titles=TITLES,
        kinds=KIND_TITLES,
        decisions=DECISION_TITLES,
        effect=_say_return(file),
        is_own=is_own,
        allowed=set() if is_own or file.case.decision else allowed,
        form=form,
        refusal=refusal,
    )


def _say_return(file: CaseFile) -> str:
    if file.redemption is None:
        return ""
    voucher = file.redemption.voucher
    return RETURN_SENTENCES[
        choose_return(state=voucher.state, period_to=voucher.period_to, today=clock.today())
    ]


def _void(form: Decision, **asked: Any) -> dict[str, Any]:
    return {"voided": void_vouchers_of_departed(**asked)}


def _keep(form: Decision, **asked: Any) -> dict[str, Any]:
    keep_redemption(reason=form.reason, **asked)
    return {}


def _reverse(form: Decision, **asked: Any) -> dict[str, Any]:
    return reverse_in_question(reason=form.reason, **asked)


def _replace(form: Decision, **asked: Any) -> dict[str, Any]:
    return approve_replacement(kid=load_ring(current_app.config["HOME"]).signing_kid, **asked)


def _decline(form: Decision, **asked: Any) -> dict[str, Any]:
    decline_replacement(**asked)
    return {}


# What can be decided: who may, by which operation, and what is said when it is done.
_DECISIONS: dict[str, tuple[Action, Callable[..., dict[str, Any]], str]] = {
    "void": (VOID, _void, N_("已作废 %(voided)s 张券，余额退回预算。")),
    "keep": (DECIDE_USE, _keep, N_("这笔核销保留，照常结算。")),
    "reverse": (REVERSE_LATE, _reverse, N_("已决定冲正。")),
    "replace": (
        APPROVE_REPLACEMENT,
        _replace,
        N_("已换发。请下载新券的 PDF，打印后发放签收。"),
    ),
    "decline": (APPROVE_REPLACEMENT, _decline, N_("未换发，原券照旧。")),
}
_RESULTS: dict[str, str] = {
    "waiting": N_("已决定冲正，并提交另一人批准；批准之前暂缓结算。"),
    "reversed": N_("已冲正。"),
    "closed": N_("已冲正过，案件已结。"),
    "nothing_left": N_("这张券已没有余额可换，案件已结。"),
}


def _open_decision(name: str, action: Action) -> None:
    def decide(case_id: int) -> tuple[str, int] | Response:
        return _decide(case_id, name)

    rule = f"{_CASE}/{name}"
    blueprint.add_url_rule(rule, name, require(action)(decide), methods=["POST"])


for _name, (_action, *_) in _DECISIONS.items():
    _open_decision(_name, _action)


def _decide(case_id: int, name: str) -> tuple[str, int] | Response:
    form, now = Decision.parse(request.form), clock.now()
    operation, said = _DECISIONS[name][1:]
    try:
        done = perform_once(
            actor=g.actor,
            route=f"cases.{name}",
            client_key=form.client_key,
            request={"case": case_id, "reason": form.typed},
            now=now,
            deed=lambda: operation(form, actor=g.actor, case_id=case_id, now=now),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        file = get_case_file(actor=g.actor, case_id=case_id, kinds=list_kinds(g.actor))
        return _show(file, form, refusal), refusal.status
    flash(gettext(_RESULTS.get(done.get("result", ""), said), **done))
    if serial := done.get("new_serial"):
        return redirect(url_for("vouchers.show", serial=serial))
    return redirect(url_for("cases.show", case_id=case_id))
