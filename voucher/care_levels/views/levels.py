"""
Pages of care levels: one level down to the answers, what was sent back, whose turn it is again.

GET  /levels/of/<public_id>/<level>     why somebody has this level; reading it is an event
GET  /levels/rejected                   proposals sent back, with the reasons; XLSX too
GET  /levels/proposals/<level>/reject   ask why a proposal is sent back
POST /levels/proposals/<level>/reject   send it back, once
GET  /levels/due                        whose next assessment is due; `?by=` a day; XLSX too
"""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.assessments.policy import RECORD_ASSESSMENT
from voucher.care_levels import policy
from voucher.care_levels.forms import MAX_REASON, read_reason
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.recording import note_level_read, note_levels_read
from voucher.care_levels.operations.rejecting import reject_proposal
from voucher.care_levels.queries.appeals import count_open_appeals
from voucher.care_levels.queries.due import (
    DUE_SORTS,
    DueRow,
    count_due,
    list_due,
    list_intervals,
)
from voucher.care_levels.queries.proposals import REJECTED_SORTS, get_proposal, list_rejected
from voucher.care_levels.queries.reasons import WholeLevel, get_level_reasons
from voucher.care_levels.rules import FACT_SENTENCES, LEVEL_STATES, AppealState, SaidReason
from voucher.care_levels.views.showing import find_deadlines
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, Wanted, read_wanted, send_workbook
from voucher.pages import select_language
from voucher.periods import add_months, parse_day
from voucher.refusals import N_, BadInput, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_level, get_scale, get_scheme
from voucher.schemes.rules.instruments import Instrument

blueprint = Blueprint("levels", __name__, url_prefix="/levels")


@blueprint.app_template_global()
def say_reason(reason: SaidReason) -> str:
    """Give a reason in the reader's language, with the facts it looked at."""
    facts = [gettext(FACT_SENTENCES[name], value=value) for name, value in reason.facts.items()]
    name = reason.name.say(select_language())
    return gettext("%(name)s（%(facts)s）", name=name, facts=" · ".join(facts)) if facts else name


@blueprint.get("/of/<public_id>/<int:level_id>")
@require(policy.LIST_LEVELS)
def show(public_id: str, level_id: int) -> str:
    """Show a level with everything that led to it; reading it is an event."""
    get_level_reasons(actor=g.actor, level_id=level_id, public_id=public_id)
    with transaction():
        note_level_read(
            actor=g.actor, public_id=public_id, what="level", number=level_id, now=clock.now()
        )
    whole = get_level_reasons(actor=g.actor, level_id=level_id, public_id=public_id)
    return render_template(
        "care_levels/level.html",
        whole=whole,
        level=whole.level,
        resident=whole.resident,
        states=LEVEL_STATES,
        is_instrument=isinstance(whole.scheme, Instrument),
        next_date=_find_next(whole),
        may_appeal=_may_appeal(whole),
    )


def _find_next(whole: WholeLevel) -> date | None:
    deadlines = find_deadlines()
    intervals = list_intervals(district_months=deadlines.reassess_months, on=clock.today())
    months = intervals.get(whole.level.scale)
    is_in_force = whole.level.state == "confirmed" and whole.level.to_date is None
    if months is None or whole.assessment is None or not is_in_force:
        return None
    return add_months(whole.assessment.assessment.assessed_date, months)


def _may_appeal(whole: WholeLevel) -> bool:
    level = whole.level
    return (
        policy.REGISTER_APPEAL.allows(g.actor)
        and level.state == "confirmed"
        and level.to_date is None
        and level.assessment_id is not None
        and whole.resident.departed_date is None
    )


def _name_level(row: Any) -> str:
    level: CareLevel = row.CareLevel
    found = get_level(scale=level.scale, version=row.version, level=level.level)
    return found.name.say(select_language())


def _name_scale(row: Any) -> str:
    scheme = get_scale(scale=row.CareLevel.scale, version=row.version)
    return scheme.name.say(select_language())


REJECTED_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("老人"), lambda row: row.Resident.name, sort="name"),
    Column(N_("社区"), lambda row: row.community, sort="community"),
    Column(N_("量表"), _name_scale),
    Column(N_("拟定等级"), _name_level),
    Column(N_("退回原因"), lambda row: row.CareLevel.rejection_reason),
    Column(N_("退回人"), lambda row: row.rejected_by),
    Column(N_("退回时间"), lambda row: row.CareLevel.rejected_at, sort="rejected"),
)


