"""The home page of each role, and the menu every page has."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, url_for

from voucher import clock
from voucher.access import Action, require
from voucher.overview import policy
from voucher.overview.operations import find_desk_lock
from voucher.overview.queries.waiting import list_facts, list_waiting, tell_next
from voucher.overview.rules import GREETINGS
from voucher.refusals import N_
from voucher.signing import load_ring

blueprint = Blueprint("overview", __name__)

# The menu in the order of the work: the page's title, its endpoint, and who may open it.
MENU: tuple[tuple[str, str, Action], ...] = ((N_("首页"), "overview.home", policy.SEE_HOME),)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu."""

    title: str
    url: str
    is_here: bool


@blueprint.app_context_processor
def tell_menu() -> dict[str, Any]:
    """Give every page the menu of who reads it."""
    actor = g.get("actor")
    if actor is None or actor.account_id is None:
        return {"navigation": []}
    return {
        "navigation": [
            Entry(title, url_for(endpoint), request.blueprint == endpoint.partition(".")[0])
            for title, endpoint, action in MENU
            if action.allows(actor)
        ]
    }


@blueprint.get("/")
@require(policy.SEE_HOME)
def home() -> str:
    """Show what waits for this person today; who answers calls finds the search at once."""
    now, answers_calls = clock.now(), policy.ANSWER_CALLS.allows(g.actor)
    return render_template(
        "overview/home.html",
        greeting=GREETINGS[g.actor.role],
        waiting=list_waiting(actor=g.actor, now=now),
        facts=list_facts(actor=g.actor, now=now, ring=load_ring(current_app.config["HOME"])),
        next=tell_next(actor=g.actor, now=now),
        answers_calls=answers_calls,
        refusal=find_desk_lock(actor=g.actor, now=now) if answers_calls else None,
    )
