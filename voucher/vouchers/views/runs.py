"""
Pages of issue runs; the wizard that makes one is in `planning`, approval with the printouts.

GET  /runs/                     the runs of one's area
GET  /runs/<run>                one run: where it stands, what comes next, its money
GET  /runs/<run>/progress       how far the writing is, asked for every second
POST /runs/<run>/resumption     go on with a writing that stopped
POST /runs/<run>/cancellation   give it up
"""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Role, has_role, require
from voucher.accounts.models import Account
from voucher.db import db, transaction
from voucher.listing import Column, Slice, read_wanted, send_workbook, slice_rows
from voucher.money import show_yuan
from voucher.periods import last_day
from voucher.progress import Progress, find_progress
from voucher.refusals import N_, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_programme_version
from voucher.vouchers import policy
from voucher.vouchers.forms import read_reason
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.cancelling import cancel_run
from voucher.vouchers.operations.planning import find_budget
from voucher.vouchers.operations.runs import ISSUE_JOB, resume_run
from voucher.vouchers.queries.places import RunPlace, list_run_places, sum_run
from voucher.vouchers.queries.runs import (
    RUN_SORTS,
    find_last_sign,
    get_run,
    list_communities_of_run,
    list_run_events,
    slice_runs,
)
from voucher.vouchers.rules import NEXT_STEPS, RUN_EVENTS, RUN_TITLES, VOUCHER_TITLES, VoucherState
from voucher.vouchers.views.planning import blueprint
from voucher.vouchers.views.wording import list_district_checks, name_programmes, name_run


def _name_programme(row: Any) -> str:
    return name_programmes().get(row.programme, row.programme)


COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("批次"), lambda row: row.id, is_number=True),
    Column(N_("方案"), _name_programme, "programme"),
    Column(N_("月份"), lambda row: row.period_from.strftime("%Y-%m"), "month"),
    Column(N_("第几批"), lambda row: row.number, is_number=True),
    Column(N_("范围"), lambda row: row.community or gettext("全部社区")),
    Column(N_("券数"), lambda row: row.vouchers, "vouchers", is_number=True),
    Column(N_("人数"), lambda row: row.residents, "residents", is_number=True),
    Column(N_("金额（元）"), lambda row: show_yuan(row.value_fen), "value", is_number=True),
    Column(N_("状态"), lambda row: gettext(RUN_TITLES[row.state]), "state"),
    Column(N_("提交人"), lambda row: row.maker),
    Column(N_("批准人"), lambda row: row.approver or ""),
    Column(N_("提交时间"), lambda row: row.made_at, "made_at"),
)


def _count(state: VoucherState) -> Any:
    return lambda place: place.states.get(state, 0)


# The columns that are known before the vouchers are written.
_PLANNED = 5
PLACE_COLUMNS: tuple[Column[RunPlace], ...] = (
    Column(N_("街道"), lambda place: place.street),
    Column(N_("社区"), lambda place: place.name),
    Column(N_("人数"), lambda place: place.residents, is_number=True),
    Column(N_("券数"), lambda place: place.vouchers, is_number=True),
    Column(N_("金额（元）"), lambda place: show_yuan(place.fen), is_number=True),
    *(
        Column(title, _count(VoucherState(state)), is_number=True)
        for state, title in VOUCHER_TITLES.items()
    ),
    Column(N_("暂停"), lambda place: place.held, is_number=True),
)


@blueprint.get("/")
@require(policy.LIST_RUNS)
def show_list() -> Any:
    """List the runs of the area."""
    wanted = read_wanted(request.args, sorts=tuple(RUN_SORTS))
    runs = slice_runs(actor=g.actor, wanted=wanted)
    if wanted.is_export:
        return send_workbook(name="runs", columns=COLUMNS, rows=runs.rows)
    return render_template(
        "vouchers/list_runs.html",
        runs=runs,
        columns=COLUMNS,
        titles=RUN_TITLES,
        programmes=name_programmes(),
        may_draft=policy.DRAFT_RUN.allows(g.actor),
    )


@blueprint.get("/<int:run_id>")
@require(policy.LIST_RUNS)
def show(run_id: int) -> Any:
    """Show where a run stands, what comes next and who does it."""
    run = get_run(actor=g.actor, run_id=run_id)
    if request.args.get("format") == "xlsx":
        places = _slice_places(run_id)
        return send_workbook(name=f"run-{run_id}", columns=PLACE_COLUMNS, rows=places.rows)
    return show_run(run, None)


