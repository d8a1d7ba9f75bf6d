"""
Pages of assessments: the list, one assessment, and the form of the items.

GET  /assessments                        what was assessed, and what replaced it
GET  /assessments/<public_id>            the answers, and the level they come to
GET  /assessments/new/<public_id>        POST the same: the form for one resident
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.assessments import policy
from voucher.assessments.forms import AssessmentForm, JudgedForm, judge_form
from voucher.assessments.models import Assessment
from voucher.assessments.operations.importing import record_assessment
from voucher.assessments.queries.assessments import (
    ASSESSMENT_SORTS,
    WholeAssessment,
    get_assessment,
    select_assessments,
)
from voucher.assessments.rules.importing import EVENT_TITLES
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, read_wanted, send_workbook, take_slice
from voucher.refusals import N_, BadInput, Refusal
from voucher.replies import perform_once
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident
from voucher.schemes.queries import GBT, get_instrument
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.scoring import Result, score_points

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")

STANDINGS = {"": N_("有效"), "superseded": N_("已被取代"), "all": N_("全部")}
_WRONG = BadInput("fields", N_("有几处还没有答或需要改正，请看下面标出的各项；已填的都保留着"))
_FILTERS = ("name", "place", "standing")
# Items are named by their number, the other fields by their title.
_TITLES = {
    "assessed": N_("评估日期"),
    "assessor_1": N_("评估员一"),
    "assessor_2": N_("评估员二"),
    "coma": N_("昏迷"),
    **dict.fromkeys((f"event_{kind}" for kind in EVENT_TITLES), N_("意外事件")),
}


def _tell_standing(row: Any) -> str:
    standing = "superseded" if row.Assessment.superseded_by else ""
    return gettext(STANDINGS[standing])


COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("评估日期"), lambda row: row.Assessment.assessed_date, sort="date"),
    Column(N_("姓名"), lambda row: row.Resident.name, sort="name"),
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community),
    Column(N_("评估员"), lambda row: f"{row.Assessment.assessor_1}、{row.Assessment.assessor_2}"),
    Column(N_("状态"), _tell_standing),
)


@blueprint.get("")
@require(policy.FIND_ASSESSMENTS)
def show_list() -> str | Response:
    """Show who was assessed when and by whom; no answers."""
    wanted = read_wanted(request.args, sorts=tuple(ASSESSMENT_SORTS), filters=_FILTERS)
    if not wanted.sort:
        wanted = replace(wanted, sort="date", is_descending=True)
    if wanted.is_export:
        _record("assessments.export", "assessments", "list")
    query = select_assessments(
        actor=g.actor,
        name=wanted["name"],
        place=wanted["place"],
        standing=wanted["standing"] or "valid",
    )
    found = take_slice(query, wanted=wanted, sorts=ASSESSMENT_SORTS, last=Assessment.id.expression)
    if wanted.is_export:
        return send_workbook(name=gettext("评估"), columns=COLUMNS, rows=found.rows)
    return render_template(
        "assessments/list.html",
        found=found,
        columns=COLUMNS,
        standings=STANDINGS,
        tell_standing=_tell_standing,
        places=[(place.code, place.name) for place in list_communities(actor=g.actor)],
        may_assess=policy.RECORD_ASSESSMENT.allows(g.actor),
    )


@blueprint.get("/<public_id>")
@require(policy.FIND_ASSESSMENTS)
def show(public_id: str) -> str:
    """Show an assessment and the level it comes to; reading it is an event."""
    resident = get_assessment(actor=g.actor, public_id=public_id).resident.public_id
    _record("assessments.read", "resident", resident, {"assessment": public_id})
    whole = get_assessment(actor=g.actor, public_id=public_id)
    instrument = get_instrument(whole.scheme, whole.version)
    return render_template(
        "assessments/show.html",
        whole=whole,
        one=whole.assessment,
        resident=whole.resident,
        instrument=instrument,
        result=_score(whole, instrument),
        chosen=_list_chosen(whole, instrument),
        levels={level.id: level.name for level in instrument.levels},
    )


@blueprint.get("/new/<public_id>")
@require(policy.RECORD_ASSESSMENT)
def ask_new(public_id: str) -> str:
    """Show the empty form for a resident; nothing is chosen before somebody chooses it."""
    resident = get_resident(actor=g.actor, public_id=public_id)
    form = AssessmentForm(assessed=clock.today().isoformat())
    return _show_form(resident, form, JudgedForm(), None)


@blueprint.post("/new/<public_id>")
@require(policy.RECORD_ASSESSMENT)
def assess(public_id: str) -> tuple[str, int] | Response:
    """Keep the answers, or show the form again with every item that is missing."""
    instrument = get_instrument(GBT)
    form = AssessmentForm.parse(request.form, instrument=instrument)
    resident = get_resident(actor=g.actor, public_id=public_id)
    judged = judge_form(
        form=form, instrument=instrument, born=resident.born_date, today=clock.today()
    )
    try:
        made = _record_once(public_id, instrument, judged)
    except Refusal as refusal:
        resident = get_resident(actor=g.actor, public_id=public_id)
        return _show_form(resident, form, judged, refusal), refusal.status
    flash(gettext("评估已保存。等级要在定级后由审核人确认才生效。"))
    return redirect(url_for("assessments.show", public_id=made["assessment"]))


def _record_once(public_id: str, instrument: Instrument, judged: JudgedForm) -> dict[str, Any]:
    if judged.row is None:
        raise _WRONG
    row, now = judged.row, clock.now()

    def deed() -> dict[str, Any]:
        resident = get_resident(actor=g.actor, public_id=public_id)
        made = record_assessment(
            actor=g.actor, resident=resident, instrument=instrument, row=row, now=now
        )
        return {"assessment": made}

    return perform_once(
        actor=g.actor,
        route="assessments.assess",
        client_key=request.form.get("client_key", ""),
        # Only a digest of it is kept.
        request={"resident": public_id, "answers": list(row)},
        now=now,
        deed=deed,
    )


def _record(action: str, kind: str, subject: str, facts: dict[str, Any] | None = None) -> None:
    with transaction():
        record_event(
            actor=g.actor,
            action=action,
            subject_kind=kind,
            subject_id=subject,
            now=clock.now(),
            facts=facts,
        )


def _show_form(
    resident: Resident, form: AssessmentForm, judged: JudgedForm, refusal: Refusal | None
) -> str:
    return render_template(
        "assessments/new.html",
        resident=resident,
        form=form,
        errors={at: gettext(f.sentence) % f.facts for at, f in judged.faults.items()},
        refusal=refusal,
        titles=_TITLES,
        instrument=get_instrument(GBT),
    )


def _score(whole: WholeAssessment, instrument: Instrument) -> Result:
    return score_points(
        instrument=instrument,
        points=tuple(whole.assessment.points[item.id] for item in instrument.items),
        diagnoses=whole.diagnoses,
        event_count=sum(whole.assessment.events.values()),
        coma=whole.assessment.coma,
    )


def _list_chosen(whole: WholeAssessment, instrument: Instrument) -> dict[str, list[Any]]:
    """Give, by item, the texts its points stand for: two options may give equal points."""
    points = whole.assessment.points
    return {
        item.id: [option.name for option in item.options if option.points == points[item.id]]
        for item in instrument.items
    }
