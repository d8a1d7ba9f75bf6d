"""
The second assessor: what waits, one signed form whole, and the word that makes it an assessment.

GET  /assessments/waiting                     signed forms that wait for a second assessor
GET  /assessments/waiting/<public_id>         one of them, whole
POST /assessments/waiting/<public_id>         confirm it, signed in as the second assessor
POST .../here                                 confirm it on the first one's phone, by password
POST .../back    .../reopen                   send it back with a reason; take one's own back
"""

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Actor, require
from voucher.accounts.operations.admitting import examine_attempt, readmit_account
from voucher.accounts.queries import describe_actor
from voucher.assessments import policy
from voucher.assessments.forms import Confirmation
from voucher.assessments.models import AssessmentDraft
from voucher.assessments.operations.confirming import confirm_draft
from voucher.assessments.operations.drafting import send_back, take_back
from voucher.assessments.queries.drafts import (
    WAITING_SORTS,
    get_signed_draft,
    open_content,
    select_waiting,
)
from voucher.assessments.rules.answering import DRAFT_LIFE, Answered, judge_content
from voucher.assessments.rules.signing import BACKGROUND_TITLES

# The application takes it from here, with every page it has.
from voucher.assessments.views.bedside import blueprint as blueprint
from voucher.assessments.views.describing import describe_signed, tell_scale
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.listing import Column, read_wanted, take_slice
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.residents.models import Resident
from voucher.schemes.queries import get_instrument

_LONGEST = 200
COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("姓名"), sort="name"),
    Column(N_("社区")),
    Column(N_("量表")),
    Column(N_("评估日期")),
    Column(N_("第一名评估员")),
    Column(N_("签字时间"), sort="signed"),
    Column(N_("状态")),
)


@blueprint.get("/waiting")
@require(policy.CONFIRM_ASSESSMENT)
def list_waiting() -> str:
    """Show which signed forms of the area wait for a second assessor; no answers."""
    wanted = read_wanted(request.args, sorts=tuple(WAITING_SORTS))
    found = take_slice(
        select_waiting(actor=g.actor),
        wanted=wanted,
        sorts=WAITING_SORTS,
        last=AssessmentDraft.id.expression,
    )
    return render_template(
        "assessments/waiting_list.html",
        found=found,
        columns=COLUMNS,
        tell_scale=tell_scale,
        draft_days=DRAFT_LIFE.days,
    )


@blueprint.get("/waiting/<public_id>")
@require(policy.CONFIRM_ASSESSMENT)
def show_waiting(public_id: str) -> str:
    """Show a signed form whole to whom may confirm it; reading it is an event."""
    _, resident = get_signed_draft(actor=g.actor, public_id=public_id)
    with transaction():
        record_event(
            actor=g.actor,
            action="assessments.read_draft",
            subject_kind="resident",
            subject_id=resident.public_id,
            now=clock.now(),
            facts={"draft": public_id},
        )
    return _show(public_id, None)


@blueprint.post("/waiting/<public_id>")
@require(policy.CONFIRM_ASSESSMENT)
def confirm(public_id: str) -> tuple[str, int] | Response:
    """Confirm a form as the second assessor who is signed in."""
    try:
        stated = Confirmation.parse(request.form)
        assessment = _confirm(g.actor, public_id, stated, clock.now())
    except Refusal as refusal:
        return _show(public_id, refusal), refusal.status
    return _tell_confirmed(assessment)


@blueprint.post("/waiting/<public_id>/here")
@require(policy.CONFIRM_ASSESSMENT)
def confirm_here(public_id: str) -> tuple[str, int] | Response:
    """Confirm a form on the first assessor's phone, by the second one's name and password."""
    now = clock.now()
    try:
        stated = Confirmation.parse(request.form)
        second = _know_second(stated, now)
        assessment = _confirm(second, public_id, stated, now)
    except Refusal as refusal:
        return _show(public_id, refusal), refusal.status
    return _tell_confirmed(assessment)


@blueprint.post("/waiting/<public_id>/back")
@require(policy.CONFIRM_ASSESSMENT)
def give_back(public_id: str) -> tuple[str, int] | Response:
    """Send a form back to its first assessor with a reason."""
    reason = request.form.get("reason", "").strip()[:_LONGEST]
    try:
        with transaction():
            draft, resident = get_signed_draft(actor=g.actor, public_id=public_id)
            send_back(actor=g.actor, draft=draft, resident=resident, reason=reason, now=clock.now())
    except Refusal as refusal:
        return _show(public_id, refusal), refusal.status
    flash(gettext("已退回给第一名评估员。"))
    return redirect(url_for("bedside.list_waiting"))


@blueprint.post("/waiting/<public_id>/reopen")
@require(policy.CONFIRM_ASSESSMENT)
def reopen(public_id: str) -> tuple[str, int] | Response:
    """Take one's own signed form back to change it."""
    try:
        with transaction():
            draft, resident = get_signed_draft(actor=g.actor, public_id=public_id)
            take_back(actor=g.actor, draft=draft, resident=resident, now=clock.now())
            again = url_for(
                "bedside.show",
                scheme=draft.scheme,
                version=draft.version,
                public_id=resident.public_id,
            )
    except Refusal as refusal:
        return _show(public_id, refusal), refusal.status
    flash(gettext("已收回，可以修改后重新签字。"))
    return redirect(again)


def _know_second(stated: Confirmation, now: datetime) -> Actor:
    """Give the second assessor by password, counting a miss as the door does."""
    attempt = examine_attempt(name=stated.name, password=stated.password)
    with transaction():
        account = readmit_account(attempt=attempt, code=stated.code, now=now)
        if account is not None and not account.must_change_password:
            second = describe_actor(account, channel="web")
            policy.CONFIRM_ASSESSMENT.demand(second)
            return second
    raise NotAllowed("password_wrong", N_("密码或验证码不正确，或账号暂时锁定，未执行"))


def _confirm(actor: Actor, public_id: str, stated: Confirmation, now: datetime) -> str:
    with transaction():
        draft, resident = get_signed_draft(actor=actor, public_id=public_id)
        return confirm_draft(
            actor=actor,
            draft=draft,
            resident=resident,
            instrument=get_instrument(draft.scheme, draft.version),
            revision=request.form.get("revision", 0, type=int),
            assessor=stated.assessor,
            background=stated.background,
            today=clock.today(),
            now=now,
        )


def _tell_confirmed(assessment: str) -> Response:
    flash(gettext("评估已确认。等级要在定级后由审核人确认才生效。"))
    return redirect(url_for("assessments.show", public_id=assessment))


def _show(public_id: str, refusal: Refusal | None) -> str:
    draft, resident = get_signed_draft(actor=g.actor, public_id=public_id)
    answered = _judge(draft, resident)
    return render_template(
        "assessments/waiting.html",
        draft=draft,
        resident=resident,
        refusal=refusal,
        is_own=draft.account_id == g.actor.account_id,
        typed=request.form,
        titles=BACKGROUND_TITLES,
        **(describe_signed(draft, answered) if answered else {}),
    )


def _judge(draft: AssessmentDraft, resident: Resident) -> Answered | None:
    return judge_content(
        content=open_content(draft),
        instrument=get_instrument(draft.scheme, draft.version),
        born=resident.born_date,
        today=clock.today(),
    ).answered
