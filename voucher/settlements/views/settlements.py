"""
Pages of settlements: the list, one, approving, recording a payment, statements.

GET  /settlements/                  list       GET  /settlements/<id>   one, its lines
GET  /settlements/approve           all that wait                POST /settlements/approve
POST /settlements/<id>/approve                 POST /settlements/<id>/pay
GET  /settlements/<id>/statement.pdf, .xlsx    GET  /settlements/shops/<code>/today
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.db import transaction
from voucher.listing import (
    XLSX,
    Column,
    read_wanted,
    send_file_content,
    send_workbook,
    slice_rows,
)
from voucher.money import show_yuan
from voucher.periods import start_of_day
from voucher.printouts.queries.sheets import MARKS
from voucher.refusals import N_, Refusal
from voucher.settlements import policy
from voucher.settlements.forms import BANK_REF_WORDS, read_day, read_ids
from voucher.settlements.models import SettlementState
from voucher.settlements.operations.paying import (
    approve_settlement,
    approve_settlements,
    pay_settlement,
)
from voucher.settlements.operations.statements import write_statement
from voucher.settlements.queries.lines import LINE_SORTS, get_today, list_held_lines, slice_lines
from voucher.settlements.queries.settlements import (
    LIST_SORTS,
    get_row,
    list_in_state,
    slice_settlements,
)
from voucher.settlements.views.showing import COLUMNS, Page, name_service, perform, render
from voucher.shops.queries import get_shop

blueprint = Blueprint("settlements", __name__, url_prefix="/settlements")

LINE_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("时间"), lambda row: row.redeemed_at, "at"),
    Column(N_("回执"), lambda row: row.receipt),
    Column(N_("券号"), lambda row: row.serial),
    Column(N_("服务"), lambda row: name_service(row.service)),
    Column(N_("价格（元）"), lambda row: _sign(row) * row.price_fen / 100, "price", is_number=True),
    Column(N_("券付（元）"), lambda row: row.amount_fen / 100, "amount", is_number=True),
    Column(N_("自付（元）"), lambda row: _sign(row) * row.own_fen / 100, is_number=True),
    Column(
        N_("其他支付（元）"), lambda row: _sign(row) * row.other_payer_fen / 100, is_number=True
    ),
)


def _sign(row: Any) -> int:
    return 1 if row.reversal_id is None else -1


@blueprint.get("/")
@require(policy.LIST)
def show_list() -> str | Response:
    """List settlements, with the sums of all that were asked for."""
    wanted = read_wanted(request.args, sorts=LIST_SORTS, filters=("state", "shop", "through"))
    found, sums = slice_settlements(
        actor=g.actor,
        wanted=wanted,
        state=wanted["state"],
        shop=wanted["shop"],
        through=read_day(wanted["through"]) if wanted["through"] else None,
    )
    if wanted.is_export:
        return send_workbook(name=gettext("结算单"), columns=COLUMNS, rows=found.rows)
    return render("list", slice=found, sums=sums, columns=COLUMNS)


@blueprint.get("/approve")
@require(policy.SEE_PAYMENTS)
def ask_approve_all() -> str:
    """Show how many settlements wait for this person, what they sum to, and which are left out."""
    return _show_waiting(None)


@blueprint.post("/approve")
@require(policy.APPROVE)
def approve_all() -> Page:
    """Approve exactly the settlements that stood on the page."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        ids = read_ids(request.form.get("settlements", ""))
        count, fen = approve_settlements(actor=g.actor, settlement_ids=ids, now=now)
        return {"count": count, "yuan": show_yuan(fen)}

    try:
        typed = request.form.get("settlements", "")
        done = perform("settlements.approve_all", deed, settlements=typed)
    except Refusal as refusal:
        return _show_waiting(refusal), refusal.status
    flash(gettext("已批准 %(count)s 张结算单，共 %(yuan)s 元，现在可以付款", **done))
    return redirect(url_for("settlements.show_list", state=SettlementState.APPROVED.value))


def _show_waiting(refusal: Refusal | None) -> str:
    waiting = list_in_state(actor=g.actor, state=SettlementState.MADE)
    own = [row for row in waiting if row.made_by == g.actor.account_id]
    others = [row for row in waiting if row.made_by != g.actor.account_id]
    wanted = read_wanted(request.args)
    found = slice_rows(others, wanted=wanted)
    return render("approve", others=others, own=own, slice=found, columns=COLUMNS, refusal=refusal)


