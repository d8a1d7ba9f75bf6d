"""
Pages of stays in hospital: who is there, and what becomes of the paper.

GET  /stays/                         the list; `?format=xlsx` as a workbook
GET  /stays/new/<public_id>          from when, until when, and what to do with the paper
POST /stays/new/<public_id>/preview  what recording it will do; nothing is written
POST /stays/new/<public_id>          record it, once
GET  /stays/<stay>                   one stay, and the paper of its person
POST /stays/<stay>/end               somebody went home
POST /stays/<stay>/withdraw          it was wrong
POST /stays/<stay>/release           let the held paper be used again
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.cases.forms import Decision
from voucher.db import transaction
from voucher.listing import Column, read_wanted, send_workbook, take_slice
from voucher.refusals import N_, BadInput, NotFound, Refusal
from voucher.replies import perform_once
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident
from voucher.stays import policy
from voucher.stays.forms import StayForm
from voucher.stays.models import Stay
from voucher.stays.operations import end_stay, withdraw_stay
from voucher.stays.queries import STAY_SORTS, get_stay, select_stays
from voucher.stays.rules import (
    EFFECT_SENTENCES,
    EFFECT_TITLES,
    STANDING_TITLES,
    JudgedStay,
    Standing,
    judge_stay,
    tell_standing,
)
from voucher.vouchers.operations.staying import admit_resident, release_after_stay
from voucher.vouchers.policy import RELEASE_AFTER_STAY
from voucher.vouchers.queries.paper import find_held_away, list_paper_out, waits_for_release

blueprint = Blueprint("stays", __name__, url_prefix="/stays")

_WRONG = BadInput("fields", N_("有几处需要改正，请看各栏下面的说明"))
_FILTERS = ("name", "standing")
TO_RELEASE = "to_release"


def _tell(row: Any) -> str:
    standing = tell_standing(
        from_date=row.Stay.from_date,
        to_date=row.Stay.to_date,
        is_withdrawn=row.Stay.withdrawn_at is not None,
        on=clock.today(),
    )
    return gettext(STANDING_TITLES[standing])


COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("老人"), lambda row: row.Resident.name, sort="name"),
    Column(N_("社区"), lambda row: f"{row.street} {row.community}"),
    Column(N_("入院"), lambda row: row.Stay.from_date, sort="from"),
    Column(N_("出院"), lambda row: row.Stay.to_date, sort="to"),
    Column(N_("状态"), _tell),
    Column(N_("券"), lambda row: gettext(EFFECT_TITLES[row.Stay.effect])),
)


@blueprint.get("/")
@require(policy.LIST_STAYS)
def show_list() -> str | Response:
    """Show who of the area is in hospital, or was."""
    wanted = read_wanted(request.args, sorts=tuple(STAY_SORTS), filters=_FILTERS)
    standing = wanted["standing"] or Standing.LASTING
    query = select_stays(
        actor=g.actor,
        name=wanted["name"],
        standing=standing if standing in set(Standing) else "all",
        on=clock.today(),
    )
    if standing == TO_RELEASE:
        query = query.where(waits_for_release(clock.today()))
    _record("stays.list", "stays", standing[:20], export=wanted.is_export)
    found = take_slice(query, wanted=wanted, sorts=STAY_SORTS, last=Stay.__table__.c.id.desc())
    if wanted.is_export:
        return send_workbook(name=gettext("住院"), columns=COLUMNS, rows=found.rows)
    held = find_held_away(resident_ids=[row.Stay.resident_id for row in found.rows])
    return render_template(
        "vouchers/stays.html",
        found=found,
        columns=(*COLUMNS, Column(N_("暂停的券"), is_number=True)),
        held=held,
        standings={**STANDING_TITLES, TO_RELEASE: N_("券待恢复"), "all": N_("全部")},
        titles=EFFECT_TITLES,
        tell=_tell,
    )


def _record(action: str, kind: str, subject: str, **facts: Any) -> None:
    with transaction():
        record_event(
            actor=g.actor,
            action=action,
            subject_kind=kind,
            subject_id=subject,
            now=clock.now(),
            facts=facts,
        )


@blueprint.get("/new/<public_id>")
@require(policy.RECORD_STAY)
def ask_new(public_id: str) -> str:
    """Ask from when somebody is in hospital, and what to do with the paper."""
    resident = get_resident(actor=g.actor, public_id=public_id)
    return _show_form(resident, StayForm(from_day=clock.today().isoformat()), None, None)


@blueprint.post("/new/<public_id>/preview")
@require(policy.RECORD_STAY)
def preview(public_id: str) -> str | tuple[str, int]:
    """Show what recording the stay will do, before anything is written."""
    form = StayForm.parse(request.form)
    resident = get_resident(actor=g.actor, public_id=public_id)
    judged = _judge(form, resident)
    if judged.stay is None:
        return _show_form(resident, form, judged, _WRONG), _WRONG.status
    return render_template(
        "vouchers/stay_preview.html",
        resident=resident,
        form=form,
        stay=judged.stay,
        title=EFFECT_TITLES[judged.stay.effect],
        sentence=EFFECT_SENTENCES[judged.stay.effect],
        papers=list_paper_out(actor=g.actor, resident_ids=[resident.id]),
    )


def _judge(form: StayForm, resident: Resident) -> JudgedStay:
    return judge_stay(
        from_text=form.from_day,
        to_text=form.to_day,
        hospital=form.hospital,
        effect=form.effect,
        born=resident.born_date,
        today=clock.today(),
    )


def _show_form(
    resident: Resident, form: StayForm, judged: JudgedStay | None, refusal: Refusal | None
) -> str:
    faults = judged.faults if judged else {}
    return render_template(
        "vouchers/stay_new.html",
        resident=resident,
        form=form,
        errors={at: gettext(fault.sentence) % fault.facts for at, fault in faults.items()},
        refusal=refusal,
        titles=EFFECT_TITLES,
        sentences=EFFECT_SENTENCES,
    )


@blueprint.post("/new/<public_id>")
@require(policy.RECORD_STAY)
def record(public_id: str) -> tuple[str, int] | Response:
    """Record the stay, and hold the paper if that was chosen, once."""
    form = StayForm.parse(request.form)
    resident = get_resident(actor=g.actor, public_id=public_id)
    judged = _judge(form, resident)
    try:
        done = _record_once(public_id, judged, form)
    except Refusal as refusal:
        resident = get_resident(actor=g.actor, public_id=public_id)
        return _show_form(resident, form, judged, refusal), refusal.status
    flash(gettext("已登记住院，暂停 %(held)s 张券。", held=done["held"]))
    return redirect(url_for("stays.show", stay=done["stay"]))


def _record_once(public_id: str, judged: JudgedStay, form: StayForm) -> dict[str, Any]:
    if (new := judged.stay) is None:
        raise _WRONG
    now = clock.now()

    def deed() -> dict[str, Any]:
        done = admit_resident(actor=g.actor, public_id=public_id, stay=new, now=now)
        return {"stay": done.stay, "held": done.held}

    return perform_once(
        actor=g.actor,
        route="stays.record",
        client_key=form.client_key,
        # Only a digest of it is kept.
        request={"resident": public_id, "from": new.from_date, "to": new.to_date, "form": str(new)},
        now=now,
        deed=deed,
    )


@blueprint.get("/<stay>")
@require(policy.LIST_STAYS)
def show(stay: str) -> str:
    """Show one stay and the paper of its person; reading it is an event."""
    return _show(stay, Decision(), None)


def _show(stay: str, form: Decision, refusal: Refusal | None) -> str:
    resident = get_stay(actor=g.actor, public_id=stay).resident.public_id
    _record("stays.read", "resident", resident, stay=stay)
    whole, today = get_stay(actor=g.actor, public_id=stay), clock.today()
    standing = whole.stands(today)
    papers = list_paper_out(actor=g.actor, resident_ids=[whole.resident.id])
    held = find_held_away(resident_ids=[whole.resident.id]).get(whole.resident.id, 0)
    return render_template(
        "vouchers/stay.html",
        whole=whole,
        standing=standing,
        standing_title=STANDING_TITLES[standing],
        title=EFFECT_TITLES[whole.stay.effect],
        sentence=EFFECT_SENTENCES[whole.stay.effect],
        papers=papers,
        held=held,
        form=form,
        ended=request.form.get("ended", today.isoformat())[:40],
        refusal=refusal,
        may_record=policy.RECORD_STAY.allows(g.actor),
        may_release=RELEASE_AFTER_STAY.allows(g.actor),
    )


@blueprint.post("/<stay>/end")
@require(policy.RECORD_STAY)
def end(stay: str) -> tuple[str, int] | Response:
    """Write the day on which somebody went home."""
    today, now, ended = clock.today(), clock.now(), request.form.get("ended", "")[:40]

    def deed() -> dict[str, Any]:
        end_stay(actor=g.actor, public_id=stay, ended_text=ended, today=today, now=now)
        return {}

    return _perform(stay, "end", {"ended": ended}, deed, gettext("已登记出院。"))


@blueprint.post("/<stay>/withdraw")
@require(policy.RECORD_STAY)
def withdraw(stay: str) -> tuple[str, int] | Response:
    """Take the stay back: it was wrong."""
    form, now = Decision.parse(request.form), clock.now()

    def deed() -> dict[str, Any]:
        withdraw_stay(actor=g.actor, public_id=stay, reason=form.reason, now=now)
        return {}

    said = gettext("已撤销。券如有暂停，由审核人员恢复。")
    return _perform(stay, "withdraw", {"reason": form.typed}, deed, said)


@blueprint.post("/<stay>/release")
@require(RELEASE_AFTER_STAY)
def release(stay: str) -> tuple[str, int] | Response:
    """Let what the stay held be used again."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        return {"released": release_after_stay(actor=g.actor, public_id=stay, now=now)}

    return _perform(stay, "release", {}, deed, gettext("已恢复，商户可以照常核销。"))


def _perform(
    stay: str,
    name: str,
    asked: dict[str, Any],
    deed: Callable[[], dict[str, Any]],
    said: str,
) -> tuple[str, int] | Response:
    form = Decision.parse(request.form)
    try:
        perform_once(
            actor=g.actor,
            route=f"stays.{name}",
            client_key=form.client_key,
            request={"stay": stay, **asked},
            now=clock.now(),
            deed=deed,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(stay, form, refusal), refusal.status
    flash(said)
    return redirect(url_for("stays.show", stay=stay))
