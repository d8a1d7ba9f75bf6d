"""
Pages that change one person's record, or ask whether two records are one person.

GET  /residents/new                 POST /residents/new
GET  /residents/<public_id>/edit    POST /residents/<public_id>/edit
GET  /residents/twins/<case_id>     POST /residents/twins/<case_id>
"""

from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.refusals import N_, BadInput, Refusal
from voucher.residents import policy
from voucher.residents.forms import PersonForm, describe_person
from voucher.residents.models import Resident
from voucher.residents.operations.registering import correct_resident, register_resident
from voucher.residents.operations.twins import TwinDecision, decide_same_person
from voucher.residents.queries import (
    get_resident,
    get_twin_case,
    list_changes,
    unseal_id_number,
    unseal_phone,
)
from voucher.residents.rules.person import (
    FIELD_TITLES,
    SEX_TITLES,
    Judged,
    TypedPerson,
    judge_person,
)
from voucher.residents.rules.roster import ResidentRow
from voucher.residents.rules.situations import Situation
from voucher.residents.views.people import blueprint
from voucher.text import mask_id_number, mask_phone

_WRONG = BadInput("fields", N_("有几处需要改正，请看各栏下面的说明"))
_DOUBT = BadInput("doubts", N_("请核对下面的问题，确认无误后再保存"))
_NOTHING = Judged()


@blueprint.get("/new")
@require(policy.REGISTER_RESIDENT)
def ask_new() -> str:
    """Show an empty form."""
    return _show_form("residents/new.html", PersonForm(TypedPerson()), _NOTHING, None)


@blueprint.post("/new")
@require(policy.REGISTER_RESIDENT)
def register() -> tuple[str, int] | Response:
    """Put the person on the roster, or show the form again with what is to be corrected."""
    form = PersonForm.parse(request.form)
    judged = _judge(form.person)
    try:
        person = _demand_person(judged)
        with transaction():
            resident = register_resident(actor=g.actor, person=person, now=clock.now())
            public_id = resident.public_id
    except Refusal as refusal:
        return _show_form("residents/new.html", form, judged, refusal), refusal.status
    flash(gettext("已登记：%(name)s", name=person.name))
    return redirect(url_for("files.show_resident", public_id=public_id))


@blueprint.get("/<public_id>/edit")
@require(policy.CORRECT_RESIDENT)
def ask_correct(public_id: str) -> str:
    """Show the form of a person as he is; his numbers are masked and stay unless typed anew."""
    resident = get_resident(actor=g.actor, public_id=public_id)
    form = describe_person(
        resident=resident,
        community=_find_code(resident.community_id),
        seen=_find_last_change(resident),
    )
    return _show_correction(resident, form, _NOTHING, None)


@blueprint.post("/<public_id>/edit")
@require(policy.CORRECT_RESIDENT)
def correct(public_id: str) -> tuple[str, int] | Response:
    """Take the correction over, unless somebody else was a moment earlier."""
    form = PersonForm.parse(request.form)
    resident = get_resident(actor=g.actor, public_id=public_id)
    judged = _judge(_complete(form, resident))
    try:
        person = _demand_person(judged)
        with transaction():
            changes = correct_resident(
                actor=g.actor,
                public_id=public_id,
                person=person,
                seen=form.seen,
                now=clock.now(),
            )
    except Refusal as refusal:
        resident = get_resident(actor=g.actor, public_id=public_id)
        return _show_correction(resident, form, judged, refusal), refusal.status
    flash(_tell_changes([change.field for change in changes]))
    return redirect(url_for("files.show_resident", public_id=public_id))


def _complete(form: PersonForm, resident: Resident) -> TypedPerson:
    """Give the person with the numbers that were left as they are."""
    typed = form.person
    phone = typed.phone.strip() or unseal_phone(resident=resident) or ""
    return replace(
        typed,
        id_number=typed.id_number.strip() or unseal_id_number(resident=resident),
        phone="" if form.drops_phone else phone,
    )


def _judge(typed: TypedPerson) -> Judged:
    area = {place.code: place.name for place in list_communities(actor=g.actor)}
    return judge_person(typed=typed, communities=area, day=clock.today())


def _demand_person(judged: Judged) -> ResidentRow:
    if judged.person is None:
        raise _WRONG if judged.faults else _DOUBT
    return judged.person


def _tell_changes(fields: list[str]) -> str:
    if not fields:
        return gettext("没有改动")
    titles = "、".join(gettext(FIELD_TITLES[field]) for field in fields)
    return gettext("已更正：%(fields)s", fields=titles)


