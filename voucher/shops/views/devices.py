"""
Pages of tills.

GET  /devices/                list        GET  /devices/new    POST   the code, shown once
GET  /devices/<id>/suspend    ask         POST /devices/<id>/suspend
"""

import base64
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.listing import Column, read_wanted, send_workbook
from voucher.qr import make_raster
from voucher.rasters import write_png
from voucher.refusals import N_, Refusal
from voucher.shops import policy
from voucher.shops.operations.enrolling import enrol_device, suspend_device
from voucher.shops.operations.listing import (
    DEVICE_SORTS,
    get_device,
    list_open_shops,
    slice_devices,
)
from voucher.shops.queries import get_shop
from voucher.shops.rules.states import CODE_LIFE, DEVICE_TITLES
from voucher.shops.views.showing import Page, name_device_state, perform, render

blueprint = Blueprint("devices", __name__, url_prefix="/devices")

COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("终端编号"), lambda row: row.id, "id"),
    Column(N_("商户"), lambda row: f"{row.shop_code} {row.shop_name}", "shop"),
    Column(N_("状态"), lambda row: name_device_state(row), "state"),
    Column(N_("绑定人"), lambda row: row.enroller),
    Column(N_("领码时间"), lambda row: row.made_at, "made_at"),
    Column(N_("有效期至"), lambda row: row.expires_at or "", "expires_at"),
    Column(N_("停用时间"), lambda row: row.suspended_at or ""),
    Column(N_("操作")),
)


@blueprint.get("/")
@require(policy.LIST_DEVICES)
def show_list() -> str | Response:
    """List the tills of the reader's area."""
    wanted = read_wanted(request.args, sorts=DEVICE_SORTS, filters=("q", "state"))
    found = slice_devices(actor=g.actor, wanted=wanted, text=wanted["q"], state=wanted["state"])
    if wanted.is_export:
        return send_workbook(name=gettext("收银终端"), columns=COLUMNS, rows=found.rows)
    states = [(state.value, gettext(title)) for state, title in DEVICE_TITLES.items()]
    return render("devices", slice=found, columns=COLUMNS, states=states)


@blueprint.get("/new")
@require(policy.ENROL_DEVICE)
def ask_new() -> str:
    """Ask for which shop a till is to be enrolled."""
    return _ask_new(request.args.get("shop", ""), None)


def _ask_new(code: str, refusal: Refusal | None) -> str:
    return render(
        "enrol",
        shops=[(shop.code, f"{shop.code} {shop.name}") for shop in list_open_shops(actor=g.actor)],
        code=code,
        refusal=refusal,
    )


@blueprint.post("/new")
@require(policy.ENROL_DEVICE)
def enrol() -> Page:
    """Make a till's one-time code and show it, once: only its hash is kept."""
    code = request.form.get("shop", "")
    told: list[str] = []

    def deed() -> dict[str, Any]:
        made = enrol_device(actor=g.actor, shop_code=code, now=clock.now())
        told.append(made.code)
        return {"device": made.device_id}

    try:
        done = perform("devices.enrol", deed, shop=code)
    except Refusal as refusal:
        return _ask_new(code, refusal), refusal.status
    return _show_code(code, done["device"], told), 200


def _show_code(shop_code: str, device_id: int, told: list[str]) -> str:
    address = f"{_own_address()}/till/enrol"
    # The fragment stays in the browser: no server and no log sees the code in an address.
    picture = write_png(make_raster(f"{address}#{told[0]}")) if told else b""
    return render(
        "code",
        shop=get_shop(code=shop_code, actor=g.actor),
        device_id=device_id,
        code=told[0] if told else "",
        address=address,
        picture=base64.b64encode(picture).decode("ascii"),
        seconds=int(CODE_LIFE.total_seconds()),
    )


def _own_address() -> str:
    home = current_app.config["HOME"]
    return request.url_root.rstrip("/") if home.is_rehearsal else f"https://{home.host.lower()}"


@blueprint.get("/<int:device_id>/suspend")
@require(policy.SUSPEND_DEVICE)
def ask_suspend(device_id: int) -> str:
    """Say what stopping a till means before it is done."""
    return _ask_suspend(device_id, None)


@blueprint.post("/<int:device_id>/suspend")
@require(policy.SUSPEND_DEVICE)
def suspend(device_id: int) -> Page:
    """Stop a till at once: a lost phone takes no voucher any more."""

    def deed() -> dict[str, Any]:
        suspend_device(actor=g.actor, device_id=device_id, now=clock.now())
        return {}

    try:
        perform("devices.suspend", deed, device=device_id)
    except Refusal as refusal:
        return _ask_suspend(device_id, refusal), refusal.status
    flash(gettext("收银终端 %(id)s 已停用", id=device_id))
    return redirect(url_for("devices.show_list"))


def _ask_suspend(device_id: int, refusal: Refusal | None) -> str:
    row = get_device(actor=g.actor, device_id=device_id)
    return render("stop", row=row, refusal=refusal)
