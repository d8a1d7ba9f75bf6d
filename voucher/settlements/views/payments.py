"""
Pages for paying by the bank.

GET  /settlements/payments/    who is to be paid    GET /settlements/payments/bank-list.xlsx
"""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.db import transaction
from voucher.listing import Column, read_wanted, send_workbook, slice_rows
from voucher.refusals import N_
from voucher.settlements import policy
from voucher.settlements.models import SettlementState
from voucher.settlements.operations.paying import read_payments
from voucher.settlements.queries.settlements import list_in_state
from voucher.settlements.views.showing import COLUMNS, render

blueprint = Blueprint("payments", __name__, url_prefix="/settlements/payments")

PAYMENT_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("结算单"), lambda row: row.id),
    Column(N_("截止日"), lambda row: row.through_date),
    Column(N_("商户编号"), lambda row: row.shop_code),
    Column(N_("收款户名"), lambda row: row.holder),
    Column(N_("开户行"), lambda row: row.bank),
    Column(N_("账号"), lambda row: row.number),
    Column(N_("金额（元）"), lambda row: row.amount_fen / 100, is_number=True),
)


@blueprint.get("/")
@require(policy.SEE_PAYMENTS)
def show_list() -> str | Response:
    """Show what is approved and not yet paid, without account numbers."""
    rows = list_in_state(actor=g.actor, state=SettlementState.APPROVED)
    wanted = read_wanted(request.args)
    if wanted.is_export:
        return send_workbook(name=gettext("待付款"), columns=COLUMNS, rows=rows)
    found = slice_rows(rows, wanted=wanted)
    return render("bank_list", rows=rows, slice=found, columns=COLUMNS)


@blueprint.get("/bank-list.xlsx")
@require(policy.READ_ACCOUNTS)
def send() -> Response:
    """Send the list the bank pays by: the one place where account numbers stand in full."""
    with transaction():
        rows = read_payments(actor=g.actor, now=clock.now())
    return send_workbook(name=gettext("付款清单"), columns=PAYMENT_COLUMNS, rows=rows)


@blueprint.post("/bank-list.xlsx")
@require(policy.READ_ACCOUNTS)
def come_back() -> Response:
    """Lead who has just given the password again back to the page the list is sent from."""
    flash(gettext("已确认是您本人，现在可以下载付款清单"))
    return redirect(url_for("payments.show_list"))
