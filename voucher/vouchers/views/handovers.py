"""
Pages of the handover: paper given and signed for, by list or by scanning.

GET  /handovers/scan               a field for the scanner gun or the keyboard
POST /handovers/scan               look one paper up and add it to those in hand
POST /handovers/scan/confirmation  record everything in hand as given
GET  /handovers/<run>              the communities of a run, and what each still has to give
GET  /handovers/<run>/<community>  the people of one community in delivery order; XLSX too
POST /handovers/<run>/<community>  record who got theirs, and why others did not

A scan only collects; one confirmation records. A voucher that is active can be spent, so the worker
first compares the pile with the list, and one scanned by mistake is taken out without a trace.
"""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.codes import show_serial
from voucher.db import transaction
from voucher.divisions.models import Division
from voucher.divisions.queries import get_community
from voucher.listing import Column, Slice, read_wanted, send_workbook, slice_rows
from voucher.refusals import N_, Refusal
from voucher.replies import perform_once
from voucher.text import mask_name
from voucher.vouchers import policy
from voucher.vouchers.forms import GivenList, read_number, read_prints
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.handing import (
    Person,
    find_paper,
    hand_over_prints,
    list_papers,
    list_people,
    read_print,
)
from voucher.vouchers.queries.runs import RunPlace, get_run, list_run_places
from voucher.vouchers.rules import NOT_GIVEN, VOUCHER_TITLES, VoucherState, shorten_address
from voucher.vouchers.views.wording import name_run

blueprint = Blueprint("handovers", __name__, url_prefix="/handovers")

PEOPLE_A_PAGE = 200
COLUMNS: tuple[Column[Person], ...] = (
    Column(N_("没发到")),
    Column(N_("姓名"), lambda person: person.name),
    Column(N_("住址"), lambda person: person.address),
    Column(N_("券号"), lambda person: " ".join(map(show_serial, person.serials))),
    Column(N_("张数"), lambda person: len(person.serials), is_number=True),
)
PLACE_COLUMNS: tuple[Column[RunPlace], ...] = (
    Column(N_("街道"), lambda place: place.street),
    Column(N_("社区"), lambda place: place.name),
    Column(N_("待发放"), lambda place: _count_waiting(place) - place.held, is_number=True),
    Column(N_("暂停，不发"), lambda place: place.held, is_number=True),
    Column(N_("全部"), lambda place: place.vouchers, is_number=True),
)


def _count_waiting(place: RunPlace) -> int:
    return place.states.get(VoucherState.INACTIVE, 0)


@dataclass(frozen=True, slots=True)
class Ticks:
    """What was ticked on a list that could not be taken."""

    absent: tuple[str, ...] = ()
    reason: str = ""


@blueprint.get("/<int:run_id>")
@require(policy.HAND_OVER)
def show(run_id: int) -> Any:
    """Show what each community of a run still has to give."""
    run = get_run(actor=g.actor, run_id=run_id)
    wanted = read_wanted(request.args)
    places = slice_rows(list_run_places(actor=g.actor, run_id=run_id), wanted=wanted)
    if wanted.is_export:
        return send_workbook(name=f"handover-{run_id}", columns=PLACE_COLUMNS, rows=places.rows)
    return render_template(
        "vouchers/show_handover.html",
        run=run,
        name=name_run(run),
        places=places,
        columns=PLACE_COLUMNS,
    )


@blueprint.get("/<int:run_id>/<code>")
@require(policy.HAND_OVER)
def show_people(run_id: int, code: str) -> Any:
    """Show who of a community is to get what; names and addresses are read, so it is noted."""
    run = get_run(actor=g.actor, run_id=run_id)
    community = get_community(actor=g.actor, code=code)
    people = _slice_people(run_id, community)
    if people.wanted.is_export:
        _note_reading(community, run_id, "export")
        name = f"handover-{run_id}-{code}"
        return send_workbook(name=name, columns=COLUMNS, rows=people.rows)
    page = _show_people(run, community, people, Ticks(), None)
    _note_reading(community, run_id, "page")
    return page


@blueprint.post("/<int:run_id>/<code>")
@require(policy.HAND_OVER)
def record(run_id: int, code: str) -> Any:
    """Record a list: all given, or all but those ticked."""
    now = clock.now()
    try:
        form = GivenList.parse(request.form)
        done = _hand_over("handovers.record", form, now)
    except Refusal as refusal:
        ticks = Ticks(tuple(request.form.getlist("absent")), request.form.get("reason", ""))
        run = get_run(actor=g.actor, run_id=run_id)
        community = get_community(actor=g.actor, code=code)
        people = _slice_people(run_id, community)
        return _show_people(run, community, people, ticks, refusal), refusal.status
    _tell(done)
    return redirect(url_for("handovers.show_people", run_id=run_id, code=code))


