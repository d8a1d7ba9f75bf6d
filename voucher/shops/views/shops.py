"""
Pages of shops.

GET  /shops/                    list           GET  /shops/<code>            one shop
GET  /shops/approve             what waits     POST /shops/approve           those ticked
GET  /shops/<code>/suspend      POST           GET  /shops/<code>/reopen     POST
GET  /shops/<code>/forget-pin   POST
"""

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.divisions.queries import list_communities
from voucher.listing import Column, read_wanted, send_workbook
from voucher.refusals import N_, Refusal
from voucher.schemes.queries import list_services
from voucher.shops import policy
from voucher.shops.forms import read_chosen
from voucher.shops.operations.approving import approve_chosen_shops
from voucher.shops.operations.listing import (
    ACCOUNT_WAITING,
    SHOP_SORTS,
    describe_shop,
    find_waiting,
    list_accounts,
    list_devices_of,
    list_prices_of,
    slice_shops,
    slice_waiting,
)
from voucher.shops.operations.standing import clear_shop_pin, reopen_shop, suspend_shop
from voucher.shops.queries import get_shop
from voucher.shops.rules.states import (
    ACCOUNT_COOLING,
    REGISTRATION_TITLES,
    SHOP_TITLES,
    Registration,
    ShopState,
)
from voucher.shops.views.showing import Page, name_service, perform, render

blueprint = Blueprint("shops", __name__, url_prefix="/shops")

_ACCOUNT_WAITS = N_("收款账户待批准")


def _title(row: Any) -> str:
    title = gettext(SHOP_TITLES[row.state])
    waits = row.account_id is not None and row.state != ShopState.PROPOSED
    return f"{title}，{gettext(_ACCOUNT_WAITS)}" if waits else title


COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("商户编号"), lambda row: row.code, "code"),
    Column(N_("商户名称"), lambda row: row.name, "name"),
    Column(N_("社区"), lambda row: row.community, "community"),
    Column(N_("地址"), lambda row: row.address),
    Column(N_("营业时间"), lambda row: row.hours),
    Column(
        N_("登记方式"),
        lambda row: gettext(REGISTRATION_TITLES[Registration(row.registration)]),
        "registration",
    ),
    Column(N_("状态"), _title, "state"),
)
WAITING_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("勾选")),
    Column(N_("商户")),
    Column(N_("批准后")),
    Column(N_("提交人")),
)


@blueprint.get("/")
@require(policy.LIST_SHOPS)
def show_list() -> str | Response:
    """List the shops of the reader's area."""
    filters = ("q", "community", "service", "state")
    wanted = read_wanted(request.args, sorts=SHOP_SORTS, filters=filters)
    found = slice_shops(
        actor=g.actor,
        wanted=wanted,
        text=wanted["q"],
        community=wanted["community"],
        service=wanted["service"],
        state=wanted["state"],
        day=clock.today(),
    )
    if wanted.is_export:
        return send_workbook(name=gettext("商户"), columns=COLUMNS, rows=found.rows)
    states = [(state.value, gettext(title)) for state, title in SHOP_TITLES.items()]
    return render(
        "list",
        slice=found,
        columns=COLUMNS,
        title=_title,
        states=[*states, (ACCOUNT_WAITING, gettext(_ACCOUNT_WAITS))],
        services=[(one.code, name_service(one.code)) for one in list_services()],
        communities=[
            (one.code, f"{one.street} {one.name}") for one in list_communities(actor=g.actor)
        ],
    )


@blueprint.get("/<code>")
@require(policy.LIST_SHOPS)
def show(code: str) -> str:
    """Show one shop: what it offers, who is paid, its tills, what waits for approval."""
    return _show_one(code, None)


def _show_one(code: str, refusal: Refusal | None) -> str:
    shop = get_shop(code=code, actor=g.actor)
    today = clock.today()
    prices = list_prices_of(shop_id=shop.id)
    return render(
        "show",
        shop=shop,
        about=describe_shop(shop=shop),
        services=[
            (service, list(rows)) for service, rows in groupby(prices, key=lambda row: row.service)
        ],
        accounts=list_accounts(shop_id=shop.id),
        row=find_waiting(shop_id=shop.id),
        paid_from=today + ACCOUNT_COOLING,
        today=today,
        devices=list_devices_of(shop_id=shop.id),
        refusal=refusal,
    )


