"""The home page of each role, and the menu every page has."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from voucher.access import Action, require
from voucher.overview import policy
from voucher.overview.rules import GREETINGS
from voucher.refusals import N_

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
    """Greet a person by name and role."""
    return render_template("overview/home.html", greeting=GREETINGS[g.actor.role])
