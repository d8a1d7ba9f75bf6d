"""
Pages of draws: which share of the assessments is made again, and how far that is.

GET  /rechecks/          the draws, and their progress
GET  /rechecks/new       from what, and how much of it
POST /rechecks/new       draw
GET  /rechecks/<draw>    what was drawn; results only for approver and auditor; `?format=xlsx`
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, read_wanted, send_workbook, take_slice
from voucher.pages import select_language
from voucher.rechecks import policy
from voucher.rechecks.forms import DrawForm
from voucher.rechecks.models import Recheck, RecheckDraw
from voucher.rechecks.operations import draw_rechecks
from voucher.rechecks.queries import (
    DRAW_SORTS,
    MEMBER_SORTS,
    get_draw,
    list_assessed_schemes,
    select_draws,
    select_members,
)
from voucher.rechecks.rules.drawing import OUTCOME_TITLES, Outcome
from voucher.refusals import N_, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_instrument, get_level

blueprint = Blueprint("rechecks", __name__, url_prefix="/rechecks")


def name_scheme(scheme: str) -> str:
    """Give the name of an instrument in the reader's language."""
    return get_instrument(scheme, clock.today()).name.say(select_language())


def _name_level(row: Any, level: str | None) -> str:
    if level is None:
        return ""
    found = get_level(scale=row.scheme, version=row.version, level=level)
    return found.name.say(select_language())


def tell_outcome(row: Any) -> str:
    """Say what became of a drawn assessment."""
    recheck = row.Recheck
    if recheck.recorded_at is None:
        return gettext(OUTCOME_TITLES[Outcome.OPEN])
    is_same = recheck.level == recheck.first_level
    return gettext(OUTCOME_TITLES[Outcome.SAME if is_same else Outcome.DIFFERS])


def tell_progress(row: Any) -> str:
    """Say whether a drawn assessment was made again, and nothing of what came out."""
    return gettext("已复评") if row.Recheck.recorded_at else gettext(OUTCOME_TITLES[Outcome.OPEN])


DRAW_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("抽查"), lambda row: row.RecheckDraw.id, sort="number"),
    Column(N_("抽中"), lambda row: row.members, is_number=True),
    Column(N_("已复评"), lambda row: int(row.done), is_number=True),
    Column(N_("评估日期"), lambda row: _tell_period(row.RecheckDraw), sort="period"),
    Column(N_("范围"), lambda row: row.place or gettext("抽查人的全部辖区")),
    Column(N_("量表"), lambda row: name_scheme(row.RecheckDraw.scheme)),
    Column(N_("抽取人"), lambda row: row.drawer),
)
# How many differ tells something of the results.
DRAW_RESULT_COLUMNS = (
    *DRAW_COLUMNS,
    Column(N_("不一致"), lambda row: int(row.differing), is_number=True),
)
_PLACE: tuple[Column[Any], ...] = (
    Column(N_("老人"), lambda row: row.Resident.name, sort="name"),
    Column(N_("社区"), lambda row: f"{row.street} {row.community}", sort="community"),
)
# Who goes there needs the address.
WORK_COLUMNS = (
    *_PLACE,
    Column(N_("住址"), lambda row: row.Resident.address),
    Column(N_("状态"), tell_progress),
)
RESULT_COLUMNS: tuple[Column[Any], ...] = (
    *_PLACE,
    Column(N_("首评日期"), lambda row: row.Assessment.assessed_date, sort="date"),
    Column(
        N_("首评评估员"),
        lambda row: f"{row.Recheck.first_assessor_1}、{row.Recheck.first_assessor_2}",
    ),
    Column(N_("首评等级"), lambda row: _name_level(row, row.Recheck.first_level)),
    Column(N_("复评日期"), lambda row: row.Recheck.assessed_date),
    Column(
        N_("复评评估员"),
        lambda row: "、".join(filter(None, (row.Recheck.assessor_1, row.Recheck.assessor_2))),
    ),
    Column(N_("复评等级"), lambda row: _name_level(row, row.Recheck.level)),
    Column(N_("结果"), tell_outcome),
)
# On the page what to do stands beside the name: in sight on a phone.
SHOWN_WORK_COLUMNS: tuple[Column[Any], ...] = (
    WORK_COLUMNS[0],
    Column(N_("办理")),
    *WORK_COLUMNS[1:],
)
# On the page the two assessments stand side by side, each with its day, pair and level.
SHOWN_RESULT_COLUMNS: tuple[Column[Any], ...] = (
    _PLACE[0],
    Column(N_("结果")),
    Column(N_("首评"), sort="date"),
    Column(N_("复评")),
    _PLACE[1],
)