@blueprint.get("/<int:run_id>/progress")
@require(policy.LIST_RUNS)
def show_progress(run_id: int) -> Response:
    """Tell how far the writing is; once it is over, have the whole page fetched anew."""
    run = get_run(actor=g.actor, run_id=run_id)
    progress = _find_progress(run)
    answer = make_response(
        render_template("vouchers/show_progress.html", run=run, progress=progress)
    )
    if progress.is_over:
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.post("/<int:run_id>/resumption")
@require(policy.RESUME_RUN)
def resume(run_id: int) -> Any:
    """Have written what could not be; pressed twice, the second finds nothing that stopped."""
    try:
        with transaction():
            resume_run(actor=g.actor, run_id=run_id, now=clock.now())
    except Refusal as refusal:
        return show_run(get_run(actor=g.actor, run_id=run_id), refusal), refusal.status
    flash(gettext("后台接着写券。"))
    return redirect(url_for("runs.show", run_id=run_id))


@blueprint.post("/<int:run_id>/cancellation")
@require(policy.CANCEL_RUN)
def cancel(run_id: int) -> Any:
    """Give up a run none of whose vouchers was handed over; its budget comes back."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        cancel_run(actor=g.actor, run_id=run_id, reason=read_reason(request.form), now=now)
        return {"run": run_id}

    try:
        perform_once(
            actor=g.actor,
            route="runs.cancel",
            client_key=request.form.get("client_key", ""),
            request={"run": run_id, "reason": request.form.get("reason", "")},
            now=now,
            deed=deed,
        )
    except Refusal as refusal:
        return show_run(get_run(actor=g.actor, run_id=run_id), refusal), refusal.status
    flash(gettext("批次已取消。"))
    return redirect(url_for("runs.show", run_id=run_id))


def _find_progress(run: IssueRun) -> Progress:
    return find_progress(
        job=ISSUE_JOB,
        subject_id=run.id,
        last_sign_at=find_last_sign(run_id=run.id),
        now=clock.now(),
    )


def _slice_places(run_id: int) -> Slice[RunPlace]:
    """Give the communities of a run that this page shows, or all for a workbook."""
    wanted = read_wanted(request.args if request.method == "GET" else type(request.args)())
    shown = slice_rows(list_communities_of_run(actor=g.actor, run_id=run_id), wanted=wanted)
    ids = [community.id for community in shown.rows]
    return Slice(list_run_places(run_id=run_id, community_ids=ids), shown.total, wanted)


def show_run(run: IssueRun, refusal: Refusal | None) -> str:
    """Show a run, and why what was asked of it was not done."""
    redeemed_fen, left_fen = sum_run(actor=g.actor, run_id=run.id)
    return render_template(
        "vouchers/show_run.html",
        run=run,
        name=name_run(run),
        refusal=refusal,
        reason=request.form.get("reason", ""),
        title=RUN_TITLES[run.state],
        next_step=NEXT_STEPS[run.state],
        maker=db.session.get_one(Account, run.made_by).name,
        approver=db.session.get_one(Account, run.approved_by).name if run.approved_by else "",
        progress=_find_progress(run),
        places=_slice_places(run.id),
        columns=PLACE_COLUMNS if run.issued_at else PLACE_COLUMNS[:_PLANNED],
        is_written=run.issued_at is not None,
        redeemed_fen=redeemed_fen,
        left_fen=left_fen,
        budget=find_budget(programme=run.programme, period_from=run.period_from),
        last_date=last_day(run.period_to),
        district_checks=list_district_checks(get_programme_version(run.scheme_version_id)),
        events=list_run_events(run_id=run.id),
        event_titles=RUN_EVENTS,
        is_own=run.made_by == g.actor.account_id,
        may=_tell_permissions(),
    )


def _tell_permissions() -> dict[str, bool]:
    return {
        "approve": policy.APPROVE_RUN.allows(g.actor),
        "resume": policy.RESUME_RUN.allows(g.actor),
        "cancel": policy.CANCEL_RUN.allows(g.actor),
        "hand_over": policy.HAND_OVER.allows(g.actor),
        "see_files": has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR)(g.actor),
    }


# The blueprint is whole once this module is loaded.
__all__ = ["blueprint"]