@blueprint.get("/rejected")
@require(policy.LIST_LEVELS)
def show_rejected() -> str | Response:
    """Show what was sent back and waits for another assessment or a correction."""
    wanted = read_wanted(request.args, sorts=tuple(REJECTED_SORTS))
    _note_list("rejected", wanted)
    found = list_rejected(actor=g.actor, wanted=wanted)
    if wanted.is_export:
        name = gettext("退回的拟定等级")
        return send_workbook(name=name, columns=REJECTED_COLUMNS, rows=found.rows)
    return render_template(
        "care_levels/rejected.html",
        slice=found,
        columns=REJECTED_COLUMNS,
        name_level=_name_level,
        name_scale=_name_scale,
        may_assess=RECORD_ASSESSMENT.allows(g.actor),
    )


def _note_list(of: str, wanted: Wanted) -> None:
    with transaction():
        note_levels_read(
            actor=g.actor, rows=wanted.size, is_export=wanted.is_export, now=clock.now(), of=of
        )


@blueprint.get("/proposals/<int:level_id>/reject")
@require(policy.REJECT)
def ask_reject(level_id: int) -> str:
    """Ask why a proposal is sent back."""
    return _ask_reject(level_id, None)


def _ask_reject(level_id: int, refusal: Refusal | None) -> str:
    row = get_proposal(actor=g.actor, level_id=level_id)
    return render_template(
        "care_levels/reject.html",
        row=row,
        level_name=_name_level(row),
        scale_name=_name_scale(row),
        reason=request.form.get("reason", ""),
        longest=MAX_REASON,
        refusal=refusal,
    )


@blueprint.post("/proposals/<int:level_id>/reject")
@require(policy.REJECT)
def reject(level_id: int) -> tuple[str, int] | Response:
    """Send a proposal back to the worker, once."""
    now = clock.now()
    try:
        reason = read_reason(request.form, most=MAX_REASON)
        perform_once(
            actor=g.actor,
            route="levels.reject",
            client_key=request.form.get("client_key", ""),
            request={"level": level_id, "reason": reason},
            now=now,
            deed=lambda: _reject(level_id, reason, now),
        )
    except Refusal as refusal:
        return _ask_reject(level_id, refusal), refusal.status
    flash(gettext("已退回。经办人会在“退回的拟定等级”里看到原因。"))
    return redirect(url_for("levels.show_list"))


def _reject(level_id: int, reason: str, now: Any) -> dict[str, Any]:
    reject_proposal(actor=g.actor, level_id=level_id, reason=reason, now=now)
    return {}


DUE_COLUMNS: tuple[Column[DueRow], ...] = (
    Column(N_("老人"), lambda row: row.name, sort="name"),
    Column(N_("应于此日前复评"), lambda row: row.due_date, sort="due"),
    Column(N_("上次评估"), lambda row: row.assessed_date),
    Column(N_("现有等级"), lambda row: row.level.say(select_language())),
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community, sort="community"),
)


@blueprint.get("/due")
@require(policy.LIST_LEVELS)
def show_due() -> str | Response:
    """Show whose next assessment is due by a day, the longest overdue first."""
    wanted = read_wanted(request.args, sorts=tuple(DUE_SORTS), filters=("scale", "community", "by"))
    _note_list("due", wanted)
    today = clock.today()
    intervals = list_intervals(district_months=find_deadlines().reassess_months, on=today)
    by, refusal = _read_by(wanted["by"], today)
    scale = wanted["scale"] if wanted["scale"] in intervals else next(iter(intervals), "")
    found = None
    if scale:
        months = intervals[scale]
        found = list_due(
            actor=g.actor, wanted=wanted, scale=scale, months=months, by=by, today=today
        )
        if wanted.is_export:
            return send_workbook(name=gettext("到期复评"), columns=DUE_COLUMNS, rows=found.rows)
    names = {known: get_scheme(known, today).name.say(select_language()) for known in intervals}
    return render_template(
        "care_levels/due.html",
        slice=found,
        columns=DUE_COLUMNS,
        by=by,
        scale=scale,
        months=intervals.get(scale),
        scale_options=list(names.items()),
        place_options=[(place.code, place.name) for place in list_communities(actor=g.actor)],
        due_now=count_due(actor=g.actor, today=today, intervals=intervals),
        appeals=count_open_appeals(actor=g.actor, state=AppealState.REGISTERED),
        may_assess=RECORD_ASSESSMENT.allows(g.actor),
        refusal=refusal,
    )


def _read_by(text: str, today: date) -> tuple[date, BadInput | None]:
    try:
        return (parse_day(text) if text else today), None
    except BadInput as refusal:
        return today, refusal
