"""
One box that finds people, vouchers and shops.

GET  /search    names, pinyin, serials, shops    POST /search    the box itself

An identity or telephone number never stands in an address: it is answered by the POST.
"""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.codes import parse_serial
from voucher.db import db, transaction
from voucher.overview import policy
from voucher.overview.views.files import blueprint
from voucher.refusals import BadInput, NotFound
from voucher.residents.models import Resident
from voucher.residents.policy import FIND_RESIDENTS
from voucher.residents.queries import select_residents
from voucher.residents.rules.searching import Search, Sought, read_search
from voucher.schemes.queries import END_OF_TIME, list_programmes
from voucher.shops.models import Shop
from voucher.shops.policy import LIST_SHOPS
from voucher.shops.queries import find_shops
from voucher.vouchers.models import Voucher
from voucher.vouchers.policy import LIST_RUNS
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import VOUCHER_TITLES

# Of each kind this many are shown; the lists show all.
_MOST = 20


@blueprint.get("/search")
@require(policy.SEARCH)
def search() -> str | Response:
    """Show the box, and what a name, a serial or a shop's code finds."""
    text = request.args.get("q", "").strip()[:100]
    sought = read_search(text)
    if sought.is_number and _find_serial(text) is None:
        # Somebody wrote a number into the address himself: it is not looked up from there.
        return redirect(url_for("files.search"))
    return _show(text, sought)


@blueprint.post("/search")
@require(policy.SEARCH)
def find() -> str | Response:
    """Lead on to what may stand in an address; answer numbers at once."""
    text = request.form.get("q", "").strip()[:100]
    sought = read_search(text)
    if not sought.is_number or _find_serial(text) is not None:
        return redirect(url_for("files.search", q=text))
    with transaction():
        record_event(
            actor=g.actor,
            action="overview.search_number",
            subject_kind="residents",
            subject_id=sought.sought.value,
            now=clock.now(),
        )
    return _show(text, sought)


def _show(text: str, sought: Search) -> str:
    people, more = _find_people(sought)
    return render_template(
        "overview/search.html",
        text=text,
        is_part=sought.sought is Sought.PART_OF_NUMBER and _find_serial(text) is None,
        people=people,
        more=more,
        name=text if sought.sought in (Sought.NAME, Sought.PINYIN) else "",
        vouchers=_find_vouchers(text),
        shops=_find_shops(text, sought),
        states=VOUCHER_TITLES,
        programmes={one.id: one.name for one in list_programmes(on=END_OF_TIME)},
        finds_people=FIND_RESIDENTS.allows(g.actor),
    )


def _find_people(sought: Search) -> tuple[list[Any], bool]:
    """Give the first people found, and whether there are more."""
    if sought.sought is Sought.NOBODY or not FIND_RESIDENTS.allows(g.actor):
        return [], False
    wanted = select_residents(actor=g.actor, search=sought, place="", presence="all")
    # Those who are there come first.
    ordered = wanted.order_by(Resident.departed_date.is_not(None), Resident.name_key, Resident.id)
    rows = list(db.session.execute(ordered.limit(_MOST + 1)))
    return rows[:_MOST], len(rows) > _MOST


def _find_serial(text: str) -> str | None:
    try:
        return parse_serial(text)
    except BadInput:
        return None


def _find_vouchers(text: str) -> list[Voucher]:
    serial = _find_serial(text)
    if serial is None or not LIST_RUNS.allows(g.actor):
        return []
    try:
        return [get_voucher(actor=g.actor, serial=serial)]
    except NotFound:
        return []


def _find_shops(text: str, sought: Search) -> list[Shop]:
    if not text or not LIST_SHOPS.allows(g.actor):
        return []
    if sought.sought in (Sought.ID_NUMBER, Sought.PHONE):
        return []
    return find_shops(actor=g.actor, text=text, limit=_MOST)
