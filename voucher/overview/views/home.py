"""The home page of each role, and the menu every page has."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, url_for

from voucher import clock
from voucher.access import Action, require
from voucher.accounts.policy import LIST_ACCOUNTS
from voucher.accounts.rules import ROLE_TITLES
from voucher.assessments.policy import FIND_ASSESSMENTS
from voucher.audit.policy import READ_EVENTS
from voucher.care_levels.policy import LIST_APPEALS, LIST_LEVELS
from voucher.config import Home
from voucher.ledger.policy import LIST_BUDGETS
from voucher.overview import policy
from voucher.overview.operations import find_desk_lock
from voucher.overview.queries.waiting import list_facts, list_waiting, tell_next
from voucher.overview.rules import WORK
from voucher.rechecks.policy import LIST_RECHECKS
from voucher.redemptions.policy import LIST_REDEMPTIONS
from voucher.refusals import N_
from voucher.reports.policy import SIMULATE
from voucher.residents.policy import FIND_RESIDENTS
from voucher.schemes.policy import LIST_SCHEMES
from voucher.settlements.policy import LIST as LIST_SETTLEMENTS
from voucher.shops.policy import LIST_DEVICES, LIST_SHOPS
from voucher.stays.policy import LIST_STAYS
from voucher.vouchers.policy import HAND_OVER, LIST_RUNS, LIST_VOUCHERS

blueprint = Blueprint("overview", __name__)

# The menu in the order of the work: the page's title, its endpoint, and who may open it.
MENU: tuple[tuple[str, str, Action], ...] = (
    (N_("首页"), "overview.home", policy.SEE_HOME),
    (N_("来电查询"), "desk.ask", policy.ANSWER_CALLS),
    (N_("查找"), "files.search", policy.SEARCH),
    (N_("老人名册"), "residents.show_list", FIND_RESIDENTS),
    (N_("评估"), "assessments.show_list", FIND_ASSESSMENTS),
    (N_("等级"), "levels.show_list", LIST_LEVELS),
    (N_("申诉"), "appeals.show_list", LIST_APPEALS),
    (N_("抽查复评"), "rechecks.show_list", LIST_RECHECKS),
    (N_("住院"), "stays.show_list", LIST_STAYS),
    (N_("发券批次"), "runs.show_list", LIST_RUNS),
    (N_("扫码发放"), "handovers.scan", HAND_OVER),
    (N_("券"), "vouchers.show_list", LIST_VOUCHERS),
    (N_("商户"), "shops.show_list", LIST_SHOPS),
    (N_("收银终端"), "devices.show_list", LIST_DEVICES),
    (N_("核销"), "redemptions.show_list", LIST_REDEMPTIONS),
    (N_("预算"), "budgets.show_list", LIST_BUDGETS),
    (N_("结算"), "settlements.show_list", LIST_SETTLEMENTS),
    (N_("量表和方案"), "schemes.show_list", LIST_SCHEMES),
    (N_("方案测算"), "simulations.ask", SIMULATE),
    (N_("待办案件"), "cases.show_list", policy.LIST_CASES),
    (N_("账号"), "staff.show_list", LIST_ACCOUNTS),
    (N_("审计记录"), "events.show_list", READ_EVENTS),
)


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
            Entry(title, url_for(endpoint), _is_here(url_for(endpoint)))
            for title, endpoint, action in MENU
            if action.allows(actor)
        ]
    }


def _is_here(url: str) -> bool:
    # /residents/import and /residents/<somebody> belong to /residents.
    return request.path == url or (url != "/" and request.path.startswith(url.rstrip("/") + "/"))


@blueprint.get("/")
@require(policy.SEE_HOME)
def home() -> str:
    """Show what waits for this person today; who answers calls finds the search at once."""
    now, answers_calls = clock.now(), policy.ANSWER_CALLS.allows(g.actor)
    home: Home = current_app.config["HOME"]
    return render_template(
        "overview/home.html",
        role_title=ROLE_TITLES[g.actor.role],
        work=WORK[g.actor.role],
        waiting=list_waiting(actor=g.actor, now=now, deadlines=home.deadlines),
        facts=list_facts(actor=g.actor, now=now, home=home),
        next=tell_next(actor=g.actor, now=now),
        answers_calls=answers_calls,
        refusal=find_desk_lock(actor=g.actor, now=now) if answers_calls else None,
    )
