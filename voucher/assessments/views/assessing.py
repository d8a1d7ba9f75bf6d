"""
Pages of assessments: the list, one assessment, and the plain form of the items.

GET  /assessments                        what was assessed, and what replaced it
GET  /assessments/<public_id>            the answers, and the level they come to
GET  /assessments/new/<public_id>        POST the same: the form for one resident, ?instrument=

A browser that runs scripts goes on from the plain form to the bedside form, which keeps answers.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.assessments import policy
from voucher.assessments.forms import read_form, read_key
from voucher.assessments.models import Assessment
from voucher.assessments.operations.drafting import sign_draft
from voucher.assessments.queries.assessments import (
    ASSESSMENT_SORTS,
    find_newest_assessment,
    get_assessment,
    select_assessments,
)
from voucher.assessments.queries.drafts import count_waiting_confirmations, find_revision
from voucher.assessments.rules.answering import Content, JudgedForm, judge_content, list_fields
from voucher.assessments.views.describing import (
    describe_assessment,
    describe_form,
    say_faults,
    tell_scale,
)
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, read_wanted, send_workbook, take_slice
from voucher.refusals import N_, BadInput, Refusal
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident
from voucher.schemes.queries import GBT, get_instrument
from voucher.schemes.rules.instruments import Instrument
from voucher.workbooks.faults import Fault

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")

STANDINGS = {"": N_("有效"), "superseded": N_("已被取代"), "all": N_("全部")}
_WRONG = BadInput("fields", N_("有几处还没有答或需要改正，请看下面标出的各项；已填的都保留着"))
_FILTERS = ("name", "place", "standing")


def _tell_standing(row: Any) -> str:
    standing = "superseded" if row.Assessment.superseded_by else ""
    return gettext(STANDINGS[standing])


COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("评估日期"), lambda row: row.Assessment.assessed_date, sort="date"),
    Column(N_("姓名"), lambda row: row.Resident.name, sort="name"),
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community),
    Column(N_("量表"), lambda row: tell_scale(row.scheme, row.version)),
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
        tell_scale=tell_scale,
        places=[(place.code, place.name) for place in list_communities(actor=g.actor)],
        may_assess=policy.RECORD_ASSESSMENT.allows(g.actor),
        waiting=count_waiting_confirmations(actor=g.actor),
    )


@blueprint.get("/<public_id>")
@require(policy.FIND_ASSESSMENTS)
def show(public_id: str) -> str:
    """Show an assessment and the level it comes to; reading it is an event."""
    resident = get_assessment(actor=g.actor, public_id=public_id).resident.public_id
    _record("assessments.read", "resident", resident, {"assessment": public_id})
    whole = get_assessment(actor=g.actor, public_id=public_id)
    return render_template(
        "assessments/show.html",
        whole=whole,
        one=whole.assessment,
        resident=whole.resident,
        **describe_assessment(whole),
    )


@blueprint.get("/new/<public_id>")
@require(policy.RECORD_ASSESSMENT)
def ask_new(public_id: str) -> str:
    """Show the empty form for a resident; nothing is chosen before somebody chooses it."""
    resident = get_resident(actor=g.actor, public_id=public_id)
    instrument = get_instrument(request.args.get("instrument", GBT)[:60], clock.today())
    content = {"assessed": [clock.today().isoformat()], "assessor_1": [g.actor.name]}
    return _show_form(resident, instrument, content, {}, None)


@blueprint.post("/new/<public_id>")
@require(policy.RECORD_ASSESSMENT)
def assess(public_id: str) -> tuple[str, int] | Response:
    """Sign the answers, or show the form again with every item that is missing."""
    instrument = get_instrument(request.args.get("instrument", GBT)[:60], clock.today())
    content = read_form(request.form, names=list_fields(instrument))
    resident = get_resident(actor=g.actor, public_id=public_id)
    judged = judge_content(
        content=content, instrument=instrument, born=resident.born_date, today=clock.today()
    )
    try:
        draft = _sign(public_id, instrument, content, judged)
    except Refusal as refusal:
        resident = get_resident(actor=g.actor, public_id=public_id)
        page = _show_form(resident, instrument, content, judged.faults, refusal)
        return page, refusal.status
    flash(gettext("已签字。还要另一名评估员确认，才算一次评估。"))
    return redirect(url_for("bedside.show_waiting", public_id=draft))


def _sign(public_id: str, instrument: Instrument, content: Content, judged: JudgedForm) -> str:
    if judged.answered is None:
        raise _WRONG
    with transaction():
        resident = get_resident(actor=g.actor, public_id=public_id)
        draft = sign_draft(
            actor=g.actor,
            resident=resident,
            instrument=instrument,
            content=content,
            answered=judged.answered,
            revision=find_revision(actor=g.actor, resident=resident, instrument=instrument),
            key=read_key(request.form.get("client_key", "")),
            knows=request.form.get("knows", ""),
            now=clock.now(),
        )
        return draft.public_id


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
    resident: Resident,
    instrument: Instrument,
    content: Content,
    faults: Mapping[str, Fault],
    refusal: Refusal | None,
) -> str:
    newest = find_newest_assessment(resident_id=resident.id, scheme=instrument.id)
    return render_template(
        "assessments/new.html",
        resident=resident,
        given=content,
        errors=say_faults(faults),
        refusal=refusal,
        newest=newest,
        **describe_form(instrument),
    )