@blueprint.get("/approve")
@require(policy.SEE_WAITING)
def ask_approve() -> str:
    """Show what waits for approval and what approving it will put in force."""
    return _show_waiting(None)


@blueprint.post("/approve")
@require(policy.APPROVE_SHOP)
def approve() -> Page:
    """Approve the shops that were ticked, exactly as they stood on the page."""
    typed = request.form.getlist("shop")

    def deed() -> dict[str, Any]:
        done = approve_chosen_shops(
            actor=g.actor, chosen=read_chosen(typed), now=clock.now(), today=clock.today()
        )
        return {"shops": len(done.shops), "accounts": len(done.accounts)}

    try:
        done = perform("shops.approve", deed, shops=typed)
    except Refusal as refusal:
        return _show_waiting(refusal), refusal.status
    flash(gettext("已批准：商户 %(shops)s 家，收款账户 %(accounts)s 个", **done))
    only = read_chosen(typed)[0].code
    if request.form.get("from") == "shop":
        return redirect(url_for("shops.show", code=only))
    return redirect(url_for("shops.ask_approve"))


def _show_waiting(refusal: Refusal | None) -> str:
    found = slice_waiting(actor=g.actor, wanted=read_wanted(request.args))
    return render(
        "approve",
        slice=found,
        columns=WAITING_COLUMNS,
        paid_from=clock.today() + ACCOUNT_COOLING,
        today=clock.today(),
        refusal=refusal,
    )


@blueprint.get("/<code>/suspend")
@require(policy.SUSPEND_SHOP)
def ask_suspend(code: str) -> str:
    """Ask why a shop is to be suspended, and say what follows."""
    return _ask("suspend", code, None)


@blueprint.post("/<code>/suspend")
@require(policy.SUSPEND_SHOP)
def suspend(code: str) -> Page:
    """Suspend a shop: its tills are refused from this moment."""
    return _move("suspend", code, suspend_shop, gettext("商户已暂停，收银终端立即停收"))


@blueprint.get("/<code>/reopen")
@require(policy.SUSPEND_SHOP)
def ask_reopen(code: str) -> str:
    """Ask why a shop is to take vouchers again."""
    return _ask("reopen", code, None)


@blueprint.post("/<code>/reopen")
@require(policy.REOPEN_SHOP)
def reopen(code: str) -> Page:
    """Let a suspended shop take vouchers again."""
    return _move("reopen", code, reopen_shop, gettext("商户已恢复，可以收券"))


def _ask(deed: str, code: str, refusal: Refusal | None) -> str:
    shop = get_shop(code=code, actor=g.actor)
    reason = request.form.get("reason", "")
    return render(deed, shop=shop, refusal=refusal, reason=reason)


def _move(name: str, code: str, operation: Callable[..., None], done: str) -> Page:
    reason = request.form.get("reason", "")
    now: datetime = clock.now()

    def deed() -> dict[str, Any]:
        operation(actor=g.actor, shop_code=code, reason=reason, now=now)
        return {}

    try:
        perform(f"shops.{name}", deed, shop=code, reason=reason)
    except Refusal as refusal:
        return _ask(name, code, refusal), refusal.status
    flash(done)
    return redirect(url_for("shops.show", code=code))


@blueprint.get("/<code>/forget-pin")
@require(policy.CLEAR_SHOP_PIN)
def ask_forget_pin(code: str) -> str:
    """Say what forgetting a shop's PIN means."""
    return _ask("forget_pin", code, None)


@blueprint.post("/<code>/forget-pin")
@require(policy.CLEAR_SHOP_PIN)
def forget_pin(code: str) -> Page:
    """Forget a shop's PIN: the next till that would ask for it sets a new one."""

    def deed() -> dict[str, Any]:
        clear_shop_pin(actor=g.actor, shop_code=code, now=clock.now())
        return {}

    perform("shops.forget_pin", deed, shop=code)
    flash(gettext("商户口令已清除，下一次输口令时设新的"))
    return redirect(url_for("shops.show", code=code))
