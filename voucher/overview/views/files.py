"""
One resident's whole file.

GET  /residents/<public_id>            the file; reading it is an event
POST /residents/<public_id>/number     the whole ID number and telephone, for a reason
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import get_locale, gettext

from voucher import clock
from voucher.access import require
from voucher.assessments.policy import RECORD_ASSESSMENT
from voucher.assessments.queries.assessments import list_assessments_of_resident
from voucher.audit.operations import record_event
from voucher.audit.queries import list_events_about
from voucher.care_levels.queries.levels import list_levels_of_resident
from voucher.care_levels.rules import LEVEL_STATES, SaidReason, word_reasons
from voucher.cases.rules import KIND_TITLES as CASE_TITLES
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.entitlements.queries import Entitlement, list_entitlements
from voucher.overview import policy
from voucher.overview.rules import DEEDS
from voucher.periods import full_years
from voucher.redemptions.policy import RECORD_DEPARTURES
from voucher.redemptions.queries.uses import list_uses_of_resident
from voucher.refusals import N_, BadInput, Refusal
from voucher.residents.models import Resident
from voucher.residents.policy import CORRECT_RESIDENT
from voucher.residents.queries import (
    get_resident,
    list_changes,
    list_open_cases,
    unseal_id_number,
    unseal_phone,
)
from voucher.residents.rules.departures import DEPARTURE_TITLES, Departure
from voucher.residents.rules.person import FIELD_TITLES, SEX_TITLES
from voucher.schemes.queries import END_OF_TIME, get_scale, list_programmes, list_services
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Reason, Words
from voucher.text import mask_id_number, mask_phone
from voucher.vouchers.policy import LIST_RUNS
from voucher.vouchers.queries.vouchers import list_prints_of_resident, list_vouchers_of_resident
from voucher.vouchers.rules import PRINT_STATE_TITLES, VOUCHER_TITLES

blueprint = Blueprint("files", __name__)

# A file shows this many of the newest rows of each kind.
NEWEST = 100
_LEAST_REASON, _MOST_REASON = 2, 200


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """A level as the file shows it: its names, when it holds, why, and by which version."""

    id: int
    scale: Words
    version: int
    level: Words
    from_date: date
    to_date: date | None
    state: str
    reasons: tuple[SaidReason, ...]
    assessment: str | None
    confirmed_by: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """What one programme gives the person this month, or in words why not."""

    programme: Programme
    level: str
    entitlement: Entitlement | None
    why_not: tuple[str, ...]


@blueprint.get("/residents/<public_id>")
@require(policy.SEE_FILE)
def show_resident(public_id: str) -> str:
    """Show everything about one person; reading it is an event."""
    with transaction():
        get_resident(actor=g.actor, public_id=public_id)
        _record("overview.read_file", public_id, {})
    return _show_file(get_resident(actor=g.actor, public_id=public_id), None)


@blueprint.post("/residents/<public_id>/number")
@require(policy.REVEAL_NUMBER)
def reveal_number(public_id: str) -> str | tuple[str, int]:
    """Show the whole ID number and telephone once, and keep who asked and why."""
    reason = request.form.get("reason", "").strip()
    try:
        if not _LEAST_REASON <= len(reason) <= _MOST_REASON:
            raise BadInput("reason_missing", N_("请写明查看完整号码的原因（2至200字）"))
        with transaction():
            get_resident(actor=g.actor, public_id=public_id)
            _record("overview.reveal_number", public_id, {"reason": reason})
    except BadInput as refusal:
        resident = get_resident(actor=g.actor, public_id=public_id)
        return _show_file(resident, refusal), refusal.status
    resident = get_resident(actor=g.actor, public_id=public_id)
    return render_template(
        "overview/number.html",
        resident=resident,
        id_number=unseal_id_number(resident=resident),
        phone=unseal_phone(resident=resident),
    )


def _record(action: str, public_id: str, facts: dict[str, Any]) -> None:
    record_event(
        actor=g.actor,
        action=action,
        subject_kind="resident",
        subject_id=public_id,
        now=clock.now(),
        facts=facts,
    )


def _show_file(resident: Resident, refusal: Refusal | None) -> str:
    actor, today = g.actor, clock.today()
    month = today.replace(day=1)
    vouchers = list_vouchers_of_resident(actor=actor, resident_id=resident.id, limit=NEWEST)
    uses = list_uses_of_resident(actor=actor, resident_id=resident.id, limit=NEWEST)
    subjects = {
        "resident": [resident.id],
        "voucher": [row.Voucher.id for row in vouchers],
        "redemption": [row.Redemption.id for row in uses],
    }
    return render_template(
        "overview/file.html",
        **_describe_person(resident, today),
        refusal=refusal,
        levels=list(_list_levels(resident, today)),
        assessments=list_assessments_of_resident(resident_id=resident.id),
        dues=sorted(_list_dues(resident, month), key=lambda due: not due.level),
        month=month,
        vouchers=vouchers,
        items=_name_items(),
        uses=uses,
        services={service.code: service.name for service in list_services()},
        prints=list_prints_of_resident(actor=actor, resident_id=resident.id, limit=NEWEST),
        changes=list(_list_changes(resident)),
        events=list_events_about(
            subject_kind="resident", subject_id=resident.public_id, limit=NEWEST
        ),
        cases=list_open_cases(actor=actor, subjects=subjects),
        titles={
            "case": CASE_TITLES,
            "deed": DEEDS,
            "print": PRINT_STATE_TITLES,
            "voucher": VOUCHER_TITLES,
        },
        may=_list_rights(),
        newest=NEWEST,
    )


def _list_rights() -> dict[str, bool]:
    actions = {
        "correct": CORRECT_RESIDENT,
        "depart": RECORD_DEPARTURES,
        "assess": RECORD_ASSESSMENT,
        "reveal": policy.REVEAL_NUMBER,
        "follow": LIST_RUNS,
    }
    return {name: action.allows(g.actor) for name, action in actions.items()}


def _describe_person(resident: Resident, today: date) -> dict[str, Any]:
    places = {place.id: f"{place.street} · {place.name}" for place in list_communities()}
    return {
        "resident": resident,
        "place": places.get(resident.community_id, ""),
        "sex": SEX_TITLES[resident.sex],
        "age": full_years(resident.born_date, today),
        "id_number": mask_id_number(unseal_id_number(resident=resident)),
        "phone": mask_phone(unseal_phone(resident=resident) or ""),
        "departure": DEPARTURE_TITLES[Departure(resident.departure)] if resident.departure else "",
    }


def _list_levels(resident: Resident, today: date) -> Iterator[ShownLevel]:
    for row in list_levels_of_resident(resident_id=resident.id):
        level = row.CareLevel
        scheme = get_scale(scale=level.scale, version=row.version)
        names = {known.id: known.name for known in scheme.levels}
        ended = level.state == "confirmed" and level.to_date and level.to_date <= today
        yield ShownLevel(
            id=level.id,
            scale=scheme.name,
            version=row.version,
            level=names.get(level.level, Words(level.level, level.level)),
            from_date=level.from_date,
            to_date=level.to_date,
            state=N_("已结束") if ended else LEVEL_STATES[level.state],
            reasons=word_reasons(scheme, level.reasons, points=row.points),
            assessment=row.assessment,
            confirmed_by=row.confirmed_by,
        )


def _list_dues(resident: Resident, month: date) -> Iterator[Due]:
    for programme in list_programmes(on=month):
        found = next(
            list_entitlements(
                actor=g.actor,
                programme=programme,
                period_from=month,
                resident_id=resident.id,
            ),
            None,
        )
        reasons = found.why_not if found else ()
        yield Due(
            programme=programme,
            level=found.level if found and found.grants else "",
            entitlement=found,
            why_not=tuple(_say_reason(programme, reason) for reason in reasons),
        )


def _say_reason(programme: Programme, reason: Reason) -> str:
    if reason.english:
        # Words of a scheme file: they say for whom it is, and hold no places to fill.
        return gettext("不符合条件：%(words)s", words=_pick(Words(reason.sentence, reason.english)))
    items = {item.id: _pick(item.name) for item in programme.items}
    facts = {**reason.facts}
    if "item" in facts:
        facts["item"] = items.get(facts["item"], facts["item"])
    return gettext(reason.sentence) % facts


def _pick(words: Words) -> str:
    return words.en if str(get_locale()).startswith("en") else words.zh


def _name_items() -> dict[str, tuple[Words, dict[str, Words]]]:
    """Give, by programme, its name and the names of its items."""
    return {
        programme.id: (programme.name, {item.id: item.name for item in programme.items})
        for programme in list_programmes(on=END_OF_TIME)
    }


def _list_changes(resident: Resident) -> Iterator[tuple[Any, str, str, str, str]]:
    """Give (when, by whom, field, before, after), newest first; sealed fields stay unnamed."""
    places = {place.code: place.name for place in list_communities()}
    for row in list_changes(resident_id=resident.id)[:NEWEST]:
        change = row.ResidentChange
        before, after = change.before or "", change.after or ""
        if change.field == "community":
            before, after = places.get(before, before), places.get(after, after)
        if change.field == "departure":
            kind, _, day = after.partition(" ")
            after = f"{gettext(DEPARTURE_TITLES[Departure(kind)])} {day}"
        yield change.changed_at, row.actor_name, FIELD_TITLES[change.field], before, after