@blueprint.get("/<int:settlement_id>")
@require(policy.LIST)
def show(settlement_id: int) -> str | Response:
    """Show a settlement: what it sums to, its lines, what is held, and what can be done now."""
    row = get_row(actor=g.actor, settlement_id=settlement_id)
    wanted = read_wanted(request.args, sorts=LINE_SORTS)
    if wanted.is_export:
        found, _ = slice_lines(wanted=wanted, settlement_id=settlement_id)
        name = gettext("结算单 %(number)s", number=settlement_id)
        return send_workbook(name=name, columns=LINE_COLUMNS, rows=found.rows)
    return _show_one(row, wanted, None)


def _show_one(row: Any, wanted: Any, refusal: Refusal | None) -> str:
    found, sums = slice_lines(wanted=wanted, settlement_id=row.id)
    at_field = refusal if refusal and refusal.word in BANK_REF_WORDS else None
    return render(
        "show",
        row=row,
        slice=found,
        sums=sums,
        sign=_sign,
        columns=LINE_COLUMNS,
        held=list_held_lines(cut_at=row.cut_at, shop_id=row.shop_id),
        refusal=None if at_field else refusal,
        fault=at_field,
        bank_ref=request.form.get("bank_ref", ""),
    )


@blueprint.post("/<int:settlement_id>/approve")
@require(policy.APPROVE)
def approve(settlement_id: int) -> Page:
    """Approve a settlement that another finance account made."""

    def deed() -> dict[str, Any]:
        approve_settlement(actor=g.actor, settlement_id=settlement_id, now=clock.now())
        return {}

    done = gettext("结算单 %(number)s 已批准，现在可以付款", number=settlement_id)
    return _do("settlements.approve", settlement_id, deed, done)


@blueprint.post("/<int:settlement_id>/pay")
@require(policy.PAY)
def pay(settlement_id: int) -> Page:
    """Record that the bank paid, under its reference."""
    bank_ref = request.form.get("bank_ref", "")

    def deed() -> dict[str, Any]:
        now = clock.now()
        pay_settlement(actor=g.actor, settlement_id=settlement_id, bank_ref=bank_ref, now=now)
        return {}

    done = gettext("结算单 %(number)s 已登记付款", number=settlement_id)
    return _do("settlements.pay", settlement_id, deed, done, bank_ref=bank_ref)


def _do(
    route: str, settlement_id: int, deed: Callable[[], dict[str, Any]], done: str, **typed: object
) -> Page:
    try:
        perform(route, deed, settlement=settlement_id, **typed)
    except Refusal as refusal:
        row = get_row(actor=g.actor, settlement_id=settlement_id)
        return _show_one(row, read_wanted(request.args), refusal), refusal.status
    flash(done)
    return redirect(url_for("settlements.show", settlement_id=settlement_id))


@blueprint.get("/<int:settlement_id>/statement.pdf")
@require(policy.LIST)
def send_paper(settlement_id: int) -> Response:
    """Send a settlement's statement for the shop."""
    return _send_statement(settlement_id, 0, "application/pdf")


@blueprint.get("/<int:settlement_id>/statement.xlsx")
@require(policy.LIST)
def send_book(settlement_id: int) -> Response:
    """Send a settlement's statement for the office."""
    return _send_statement(settlement_id, 1, XLSX)


def _send_statement(settlement_id: int, place: int, kind: str) -> Response:
    home = current_app.config["HOME"]
    # Nothing of it stays on this machine.
    with TemporaryDirectory() as folder, transaction():
        files = write_statement(
            actor=g.actor,
            settlement_id=settlement_id,
            mark=MARKS[home.kind],
            folder=Path(folder),
            now=clock.now(),
        )
        content = files[place].read_bytes()
    return send_file_content(content=content, name=files[place].name, kind=kind)


@blueprint.get("/shops/<code>/today")
@require(policy.SEE_TODAY)
def show_today(code: str) -> str:
    """Show what a shop took today and what it is owed; the shop's page takes it in."""
    shop = get_shop(code=code, actor=g.actor)
    since = start_of_day(clock.today())
    uses, fen, owed_fen = get_today(shop_id=shop.id, since=since)
    return render("today", shop=shop, uses=uses, fen=fen, owed_fen=owed_fen)
