"""
Pages of budgets.

GET  /budgets/                 list            GET  /budgets/balances   where a month's money is
GET  /budgets/new              ask             POST /budgets/new        propose one
GET  /budgets/<id>             what it changes POST /budgets/<id>/approve
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.ledger import policy
from voucher.ledger.forms import NewBudget, find_field, read_programme
from voucher.ledger.operations import approve_budget, set_budget
from voucher.ledger.queries import (
    BUDGET_SORTS,
    POSTING_SORTS,
    find_total,
    get_balances,
    get_budget,
    slice_budgets,
    slice_postings,
)
from voucher.ledger.rules import (
    ACCOUNT_TITLES,
    POSTING_TITLES,
    STATE_TITLES,
    SUBJECT_TITLES,
    LedgerAccount,
    Subject,
    read_subject,
)
from voucher.listing import Column, Slice, read_wanted, send_workbook
from voucher.money import show_yuan
from voucher.periods import next_month, parse_month
from voucher.refusals import N_, BadInput, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import END_OF_TIME, list_programmes

blueprint = Blueprint("budgets", __name__, url_prefix="/budgets")

Page = tuple[str, int] | Response


def _left(row: Any) -> int | None:
    return None if row.committed_fen is None else row.amount_fen - row.committed_fen


BUDGET_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("编号"), lambda row: row.id),
    Column(N_("月份"), lambda row: f"{row.period_from:%Y-%m}", "month"),
    Column(N_("方案"), lambda row: _name_programme(row.programme), "programme"),
    Column(N_("预算（元）"), lambda row: row.amount_fen / 100, "amount", is_number=True),
    Column(N_("状态"), lambda row: gettext(STATE_TITLES[row.state]), "state"),
    Column(
        N_("已承诺（元）"),
        lambda row: None if row.committed_fen is None else row.committed_fen / 100,
        is_number=True,
    ),
    Column(
        N_("余额（元）"),
        lambda row: None if _left(row) is None else _left(row) / 100,  # type: ignore[operator]
        is_number=True,
    ),
    Column(N_("设定人"), lambda row: row.setter),
    Column(N_("设定时间"), lambda row: row.set_at, "set_at"),
    Column(N_("批准人"), lambda row: row.approver or ""),
)
POSTING_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("时间"), lambda row: row.posted_at, "posted_at"),
    Column(N_("事项"), lambda row: gettext(POSTING_TITLES[row.posting])),
    Column(N_("对象"), lambda row: _name_subject(read_subject(row.subject_id))),
    Column(N_("金额（元）"), lambda row: row.amount_fen / 100, "amount", is_number=True),
)


@blueprint.get("/")
@require(policy.LIST_BUDGETS)
def show_list() -> str | Response:
    """List budgets by month and programme, with what is committed and left."""
    wanted = read_wanted(request.args, sorts=BUDGET_SORTS, filters=("programme", "month", "state"))
    found = slice_budgets(
        wanted=wanted,
        programme=wanted["programme"],
        period_from=parse_month(wanted["month"]) if wanted["month"] else None,
        state=wanted["state"],
    )
    if wanted.is_export:
        return send_workbook(name=gettext("预算"), columns=BUDGET_COLUMNS, rows=found.rows)
    return _render("list", slice=found, columns=BUDGET_COLUMNS, titles=STATE_TITLES, left=_left)


@blueprint.get("/new")
@require(policy.SET_BUDGET)
def ask_new() -> str:
    """Ask for a month's budget."""
    month = next_month(clock.today())
    typed = {"programme": list_programmes(on=month)[0].id, "month": f"{month:%Y-%m}"}
    return _render("new", typed={**typed, **request.args.to_dict()}, refusal=None, faults={})


@blueprint.post("/new")
@require(policy.SET_BUDGET)
def propose() -> Page:
    """Propose a budget; it counts once another finance account approved it."""
    try:
        new = NewBudget.parse(request.form)
    except BadInput as fault:
        faults = {find_field(fault): fault}
        return _render("new", typed=request.form, refusal=None, faults=faults), fault.status

    def deed() -> dict[str, Any]:
        return {"budget": set_budget(actor=g.actor, now=clock.now(), **asdict(new)).id}

    try:
        done = _once("budgets.propose", deed, **asdict(new))
    except Refusal as refusal:
        page = _render("new", typed=request.form, refusal=refusal, faults={})
        return page, refusal.status
    flash(gettext("预算已提交，请另一位财务批准后生效"))
    return redirect(url_for("budgets.show", budget_id=done["budget"]))