def _tell_period(draw: RecheckDraw) -> str:
    last = draw.period_to.toordinal() - 1
    return f"{draw.period_from} – {draw.period_to.fromordinal(last)}"


@blueprint.get("/")
@require(policy.LIST_RECHECKS)
def show_list() -> str | Response:
    """Show the draws that concern the area."""
    wanted = read_wanted(request.args, sorts=tuple(DRAW_SORTS))
    found = take_slice(
        select_draws(actor=g.actor),
        wanted=wanted,
        sorts=DRAW_SORTS,
        last=RecheckDraw.__table__.c.id.desc(),
    )
    sees = policy.SEE_RESULTS.allows(g.actor)
    columns = DRAW_RESULT_COLUMNS if sees else DRAW_COLUMNS
    if wanted.is_export:
        return send_workbook(name=gettext("抽查复评"), columns=columns, rows=found.rows)
    return render_template(
        "rechecks/list.html",
        found=found,
        columns=columns,
        may_draw=policy.DRAW_RECHECKS.allows(g.actor),
        may_see=policy.SEE_AGREEMENT.allows(g.actor),
    )


@blueprint.get("/new")
@require(policy.DRAW_RECHECKS)
def ask_draw() -> str:
    """Ask from what is drawn, and how much of it."""
    today = clock.today()
    form = DrawForm(from_day=f"{today:%Y-%m}-01", to_day=today.isoformat(), percent="5")
    return _show_form(form, None)


def _show_form(form: DrawForm, refusal: Refusal | None) -> str:
    places: dict[str, str] = {}
    for place in list_communities(actor=g.actor):
        places.setdefault(place.code[:9], place.street)
        places[place.code] = f"{place.street} · {place.name}"
    return render_template(
        "rechecks/new.html",
        form=form,
        refusal=refusal,
        scheme_options=[(one, name_scheme(one)) for one in list_assessed_schemes(actor=g.actor)],
        place_options=[("", gettext("全部")), *places.items()],
    )


@blueprint.post("/new")
@require(policy.DRAW_RECHECKS)
def draw() -> tuple[str, int] | Response:
    """Draw, once."""
    form, now = DrawForm.parse(request.form), clock.now()
    try:
        wanted, percent = form.demand()
        done = perform_once(
            actor=g.actor,
            route="rechecks.draw",
            client_key=form.client_key,
            request={"wanted": str(wanted), "percent": percent},
            now=now,
            deed=lambda: {
                "draw": draw_rechecks(actor=g.actor, wanted=wanted, percent=percent, now=now)
            },
        )
    except Refusal as refusal:
        return _show_form(form, refusal), refusal.status
    flash(gettext("已抽取。下面每一位都由没有参加首评的两名评估员再评一次。"))
    return redirect(url_for("rechecks.show", draw_id=done["draw"]))


@blueprint.get("/<int:draw_id>")
@require(policy.LIST_RECHECKS)
def show(draw_id: int) -> str | Response:
    """Show what was drawn; what came out of it only to who may know both results."""
    sees = policy.SEE_RESULTS.allows(g.actor)
    wanted = read_wanted(request.args, sorts=tuple(MEMBER_SORTS), filters=("outcome",))
    if not sees:
        # An assessor who filters by result would learn it.
        wanted = replace(wanted, filters={}, sort="" if wanted.sort == "date" else wanted.sort)
    columns = RESULT_COLUMNS if sees else WORK_COLUMNS
    get_draw(actor=g.actor, draw_id=draw_id)
    query = select_members(
        actor=g.actor, draw_id=draw_id, outcome=wanted.filters.get("outcome", "")
    )
    with transaction():
        record_event(
            actor=g.actor,
            action="rechecks.read" if sees else "rechecks.read_names",
            subject_kind="draw",
            subject_id=draw_id,
            now=clock.now(),
            facts={"export": wanted.is_export},
        )
    found = take_slice(query, wanted=wanted, sorts=MEMBER_SORTS, last=Recheck.__table__.c.id)
    if wanted.is_export:
        return send_workbook(name=gettext("抽查复评"), columns=columns, rows=found.rows)
    return render_template(
        "rechecks/show.html",
        draw=get_draw(actor=g.actor, draw_id=draw_id),
        found=found,
        columns=SHOWN_RESULT_COLUMNS if sees else SHOWN_WORK_COLUMNS,
        cells=WORK_COLUMNS[1:],
        sees=sees,
        outcomes=OUTCOME_TITLES,
        tell_period=_tell_period,
        scheme_name=name_scheme,
        level_name=_name_level,
        tell_outcome=tell_outcome,
        may_record=policy.RECORD_RECHECK.allows(g.actor),
    )