def _show_form(
    template: str, form: PersonForm, judged: Judged, refusal: Refusal | None, **more: Any
) -> str:
    titles = [
        (place.code, f"{place.street} · {place.name}") for place in list_communities(actor=g.actor)
    ]
    return render_template(
        template,
        form=form,
        errors={field: _say(fault) for field, fault in judged.faults.items()},
        doubts={word: _say(fault) for word, fault in judged.doubts.items()},
        refusal=refusal,
        communities=[("", gettext("请选择")), *titles],
        situations=list(Situation),
        **more,
    )


def _say(fault: Any) -> str:
    return gettext(fault.sentence) % fault.facts


def _show_correction(
    resident: Resident, form: PersonForm, judged: Judged, refusal: Refusal | None
) -> str:
    meanwhile = []
    if refusal is not None and refusal.word == "changed_meanwhile":
        meanwhile = _list_meanwhile(resident, form)
        # What they did has been shown: saved again, the form is meant.
        form = replace(form, seen=_find_last_change(resident))
    return _show_form(
        "residents/correct.html",
        form,
        judged,
        refusal,
        resident=resident,
        id_number=mask_id_number(unseal_id_number(resident=resident)),
        phone=mask_phone(unseal_phone(resident=resident) or ""),
        meanwhile=meanwhile,
    )


def _list_meanwhile(resident: Resident, form: PersonForm) -> list[tuple[str, str, str, str]]:
    """Give, of each field changed meanwhile: title, by whom, what it is now, what was typed."""
    places = {place.code: place.name for place in list_communities()}
    now = describe_person(
        resident=resident, community=_find_code(resident.community_id), seen=0
    ).person
    theirs = {**_as_texts(now, places), "id_number": _HIDDEN, "phone": _HIDDEN}
    mine = _as_texts(form.person, places)
    changed = {
        row.ResidentChange.field: row.actor_name
        for row in list_changes(resident_id=resident.id, after=form.seen)
    }
    return [
        (FIELD_TITLES[field], who, theirs.get(field, ""), mine.get(field, ""))
        for field, who in changed.items()
    ]


_HIDDEN = "********"


def _as_texts(person: TypedPerson, places: dict[str, str]) -> dict[str, str]:
    return {
        "name": person.name,
        "id_number": _HIDDEN if person.id_number else "",
        "phone": _HIDDEN if person.phone else "",
        "community": places.get(person.community, ""),
        "address": person.address,
        "situation": "、".join(person.situation),
        "remark": person.remark,
    }


def _find_code(community_id: int) -> str:
    return next((place.code for place in list_communities() if place.id == community_id), "")


def _find_last_change(resident: Resident) -> int:
    changes = list_changes(resident_id=resident.id)
    return changes[0].ResidentChange.id if changes else 0


@blueprint.get("/twins/<int:case_id>")
@require(policy.SEE_TWINS)
def show_twins(case_id: int) -> str:
    """Show both records side by side; each one that is shown gets an event of the reading."""
    with transaction():
        _, both = get_twin_case(actor=g.actor, case_id=case_id)
        for resident in (one for one in both if g.actor.covers(one.community_id)):
            record_event(
                actor=g.actor,
                action="residents.compare",
                subject_kind="resident",
                subject_id=resident.public_id,
                now=clock.now(),
                facts={"case": case_id},
            )
    return _show_twins(case_id, None)


@blueprint.post("/twins/<int:case_id>")
@require(policy.DECIDE_SAME_PERSON)
def decide_twins(case_id: int) -> tuple[str, int] | Response:
    """Close the question; whatever the answer, no record changes."""
    try:
        decision = _read_decision(request.form.get("decision", ""))
        with transaction():
            decide_same_person(actor=g.actor, case_id=case_id, decision=decision, now=clock.now())
    except Refusal as refusal:
        return _show_twins(case_id, refusal), refusal.status
    flash(gettext("已记下您的判断，两份档案都没有改动。"))
    return redirect(url_for("residents.show_twins", case_id=case_id))


def _read_decision(text: str) -> TwinDecision:
    if text not in set(TwinDecision):
        raise BadInput("decision_missing", N_("请选择是不是同一人"))
    return TwinDecision(text)


def _show_twins(case_id: int, refusal: Refusal | None) -> str:
    case, both = get_twin_case(actor=g.actor, case_id=case_id)
    places = {place.id: f"{place.street} · {place.name}" for place in list_communities()}
    return render_template(
        "residents/twins.html",
        case=case,
        refusal=refusal,
        both=[(one, g.actor.covers(one.community_id)) for one in both],
        id_numbers={one.id: mask_id_number(unseal_id_number(resident=one)) for one in both},
        phones={one.id: mask_phone(unseal_phone(resident=one) or "") for one in both},
        places=places,
        sexes=SEX_TITLES,
        may_decide=policy.DECIDE_SAME_PERSON.allows(g.actor)
        and case.decision is None
        and case.opened_by != g.actor.key,
        may_correct=policy.CORRECT_RESIDENT.allows(g.actor),
    )