def _once(route: str, deed: Callable[[], dict[str, Any]], **typed: object) -> dict[str, Any]:
    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request=typed,
        now=clock.now(),
        deed=deed,
    )


@blueprint.get("/<int:budget_id>")
@require(policy.LIST_BUDGETS)
def show(budget_id: int) -> str:
    """Show a budget and, while it waits, what approving it will change."""
    return _show_one(budget_id, None)


@blueprint.post("/<int:budget_id>/approve")
@require(policy.APPROVE_BUDGET)
def approve(budget_id: int) -> Page:
    """Put a budget that another finance account set in force."""

    def deed() -> dict[str, Any]:
        budget = approve_budget(actor=g.actor, budget_id=budget_id, now=clock.now())
        return {"fen": budget.amount_fen}

    try:
        done = _once("budgets.approve", deed, budget=budget_id)
    except Refusal as refusal:
        return _show_one(budget_id, refusal), refusal.status
    flash(gettext("预算 %(yuan)s 元已批准，现在生效", yuan=show_yuan(done["fen"])))
    return redirect(url_for("budgets.show", budget_id=budget_id))


def _show_one(budget_id: int, refusal: Refusal | None) -> str:
    row = get_budget(budget_id=budget_id)
    total = find_total(programme=row.programme, period_from=row.period_from)
    return _render("show", row=row, total=total, titles=STATE_TITLES, refusal=refusal)


@blueprint.get("/balances")
@require(policy.LIST_BUDGETS)
def show_balances() -> str | Response:
    """Show where every fen of a programme and month is, and the postings that brought it there."""
    wanted = read_wanted(
        request.args, sorts=POSTING_SORTS, filters=("programme", "month", "posting")
    )
    month = parse_month(wanted["month"]) if wanted["month"] else clock.today().replace(day=1)
    chosen = wanted["programme"] or list_programmes(on=month)[0].id
    programme = read_programme(chosen, on=END_OF_TIME)
    found = slice_postings(
        wanted=wanted, programme=programme, period_from=month, posting=wanted["posting"]
    )
    if wanted.is_export:
        return send_workbook(name=gettext("分录"), columns=POSTING_COLUMNS, rows=found.rows)
    return _render_balances(programme, month, found)


def _render_balances(programme: str, month: date, found: Slice[Any]) -> str:
    balances = get_balances(programme=programme, period_from=month)
    return _render(
        "balances",
        programme=programme,
        month=month,
        slice=found,
        columns=POSTING_COLUMNS,
        rows=[(title, balances[account]) for account, title in ACCOUNT_TITLES.items()],
        committed_fen=-balances[LedgerAccount.FUND],
        total=find_total(programme=programme, period_from=month),
        postings=POSTING_TITLES,
        read_subject=read_subject,
        name_subject=_name_subject,
    )


def _render(name: str, **values: Any) -> str:
    return render_template(
        f"ledger/{name}.html",
        programmes=[(one.id, _name_programme(one.id)) for one in list_programmes(on=END_OF_TIME)],
        state_options=[(state.value, gettext(title)) for state, title in STATE_TITLES.items()],
        posting_options=[(one.value, gettext(title)) for one, title in POSTING_TITLES.items()],
        name_programme=_name_programme,
        policy=policy,
        **values,
    )


def _name_programme(programme_id: str) -> str:
    """Give a programme's name in the reader's language; its id where it is no longer adopted."""
    locale = get_locale()
    for programme in list_programmes(on=END_OF_TIME):
        if programme.id == programme_id:
            return programme.name.en if locale and locale.language == "en" else programme.name.zh
    return programme_id


def _name_subject(subject: Subject) -> str:
    title = SUBJECT_TITLES.get(subject.kind)
    if title is None or subject.number is None:
        return subject.kind
    return gettext(title, number=subject.number)
