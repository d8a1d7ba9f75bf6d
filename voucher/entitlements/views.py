"""
Pages of care levels: what is proposed, and its confirmation.

GET  /levels/                  what is proposed, by scale and level; `?format=xlsx` as a workbook
GET  /levels/grade             what grading does, and the programme to choose
POST /levels/grade             grade everybody of the area
GET  /levels/<scale>/confirm   what confirming will do and what it may cost; `?level_id=` of some
POST /levels/<scale>/confirm   confirm what that page showed
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.care_levels import policy
from voucher.care_levels.forms import Grading, read_level_ids, read_seen_at
from voucher.care_levels.operations.confirming import Choice, confirm_levels
from voucher.care_levels.operations.grading import grade_residents
from voucher.care_levels.operations.recording import note_levels_read
from voucher.care_levels.queries.proposals import (
    PROPOSAL_SORTS,
    Proposal,
    count_proposals,
    count_rejected,
    list_proposals,
)
from voucher.care_levels.views.levels import blueprint as blueprint
from voucher.care_levels.views.levels import say_reason
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.entitlements.queries import forecast_cost, preview_confirmation
from voucher.listing import Column, read_wanted, send_workbook
from voucher.pages import select_language
from voucher.periods import local_date
from voucher.refusals import N_, BadInput, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_programme, get_scheme, list_programmes

FILTERS = ("scale", "level", "community")
COLUMNS: tuple[Column[Proposal], ...] = (
    Column(N_("老人"), lambda row: row.name, sort="name"),
    Column(N_("社区"), lambda row: row.community, sort="community"),
    Column(N_("量表"), lambda row: row.scale_name.say(select_language())),
    Column(N_("原等级"), lambda row: row.before.say(select_language()) if row.before else ""),
    Column(N_("拟定等级"), lambda row: row.after.say(select_language()), sort="level"),
    Column(N_("自"), lambda row: row.from_date, sort="from"),
    Column(N_("理由"), lambda row: "；".join(map(say_reason, row.reasons))),
    Column(N_("评定人"), lambda row: row.graded_by),
)
# On the page the levels before and after share a place, and the scale is named where it is open.
SHOWN_COLUMNS: tuple[Column[Proposal], ...] = (
    Column(N_("老人"), sort="name"),
    Column(N_("拟定等级"), sort="level"),
    Column(N_("理由")),
    Column(N_("自"), sort="from"),
    Column(N_("社区"), sort="community"),
    Column(N_("评定人")),
)


@blueprint.get("/")
@require(policy.LIST_LEVELS)
def show_list() -> str | Response:
    """Show what is proposed, with the reasons in words."""
    wanted = read_wanted(request.args, sorts=tuple(PROPOSAL_SORTS), filters=FILTERS)
    found = list_proposals(actor=g.actor, wanted=wanted)
    counts = count_proposals(actor=g.actor)
    communities = list_communities(actor=g.actor)
    with transaction():
        note_levels_read(
            actor=g.actor, rows=len(found.rows), is_export=wanted.is_export, now=clock.now()
        )
    if wanted.is_export:
        return send_workbook(name=gettext("拟定等级"), columns=COLUMNS, rows=found.rows)
    today = clock.today()
    scales = {scale: (get_scheme(scale, today), levels) for scale, levels in counts.items()}
    return render_template(
        "entitlements/show_list.html",
        slice=found,
        columns=_add_deeds(can_choose=False),
        chosen_columns=_add_deeds(can_choose=True),
        scales=scales,
        scale_options=[
            (scale, scheme.name.say(select_language())) for scale, (scheme, _) in scales.items()
        ],
        place_options=[(place.code, place.name) for place in communities],
        may_grade=policy.GRADE.allows(g.actor),
        may_confirm=policy.CONFIRM.allows(g.actor),
        may_reject=policy.REJECT.allows(g.actor),
        rejected=count_rejected(actor=g.actor),
    )


def _add_deeds(*, can_choose: bool) -> tuple[Column[Proposal], ...]:
    """Give the columns with what this reader can do to a row before and after them."""
    choice: Column[Proposal] = Column(N_("选择"))
    deed: Column[Proposal] = Column(N_("处理"))
    shown = (choice, *SHOWN_COLUMNS) if can_choose else SHOWN_COLUMNS
    return (*shown, deed) if policy.REJECT.allows(g.actor) else shown


@blueprint.get("/grade")
@require(policy.GRADE)
def ask_grade() -> str:
    """Say what grading does, and ask for the programme."""
    return _ask_grade(Grading("", clock.today().isoformat(), ""), None)


def _ask_grade(form: Grading, refusal: Refusal | None) -> str:
    return render_template(
        "entitlements/ask_grade.html",
        form=form,
        refusal=refusal,
        programme_options=[
            (one.id, one.name.say(select_language())) for one in list_programmes(on=clock.today())
        ],
    )


@blueprint.post("/grade")
@require(policy.GRADE)
def grade() -> tuple[str, int] | Response:
    """Grade everybody of the area, and say what came out."""
    form, now = Grading.parse(request.form), clock.now()
    try:
        on = form.on
        programme = get_programme(form.programme, on)
        done = perform_once(
            actor=g.actor,
            route="levels.grade",
            client_key=form.client_key,
            request={"programme": form.programme, "on": form.on_day},
            now=now,
            deed=lambda: asdict(
                grade_residents(actor=g.actor, programme=programme, on=on, now=now)
            ),
        )
    except Refusal as refusal:
        return _ask_grade(form, refusal), refusal.status
    names = {level.id: level.name.say(select_language()) for level in programme.levels}
    counted = [f"{names[level]} {count}" for level, count in done["levels"].items() if count]
    flash(
        gettext(
            "已评定 %(graded)s 人，新拟定 %(proposed)s 项；%(ungraded)s 人未能评定。",
            **{name: done[name] for name in ("graded", "proposed", "ungraded")},
        )
    )
    if counted:
        flash(" · ".join(counted))
    return redirect(url_for("levels.show_list", scale=programme.scale))


@blueprint.get("/<scale>/confirm")
@require(policy.CONFIRM)
def ask_confirm(scale: str) -> tuple[str, int]:
    """Say what confirming will do and what it may cost a month."""
    try:
        return _ask_confirm(scale, read_level_ids(request.args), None), 200
    except BadInput as refusal:
        return _ask_confirm(scale, None, refusal), refusal.status


def _ask_confirm(scale: str, level_ids: tuple[int, ...] | None, refusal: Refusal | None) -> str:
    now = clock.now()
    on = local_date(now)
    scheme = get_scheme(scale, on)
    preview = preview_confirmation(actor=g.actor, scale=scale, on=on, level_ids=level_ids)
    return render_template(
        "entitlements/ask_confirm.html",
        scheme=scheme,
        preview=preview,
        level_ids=level_ids or (),
        seen_at=now.isoformat(),
        forecasts=_forecast(scale, on, preview.proposed) if preview.proposed else [],
        refusal=refusal,
    )


def _forecast(scale: str, on: date, proposed: Any) -> list[Any]:
    return [
        (programme, forecast_cost(actor=g.actor, programme=programme, on=on, proposed=proposed))
        for programme in list_programmes(on=on)
        if programme.scale == scale
    ]


@blueprint.post("/<scale>/confirm")
@require(policy.CONFIRM)
def confirm(scale: str) -> tuple[str, int] | Response:
    """Put in force what the page before showed."""
    now = clock.now()
    try:
        level_ids, seen_at = read_level_ids(request.form), read_seen_at(request.form)
        choice = Choice(graded_until=seen_at, level_ids=level_ids)
        done = perform_once(
            actor=g.actor,
            route="levels.confirm",
            client_key=request.form.get("client_key", ""),
            request={"scale": scale, "levels": level_ids, "seen_at": seen_at},
            now=now,
            deed=lambda: {
                "confirmed": confirm_levels(
                    actor=g.actor, scale=scale, on=local_date(now), now=now, choice=choice
                )
            },
        )
    except Refusal as refusal:
        return _ask_confirm(scale, None, refusal), refusal.status
    flash(gettext("已确认 %(confirmed)s 人的等级。", confirmed=done["confirmed"]))
    return redirect(url_for("levels.show_list"))
