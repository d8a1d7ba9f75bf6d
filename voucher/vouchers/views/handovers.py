"""
Pages of the handover: how each community's round stands, and its paper counted by list.

GET  /handovers/<run>              the rounds of a run, and where their paper is; XLSX too
GET  /handovers/<run>/<community>  one round: its counts, its next step, whose paper waits; XLSX too
POST /handovers/<run>/<community>  record who got theirs, and why others did not

Scanning is in `scanning`; what came back, closing and lost boxes are in `rounds`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import Role, has_role, require
from voucher.audit.operations import record_event
from voucher.codes import show_serial
from voucher.db import transaction
from voucher.divisions.models import Division
from voucher.divisions.queries import get_community
from voucher.listing import Column, Slice, read_wanted, send_workbook, slice_rows
from voucher.refusals import N_, Refusal
from voucher.replies import perform_once
from voucher.signing import load_ring
from voucher.vouchers import policy
from voucher.vouchers.forms import GivenList
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.counting import count_back, reprint_spoilt
from voucher.vouchers.operations.handing import hand_over_prints
from voucher.vouchers.queries.deciding import list_losses
from voucher.vouchers.queries.people import Person, list_people
from voucher.vouchers.queries.rounds import RoundRow, get_round, slice_rounds
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.rounds import (
    DELIVERED,
    MISSING,
    NEXT_OF_STEP,
    OUTCOME_TITLES,
    PLACE_TITLES,
    REASON_TITLES,
    REPRINT,
    STEP_TITLES,
    SUPERSEDED,
    Outcome,
)
from voucher.vouchers.rules import NOT_GIVEN, VoucherState
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
ROUND_COLUMNS: tuple[Column[RoundRow], ...] = (
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community),
    Column(N_("进度"), lambda row: gettext(STEP_TITLES[row.step])),
    Column(N_("纸券"), lambda row: row.papers.total, is_number=True),
    Column(N_("已发到"), lambda row: row.papers.places[DELIVERED], is_number=True),
    Column(N_("已退回"), lambda row: row.papers.back, is_number=True),
    Column(N_("作废、过期、旧纸"), lambda row: count_ended(row), is_number=True),
    Column(N_("还没有结果"), lambda row: row.papers.places[MISSING], is_number=True),
)


def count_ended(row: RoundRow) -> int:
    """Give how many prints ended without being given or coming back."""
    ended = (SUPERSEDED, VoucherState.VOID, VoucherState.LAPSED)
    return sum(row.papers.places[place] for place in ended)


@dataclass(frozen=True, slots=True)
class Ticks:
    """What was ticked on a list that could not be taken."""

    absent: tuple[str, ...] = ()
    reason: str = ""


@blueprint.get("/<int:run_id>")
@require(policy.LIST_ROUNDS)
def show(run_id: int) -> Any:
    """Show how the round of each community of a run stands."""
    run = get_run(actor=g.actor, run_id=run_id)
    wanted = read_wanted(request.args)
    rounds = slice_rounds(actor=g.actor, run=run, wanted=wanted)
    if wanted.is_export:
        return send_workbook(name=f"handover-{run_id}", columns=ROUND_COLUMNS, rows=rounds.rows)
    return render_template(
        "vouchers/show_handover.html",
        run=run,
        name=name_run(run),
        rounds=rounds,
        columns=ROUND_COLUMNS,
        steps=STEP_TITLES,
        count_ended=count_ended,
        may_hand_over=policy.HAND_OVER.allows(g.actor),
    )


@blueprint.get("/<int:run_id>/<code>")
@require(policy.LIST_ROUNDS)
def show_people(run_id: int, code: str) -> Any:
    """Show how a round stands and whose paper waits; names and addresses are read and noted."""
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
    """Record a list: all given, or all but those ticked, or only what became of those."""
    try:
        form = GivenList.parse(request.form)
        done = record_list("handovers.record", form, clock.now())
    except Refusal as refusal:
        ticks = Ticks(tuple(request.form.getlist("absent")), request.form.get("reason", ""))
        run = get_run(actor=g.actor, run_id=run_id)
        community = get_community(actor=g.actor, code=code)
        people = _slice_people(run_id, community)
        return _show_people(run, community, people, ticks, refusal), refusal.status
    tell(done)
    return redirect(url_for("handovers.show_people", run_id=run_id, code=code))


def record_list(route: str, form: GivenList, now: datetime) -> dict[str, Any]:
    """Record what was given and what came back, once however often it is sent."""

    def deed() -> dict[str, Any]:
        given = 0
        if form.given or not form.back:
            given = hand_over_prints(
                actor=g.actor, print_ids=form.given, not_given=form.not_given, now=now
            )
        back = _count_back(form, now) if form.back else 0
        return {"given": given, "not_given": len(form.not_given), "back": back}

    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request={
            "given": form.given,
            "not_given": sorted(form.not_given.items()),
            "back": form.back,
            "outcome": form.outcome,
        },
        now=now,
        deed=deed,
    )


def _count_back(form: GivenList, now: datetime) -> int:
    if form.outcome == REPRINT:
        kid = load_ring(current_app.config["HOME"]).signing_kid
        return reprint_spoilt(actor=g.actor, print_ids=form.back, kid=kid, now=now)
    outcome = Outcome(form.outcome)
    return count_back(actor=g.actor, print_ids=form.back, outcome=outcome, now=now)


def tell(done: dict[str, Any]) -> None:
    """Say what was recorded."""
    if done["given"]:
        flash(gettext("已登记发放 %(given)s 张，这些券现在可以使用。", given=done["given"]))
    if done["not_given"]:
        flash(gettext("%(count)s 张没有发到，仍待发放。", count=done["not_given"]))
    if done["back"]:
        flash(gettext("%(count)s 张登记退回。请把这些纸收好，关闭后销毁。", count=done["back"]))


def _slice_people(run_id: int, community: Division) -> Slice[Person]:
    args = request.args if request.method == "GET" else type(request.args)()
    wanted = replace(read_wanted(args, filters=("q",)), size=PEOPLE_A_PAGE)
    people = list_people(run_id=run_id, community_id=community.id)
    sought = "".join(wanted["q"].split())
    waiting = [
        person
        for person in people
        if (person.print_ids or person.held_ids)
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
    of_round = get_round(actor=g.actor, run=run, community_id=community.id)
    return render_template(
        "vouchers/show_people.html",
        run=run,
        name=name_run(run),
        community=community,
        of_round=of_round,
        step_title=STEP_TITLES[of_round.step],
        next_step=NEXT_OF_STEP[of_round.step],
        places=PLACE_TITLES,
        losses=list_losses(round_id=of_round.id),
        people=people,
        columns=COLUMNS,
        shown=" ".join(str(one) for person in people.rows for one in person.print_ids),
        vouchers=sum(len(person.print_ids) for person in people.rows),
        reasons=REASON_TITLES,
        later=tuple(NOT_GIVEN),
        for_good=(*OUTCOME_TITLES, REPRINT),
        ticks=ticks,
        refusal=refusal,
        show_serial=show_serial,
        is_own_count=of_round.counted_by == g.actor.account_id,
        may={
            "hand_over": policy.HAND_OVER.allows(g.actor),
            "submit": policy.SUBMIT_COUNT.allows(g.actor),
            "close": policy.CLOSE_ROUND.allows(g.actor),
            "lose": policy.REPORT_LOSS.allows(g.actor),
            "reprint": policy.REPRINT.allows(g.actor),
            "see_files": has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR)(g.actor),
        },
    )
