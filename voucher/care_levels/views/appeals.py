"""
Pages of appeals against a level.

GET  /appeals/                      the appeals of the area, the longest overdue first; XLSX too
GET  /appeals/new/<public_id>       POST the same: who appeals against which level, and why
GET  /appeals/<id>                  one appeal and what comes next; reading it is an event
POST /appeals/<id>/assessment       say which assessment by another pair belongs to it
POST /appeals/<id>/decision         uphold or change the level
POST /appeals/<id>/withdrawal       note that it is taken back
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Action, require
from voucher.care_levels import policy
from voucher.care_levels.forms import (
    MAX_LONG_REASON,
    MAX_REASON,
    AppealForm,
    read_outcome,
    read_reason,
)
from voucher.care_levels.operations.appealing import (
    assess_appeal,
    register_appeal,
    withdraw_appeal,
)
from voucher.care_levels.operations.deciding import decide_appeal
from voucher.care_levels.operations.recording import note_level_read, note_levels_read
from voucher.care_levels.queries.appeals import (
    APPEAL_SORTS,
    AppealRow,
    get_appeal,
    list_appealable_levels,
    list_appeals,
    list_candidates,
)
from voucher.care_levels.rules import (
    APPEAL_TITLES,
    OPEN_STATES,
    OUTCOME_TITLES,
    RELATION_TITLES,
)
from voucher.care_levels.views.showing import (
    describe_level,
    find_deadlines,
    list_rights,
    name_again,
    name_first,
)
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, read_wanted, send_workbook
from voucher.pages import select_language
from voucher.refusals import N_, NotFound, Refusal
from voucher.replies import perform_once
from voucher.residents.queries import get_resident
from voucher.schemes.queries import get_scale

blueprint = Blueprint("appeals", __name__, url_prefix="/appeals")

STATE_FILTERS = {"": N_("全部"), "overdue": N_("逾期未决"), **APPEAL_TITLES}
COLUMNS: tuple[Column[AppealRow], ...] = (
    Column(N_("老人"), lambda row: row.name, sort="name"),
    Column(N_("状态"), lambda row: _tell_state(row)),
    Column(N_("应于此日前决定"), lambda row: row.due_date, sort="due"),
    Column(N_("申诉日期"), lambda row: row.appealed_date, sort="appealed"),
    Column(N_("申诉人"), lambda row: row.appellant),
    Column(N_("社区"), lambda row: row.community, sort="community"),
    Column(N_("量表"), lambda row: row.scale.say(select_language())),
)


def _tell_state(row: AppealRow) -> str:
    if row.outcome:
        return gettext(OUTCOME_TITLES[row.outcome])
    return gettext(APPEAL_TITLES[row.state])


@blueprint.get("/")
@require(policy.LIST_APPEALS)
def show_list() -> str | Response:
    """Show the appeals of the area; no levels."""
    wanted = read_wanted(request.args, sorts=tuple(APPEAL_SORTS), filters=("state", "community"))
    found = list_appeals(actor=g.actor, wanted=wanted, today=clock.today())
    with transaction():
        note_levels_read(
            actor=g.actor,
            rows=len(found.rows),
            is_export=wanted.is_export,
            now=clock.now(),
            of="appeals",
        )
    if wanted.is_export:
        return send_workbook(name=gettext("申诉"), columns=COLUMNS, rows=found.rows)
    return render_template(
        "care_levels/appeals.html",
        slice=found,
        columns=COLUMNS,
        tell_state=_tell_state,
        states=[(state, gettext(title)) for state, title in STATE_FILTERS.items()],
        place_options=[(place.code, place.name) for place in list_communities(actor=g.actor)],
    )


@blueprint.get("/new/<public_id>")
@require(policy.REGISTER_APPEAL)
def ask_new(public_id: str) -> str:
    """Ask who appeals against which level, when and why."""
    return _ask_new(public_id, AppealForm(appealed=clock.today().isoformat()), None)


def _ask_new(public_id: str, form: AppealForm, refusal: Refusal | None) -> str:
    resident = get_resident(actor=g.actor, public_id=public_id)
    levels = list_appealable_levels(resident_id=resident.id)
    return render_template(
        "care_levels/appeal_new.html",
        resident=resident,
        form=form,
        levels=[describe_level(row, find_deadlines()) for row in levels],
        relations=[(one, gettext(title)) for one, title in RELATION_TITLES.items()],
        deadlines=find_deadlines(),
        longest=MAX_LONG_REASON,
        longest_late=MAX_REASON,
        may_see_file=policy.LIST_LEVELS.allows(g.actor),
        refusal=refusal,
    )


@blueprint.post("/new/<public_id>")
@require(policy.REGISTER_APPEAL)
def register(public_id: str) -> tuple[str, int] | Response:
    """Register an appeal, once."""
    form, now = AppealForm.parse(request.form), clock.now()
    try:
        wish = form.demand()
        made = perform_once(
            actor=g.actor,
            route="appeals.register",
            client_key=request.form.get("client_key", ""),
            request={"resident": public_id, "form": repr(form)},
            now=now,
            deed=lambda: {
                "appeal": register_appeal(
                    actor=g.actor,
                    public_id=public_id,
                    wish=wish,
                    deadlines=find_deadlines(),
                    now=now,
                )
            },
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _ask_new(public_id, form, refusal), refusal.status
    flash(gettext("申诉已登记。原等级继续有效，等待另两名评估员复评。"))
    return redirect(url_for("appeals.show", appeal_id=made["appeal"]))


@blueprint.get("/<int:appeal_id>")
@require(policy.LIST_APPEALS)
def show(appeal_id: int) -> str:
    """Show an appeal and what comes next; reading it is an event."""
    public_id = get_appeal(actor=g.actor, appeal_id=appeal_id).resident.public_id
    with transaction():
        note_level_read(
            actor=g.actor, public_id=public_id, what="appeal", number=appeal_id, now=clock.now()
        )
    return _show(appeal_id, None)


def _show(appeal_id: int, refusal: Refusal | None) -> str:
    whole = get_appeal(actor=g.actor, appeal_id=appeal_id)
    appeal = whole.appeal
    is_open = appeal.state in OPEN_STATES
    may_see = policy.LIST_LEVELS.allows(g.actor)
    return render_template(
        "care_levels/appeal.html",
        whole=whole,
        appeal=appeal,
        resident=whole.resident,
        scale=get_scale(scale=whole.level.scale, version=whole.version).name,
        states=APPEAL_TITLES,
        outcomes=OUTCOME_TITLES,
        relations=RELATION_TITLES,
        is_overdue=is_open and appeal.due_date < clock.today(),
        is_open=is_open,
        may_see=may_see,
        before=name_first(whole) if may_see else None,
        after=name_again(whole) if may_see else None,
        candidates=list_candidates(whole=whole) if is_open and may_see else [],
        may=list_rights(whole),
        typed=request.form,
        longest=MAX_LONG_REASON,
        refusal=refusal,
    )


def _tie(appeal_id: int, now: datetime) -> None:
    assessment = request.form.get("assessment", "")[:40]
    assess_appeal(actor=g.actor, appeal_id=appeal_id, assessment=assessment, now=now)


def _decide(appeal_id: int, now: datetime) -> None:
    outcome = read_outcome(request.form)
    reason = read_reason(request.form, most=MAX_LONG_REASON)
    decide_appeal(actor=g.actor, appeal_id=appeal_id, outcome=outcome, reason=reason, now=now)


def _withdraw(appeal_id: int, now: datetime) -> None:
    reason = read_reason(request.form, most=MAX_LONG_REASON)
    withdraw_appeal(actor=g.actor, appeal_id=appeal_id, reason=reason, now=now)


# What is done about an appeal: who may, how, and what is said when it is done.
_DEEDS: dict[str, tuple[Action, Callable[[int, datetime], None], str]] = {
    "assessment": (policy.ASSESS_APPEAL, _tie, N_("已记下复评，等待另一位审核人决定。")),
    "decision": (policy.DECIDE_APPEAL, _decide, N_("已决定。请打印决定书送达申诉人。")),
    "withdrawal": (policy.WITHDRAW_APPEAL, _withdraw, N_("已记下撤回，原等级不变。")),
}


def _open_deed(name: str, action: Action) -> None:
    def do(appeal_id: int) -> tuple[str, int] | Response:
        return _do(appeal_id, name)

    rule = f"/<int:appeal_id>/{name}"
    blueprint.add_url_rule(rule, name, require(action)(do), methods=["POST"])


for _name, (_action, *_) in _DEEDS.items():
    _open_deed(_name, _action)


def _do(appeal_id: int, name: str) -> tuple[str, int] | Response:
    now, (_, deed, said) = clock.now(), _DEEDS[name]

    def act() -> dict[str, Any]:
        deed(appeal_id, now)
        return {}

    sent = {key: value for key, value in request.form.items() if key != "csrf_token"}
    try:
        perform_once(
            actor=g.actor,
            route=f"appeals.{name}",
            client_key=request.form.get("client_key", ""),
            request={"appeal": appeal_id, "sent": sent},
            now=now,
            deed=act,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(appeal_id, refusal), refusal.status
    flash(gettext(said))
    return redirect(url_for("appeals.show", appeal_id=appeal_id))
