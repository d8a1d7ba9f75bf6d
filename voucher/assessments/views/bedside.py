"""
The bedside form: it opens without a network, keeps its answers on the phone, and sends them.

GET  /assessments/bedside/<scheme>/<version>               the form without anybody in it
GET  /assessments/bedside/<scheme>/<version>/<public_id>   the same, for the phone to fill in
GET  /assessments/bedside/worker.js                        what keeps the form on the phone
GET  /assessments/bedside/people/<public_id>/<scheme>      whom it is about, what was kept
POST /assessments/bedside/people/<public_id>/<scheme>      keep the answers so far
POST .../sign    .../drop                                  sign them; give them up

The page holds no personal data, so that a phone may keep it; the rest is JSON and never kept there
but sealed. The second assessor's pages are in `confirming`.
"""

from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from voucher import clock
from voucher.access import ANYONE, require
from voucher.assessments import policy
from voucher.assessments.forms import Sent
from voucher.assessments.models import AssessmentDraft, DraftState
from voucher.assessments.operations.drafting import drop_draft, save_draft, sign_draft
from voucher.assessments.queries.assessments import find_newest_assessment, get_assessment
from voucher.assessments.queries.drafts import find_draft, open_content
from voucher.assessments.rules.answering import judge_content
from voucher.assessments.views.describing import (
    describe_form,
    list_answers_of,
    propose,
    say_faults,
)
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.periods import full_years
from voucher.refusals import N_, BadInput, NotFound
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident
from voucher.schemes.queries import get_instrument

blueprint = Blueprint("bedside", __name__, url_prefix="/assessments")

_WORKER = "assessments/worker.js"
_PERSON = "/bedside/people/<public_id>/<scheme>"


@blueprint.get("/bedside/<scheme>/<int:version>")
@blueprint.get("/bedside/<scheme>/<int:version>/<public_id>")
@require(ANYONE)
def show(scheme: str, version: int, public_id: str = "") -> str:
    """Show the form of an instrument; the phone asks for the person by itself."""
    form = describe_form(get_instrument(scheme, version))
    return render_template("assessments/bedside.html", given={}, errors={}, **form)


@blueprint.get("/bedside/worker.js")
@require(ANYONE)
def send_worker() -> Response:
    """Send the script that answers for these addresses when there is no network."""
    return current_app.send_static_file(_WORKER)


@blueprint.get(_PERSON)
@require(policy.RECORD_ASSESSMENT)
def show_person(public_id: str, scheme: str) -> Response:
    """Tell whom the form is about and what the system holds of it; reading it is an event."""
    resident = get_resident(actor=g.actor, public_id=public_id)
    with transaction():
        record_event(
            actor=g.actor,
            action="assessments.open_bedside",
            subject_kind="resident",
            subject_id=public_id,
            now=clock.now(),
            facts={"instrument": scheme[:60]},
        )
    return jsonify(_describe_person(resident, scheme))


@blueprint.post(_PERSON)
@require(policy.RECORD_ASSESSMENT)
def keep(public_id: str, scheme: str) -> Response:
    """Keep the answers so far, and tell what level would come out."""
    instrument = get_instrument(scheme)
    sent = Sent.parse(request.get_json(silent=True), instrument=instrument)
    with transaction():
        draft = save_draft(
            actor=g.actor,
            resident=get_resident(actor=g.actor, public_id=public_id),
            instrument=instrument,
            content=sent.content,
            revision=sent.revision,
            key=sent.key,
            now=clock.now(),
        )
        revision = draft.revision
    proposal = propose(content=sent.content, instrument=instrument)
    return jsonify(revision=revision, proposal=proposal)


@blueprint.post(f"{_PERSON}/sign")
@require(policy.RECORD_ASSESSMENT)
def sign(public_id: str, scheme: str) -> Response | tuple[Response, int]:
    """Sign the answers as the first assessor, or tell at which fields they cannot be signed."""
    instrument = get_instrument(scheme)
    sent = Sent.parse(request.get_json(silent=True), instrument=instrument)
    resident = get_resident(actor=g.actor, public_id=public_id)
    judged = judge_content(
        content=sent.content, instrument=instrument, born=resident.born_date, today=clock.today()
    )
    if judged.answered is None:
        return jsonify(error="fields", faults=say_faults(judged.faults)), BadInput.status
    with transaction():
        draft = sign_draft(
            actor=g.actor,
            resident=get_resident(actor=g.actor, public_id=public_id),
            instrument=instrument,
            content=sent.content,
            answered=judged.answered,
            revision=sent.revision,
            key=sent.key,
            knows=sent.knows,
            now=clock.now(),
        )
        onward = _lead_on(draft, public_id)
    return jsonify(onward=onward)


@blueprint.post(f"{_PERSON}/drop")
@require(policy.RECORD_ASSESSMENT)
def drop(public_id: str, scheme: str) -> Response:
    """Give up one's own answers, here and in the system."""
    with transaction():
        resident = get_resident(actor=g.actor, public_id=public_id)
        draft = find_draft(actor=g.actor, resident_id=resident.id, scheme=scheme[:60])
        if draft is None:
            raise NotFound("draft_unknown", N_("没有这份草稿"))
        drop_draft(actor=g.actor, draft=draft, resident=resident, now=clock.now())
    return jsonify(dropped=True)


def _lead_on(draft: AssessmentDraft, public_id: str) -> str:
    if draft.state == DraftState.SIGNED:
        return url_for("bedside.show_waiting", public_id=draft.public_id)
    # The answer to the signing was lost, and somebody confirmed it meanwhile.
    return url_for("files.show_resident", public_id=public_id)


def _describe_person(resident: Resident, scheme: str) -> dict[str, Any]:
    today = clock.today()
    draft = find_draft(actor=g.actor, resident_id=resident.id, scheme=scheme)
    newest = find_newest_assessment(resident_id=resident.id, scheme=scheme)
    return {
        "account": g.actor.account_id,
        "account_name": g.actor.name,
        "csrf": generate_csrf(),
        "today": today.isoformat(),
        "name": resident.name,
        "age": full_years(resident.born_date, today),
        "has_left": resident.departed_date is not None,
        "draft": _describe_draft(draft),
        "newest": _describe_newest(newest.public_id) if newest else None,
    }


def _describe_draft(draft: AssessmentDraft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    content = open_content(draft)
    is_signed = draft.state == DraftState.SIGNED
    return {
        "revision": draft.revision,
        "fields": content,
        "sent_back": " ".join(content.pop("sent_back", [])),
        "waiting": url_for("bedside.show_waiting", public_id=draft.public_id) if is_signed else "",
    }


def _describe_newest(public_id: str) -> dict[str, Any]:
    whole = get_assessment(actor=g.actor, public_id=public_id)
    return {
        "id": public_id,
        "day": whole.assessment.assessed_date.isoformat(),
        "fields": list_answers_of(whole),
        "url": url_for("assessments.show", public_id=public_id),
    }