@blueprint.get("/scan")
@require(policy.HAND_OVER)
def scan() -> str:
    """Show the field that a scanner types into."""
    return _show_scan((), None)


@blueprint.post("/scan")
@require(policy.HAND_OVER)
def look_up() -> Any:
    """Look one paper up and add it to those in hand; or take one out."""
    in_hand = read_prints(request.form.get("shown", ""))
    if "remove" in request.form:
        taken_out = read_number(request.form, "remove")
        return _show_scan(tuple(one for one in in_hand if one != taken_out), None)
    try:
        code = read_print(text=request.form.get("code", ""), home=current_app.config["HOME"])
        print_id = find_paper(actor=g.actor, print_code=code).print_id
        if print_id in in_hand:
            raise Refusal("already_scanned", N_("这张券刚才已经扫过，在下面的列表里"))
    except Refusal as refusal:
        return _show_scan(in_hand, refusal), refusal.status
    return _show_scan((print_id, *in_hand), None)


@blueprint.post("/scan/confirmation")
@require(policy.HAND_OVER)
def confirm() -> Any:
    """Record everything in hand as given."""
    in_hand: tuple[int, ...] = ()
    try:
        in_hand = read_prints(request.form.get("shown", ""))
        done = _hand_over("handovers.confirm", GivenList(in_hand, {}), clock.now())
    except Refusal as refusal:
        return _show_scan(in_hand, refusal), refusal.status
    _tell(done)
    return redirect(url_for("handovers.scan"))


def _hand_over(route: str, form: GivenList, now: Any) -> dict[str, Any]:
    def deed() -> dict[str, Any]:
        given = hand_over_prints(
            actor=g.actor, print_ids=form.given, not_given=form.not_given, now=now
        )
        return {"given": given, "not_given": len(form.not_given)}

    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request={"given": form.given, "not_given": sorted(form.not_given.items())},
        now=now,
        deed=deed,
    )


def _tell(done: dict[str, Any]) -> None:
    flash(gettext("已登记发放 %(given)s 张，这些券现在可以使用。", given=done["given"]))
    if done["not_given"]:
        flash(gettext("%(count)s 张没有发到，仍待发放。", count=done["not_given"]))


def _slice_people(run_id: int, community: Division) -> Slice[Person]:
    wanted = replace(read_wanted(request.args, filters=("q",)), size=PEOPLE_A_PAGE)
    people = list_people(run_id=run_id, community_id=community.id)
    sought = "".join(wanted["q"].split())
    waiting = [
        person
        for person in people
        if (person.print_ids or person.held)
        and (not sought or any(sought in text for text in _list_texts(person)))
    ]
    return slice_rows(waiting, wanted=wanted)


def _list_texts(person: Person) -> tuple[str, ...]:
    return ("".join(person.name.split()), "".join(person.address.split()), *person.serials)


def _note_reading(community: Division, run_id: int, form: str) -> None:
    community_id = community.id
    with transaction():
        record_event(
            actor=g.actor,
            action="vouchers.read_handover_list",
            subject_kind="community",
            subject_id=community_id,
            now=clock.now(),
            facts={"run": run_id, "as": form},
        )


def _show_people(
    run: IssueRun,
    community: Division,
    people: Slice[Person],
    ticks: Ticks,
    refusal: Refusal | None,
) -> str:
    return render_template(
        "vouchers/show_people.html",
        run=run,
        name=name_run(run),
        community=community,
        people=people,
        columns=COLUMNS,
        shown=" ".join(str(one) for person in people.rows for one in person.print_ids),
        vouchers=sum(len(person.print_ids) for person in people.rows),
        reasons=NOT_GIVEN,
        ticks=ticks,
        refusal=refusal,
        show_serial=show_serial,
    )


def _show_scan(in_hand: tuple[int, ...], refusal: Refusal | None) -> str:
    papers = list_papers(actor=g.actor, print_ids=in_hand)
    return render_template(
        "vouchers/scan.html",
        papers=papers,
        shown=" ".join(str(paper.print_id) for paper in papers),
        titles=VOUCHER_TITLES,
        refusal=refusal,
        show_serial=show_serial,
        shorten_address=shorten_address,
        mask_name=mask_name,
    )
