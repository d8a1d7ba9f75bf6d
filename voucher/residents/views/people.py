"""
Pages of the people on the roster: who is there, and finding one.

GET  /residents    POST /residents/search    a name leads on, a number is answered at once

A search box is sent by POST: an identity or telephone number never stands in an address.
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, Slice, Wanted, read_wanted, send_workbook, take_slice
from voucher.periods import full_years
from voucher.refusals import N_
from voucher.residents import policy
from voucher.residents.models import Resident
from voucher.residents.queries import (
    RESIDENT_SORTS,
    select_residents,
    unseal_id_number,
    unseal_phone,
)
from voucher.residents.rules.person import SEX_TITLES
from voucher.residents.rules.searching import Search, Sought, read_search
from voucher.text import mask_id_number, mask_phone

blueprint = Blueprint("residents", __name__, url_prefix="/residents")

PRESENCES = {"": N_("在册"), "departed": N_("已离开"), "all": N_("全部")}
_FILTERS = ("name", "place", "presence")
_FOUND_BY_NUMBER = Wanted(size=50)


def _mask_id(row: Any) -> str:
    return mask_id_number(unseal_id_number(resident=row.Resident))


def _mask_phone(row: Any) -> str:
    return mask_phone(unseal_phone(resident=row.Resident) or "")


COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("姓名"), lambda row: row.Resident.name, sort="name"),
    Column(N_("性别"), lambda row: gettext(SEX_TITLES[row.Resident.sex])),
    Column(N_("出生日期"), lambda row: row.Resident.born_date, sort="born"),
    Column(N_("身份证号"), _mask_id),
    Column(N_("联系电话"), _mask_phone),
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community, sort="community"),
    Column(N_("住址"), lambda row: row.Resident.address),
    Column(N_("离开日期"), lambda row: row.Resident.departed_date),
)


@blueprint.get("")
@require(policy.FIND_RESIDENTS)
def show_list() -> str | Response:
    """Show the people of the area, or those a name or pinyin finds."""
    wanted = read_wanted(request.args, sorts=tuple(RESIDENT_SORTS), filters=_FILTERS)
    search = read_search(wanted["name"])
    if search.is_number:
        # Somebody wrote a number into the address himself: it is not looked up from there.
        return redirect(url_for("residents.show_list"))
    if not wanted.sort:
        wanted = replace(wanted, sort="name")
    if wanted.is_export:
        _record("residents.export", "list", dict(wanted.filters))
        rows = _find(search, wanted).rows
        return send_workbook(name=gettext("老人名册"), columns=COLUMNS, rows=rows)
    found = _find(search, wanted)
    return _show_list(found, wanted["name"])


@blueprint.post("/search")
@require(policy.FIND_RESIDENTS)
def find() -> str | Response:
    """Lead on to the list of a name; answer a number at once, since no address may hold it."""
    text = request.form.get("name", "")
    place, presence = request.form.get("place", ""), request.form.get("presence", "")
    search = read_search(text)
    if not search.is_number:
        asked = {"name": text.strip()[:100], "place": place, "presence": presence}
        told: dict[str, Any] = {name: value for name, value in asked.items() if value}
        return redirect(url_for("residents.show_list", **told))
    wanted = replace(_FOUND_BY_NUMBER, filters={"presence": "all"})
    found = [row.Resident.public_id for row in _find(search, wanted).rows]
    _record("residents.find_by_number", search.sought, {"found": found})
    if len(found) == 1:
        return redirect(url_for("files.show_resident", public_id=found[0]))
    return _show_list(_find(search, wanted), text, by_number=search)


def _record(action: str, subject: str, facts: dict[str, Any]) -> None:
    with transaction():
        record_event(
            actor=g.actor,
            action=action,
            subject_kind="residents",
            subject_id=subject,
            now=clock.now(),
            facts=facts,
        )


def _find(search: Search, wanted: Wanted) -> Slice[Any]:
    query = select_residents(
        actor=g.actor,
        search=search,
        place=wanted["place"],
        presence=wanted["presence"] or "present",
    )
    return take_slice(query, wanted=wanted, sorts=RESIDENT_SORTS, last=Resident.id.expression)


def _show_list(found: Slice[Any], text: str, *, by_number: Search | None = None) -> str:
    shows_departed = found.wanted["presence"] in ("departed", "all")
    columns = COLUMNS if shows_departed else COLUMNS[:-1]
    if by_number:
        columns = tuple(replace(column, sort="") for column in columns)
    today = clock.today()
    return render_template(
        "residents/list.html",
        found=found,
        columns=columns,
        shows_departed=shows_departed,
        text=text,
        is_number=by_number is not None,
        is_part=by_number is not None and by_number.sought is Sought.PART_OF_NUMBER,
        places=list_places(),
        presences=PRESENCES,
        sexes=SEX_TITLES,
        ages={row.Resident.id: full_years(row.Resident.born_date, today) for row in found.rows},
        mask_id=_mask_id,
        mask_phone=_mask_phone,
        may_add=policy.REGISTER_RESIDENT.allows(g.actor),
    )


def list_places() -> list[tuple[str, str]]:
    """Give the streets and communities of the area to choose from: (code, name)."""
    places: list[tuple[str, str]] = []
    for place in list_communities(actor=g.actor):
        if place.code[:9] not in dict(places):
            places.append((place.code[:9], place.street))
        places.append((place.code, f"{place.street} · {place.name}"))
    return places
