"""
The wizard of a run: which programme and month, then what it comes to, then the draft.

The other pages of the blueprint `runs` stand in the module of that name.

GET  /runs/new          first step: programme, month, communities
GET  /runs/new/plan     second step: counts and money before anything is saved; XLSX too
POST /runs/new          save what was shown as a draft
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.divisions.models import Division
from voucher.divisions.queries import get_community, list_communities
from voucher.listing import Column, Wanted, read_wanted, send_workbook, slice_rows
from voucher.money import show_yuan
from voucher.periods import last_day, local_date, next_month, parse_month
from voucher.refusals import N_, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.lives import find_period_to
from voucher.schemes.rules.programmes import Programme
from voucher.vouchers import policy
from voucher.vouchers.forms import RunWish, read_number
from voucher.vouchers.operations.drafting import draft_seen_run
from voucher.vouchers.operations.planning import (
    Part,
    Plan,
    find_budget,
    list_unprintable_names,
    plan_run,
    sum_lines,
)
from voucher.vouchers.queries.runs import find_latest_run
from voucher.vouchers.views.wording import choose, explain, list_district_checks, list_programmes

blueprint = Blueprint("runs", __name__, url_prefix="/runs")

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """A run that does not exist yet, as it would be if it were saved now."""

    programme: Programme
    period_from: date
    community: Division | None
    plan: Plan

    @property
    def community_id(self) -> int | None:
        """Give the one community wanted, or None."""
        return self.community.id if self.community else None


class PlaceRow(NamedTuple):
    """What a community would get."""

    street: str
    community: str
    part: Part


PLACE_COLUMNS: tuple[Column[PlaceRow], ...] = (
    Column(N_("街道"), lambda row: row.street),
    Column(N_("社区"), lambda row: row.community),
    Column(N_("人数"), lambda row: row.part.residents, is_number=True),
    Column(N_("券数"), lambda row: row.part.vouchers, is_number=True),
    Column(N_("金额（元）"), lambda row: show_yuan(row.part.fen), is_number=True),
)


@blueprint.get("/new")
@require(policy.DRAFT_RUN)
def ask_new() -> str:
    """Ask which programme, which month, which communities."""
    return _ask(RunWish.parse(request.args), None)


@blueprint.get("/new/plan")
@require(policy.DRAFT_RUN)
def show_plan() -> Any:
    """Show what the run would come to; nothing is saved."""
    wanted = read_wanted(request.args, filters=RunWish.__slots__)
    wish = RunWish.parse(request.args)
    try:
        proposal = _propose(wish)
    except Refusal as refusal:
        return _ask(wish, refusal), refusal.status
    if wanted.is_export:
        rows = _list_places(proposal.plan)
        return send_workbook(name=f"plan-{wish.month}", columns=PLACE_COLUMNS, rows=rows)
    return _show(wish, proposal, wanted, None)


@blueprint.post("/new")
@require(policy.DRAFT_RUN)
def draft() -> Any:
    """Save the draft that was shown, once; when it is no longer true, show the new one."""
    wish, now = RunWish.parse(request.form), clock.now()
    proposal = _propose(wish)

    def deed() -> dict[str, Any]:
        run = draft_seen_run(
            actor=g.actor,
            programme=proposal.programme,
            period_from=proposal.period_from,
            community_id=proposal.community_id,
            seen_vouchers=read_number(request.form, "seen_vouchers"),
            seen_fen=read_number(request.form, "seen_fen"),
            now=now,
        )
        return {"run": run.id}

    try:
        done = perform_once(
            actor=g.actor,
            route="runs.draft",
            client_key=request.form.get("client_key", ""),
            request={name: getattr(wish, name) for name in wish.__slots__},
            now=now,
            deed=deed,
        )
    except Refusal as refusal:
        filters = {name: getattr(wish, name) for name in wish.__slots__}
        return _show(wish, _propose(wish), Wanted(filters=filters), refusal), refusal.status
    flash(gettext("草稿已保存。等另一位有审核权限的同事批准后，才动用预算、生成券。"))
    return redirect(url_for("runs.show", run_id=done["run"]))


def _ask(wish: RunWish, refusal: Refusal | None) -> str:
    this = local_date(clock.now()).replace(day=1)
    return render_template(
        "vouchers/ask_new.html",
        wish=wish,
        refusal=refusal,
        programmes=[(one.id, choose(one.name)) for one in list_programmes()],
        months=[(f"{month:%Y-%m}",) * 2 for month in (this, next_month(this))],
        communities=list_communities(actor=g.actor),
    )


def _propose(wish: RunWish) -> Proposal:
    community = get_community(actor=g.actor, code=wish.community) if wish.community else None
    period_from = parse_month(wish.month)
    programme = get_programme(wish.programme, period_from)
    plan = plan_run(
        actor=g.actor,
        programme=programme,
        period_from=period_from,
        community_id=community.id if community else None,
        today=local_date(clock.now()),
    )
    return Proposal(programme, period_from, community, plan)


def _show(wish: RunWish, proposal: Proposal, wanted: Wanted, refusal: Refusal | None) -> str:
    plan, programme = proposal.plan, proposal.programme
    names = list_unprintable_names(plan=plan)
    return render_template(
        "vouchers/show_plan.html",
        wish=wish,
        refusal=refusal,
        plan=plan,
        programme=choose(programme.name),
        community=proposal.community,
        valid_from=proposal.period_from,
        last_date=last_day(find_period_to(life=programme.life, period_from=proposal.period_from)),
        district_checks=list_district_checks(programme),
        places=slice_rows(_list_places(plan), wanted=wanted),
        columns=PLACE_COLUMNS,
        levels=list(_list_levels(programme, plan)),
        reasons=[(explain(reason, programme), count) for reason, count in plan.why_not],
        budget=find_budget(programme=programme.id, period_from=proposal.period_from),
        names=names[:_MOST_NAMED],
        more_names=len(names[_MOST_NAMED:]),
        latest=find_latest_run(programme=programme.id, period_from=proposal.period_from),
    )


def _list_places(plan: Plan) -> list[PlaceRow]:
    parts = sum_lines(plan, by=lambda line: line.person.community_id)
    return [
        PlaceRow(place.street, place.name, parts[place.id])
        for place in list_communities(actor=g.actor)
        if place.id in parts
    ]


def _list_levels(programme: Programme, plan: Plan) -> Iterator[tuple[str, str, Part]]:
    parts = sum_lines(plan, by=lambda line: (line.person.level, line.grant.item))
    for level in programme.levels:
        for item in programme.items:
            if (level.id, item.id) in parts:
                yield choose(level.name), choose(item.name), parts[level.id, item.id]
