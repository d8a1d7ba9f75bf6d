"""
Pages that close a day.

GET  /settlements/close/    choose the day, see what every shop is owed    POST closes it
"""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.listing import Column, read_wanted, send_workbook, slice_rows
from voucher.money import show_yuan
from voucher.refusals import N_, Refusal
from voucher.settlements import policy
from voucher.settlements.forms import read_day, suggest_days
from voucher.settlements.operations.closing import make_settlements, preview_settlements
from voucher.settlements.views.showing import Page, perform, render

blueprint = Blueprint("closing", __name__, url_prefix="/settlements/close")

PREVIEW_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("商户编号"), lambda row: row.code),
    Column(N_("商户"), lambda row: row.name),
    Column(N_("笔数"), lambda row: row.lines, is_number=True),
    Column(N_("应付（元）"), lambda row: row.amount_fen / 100, is_number=True),
    Column(N_("暂缓"), lambda row: row.held, is_number=True),
    Column(N_("收款账户"), lambda row: f"{row.bank} {row.tail}"),
)


@blueprint.get("/")
@require(policy.PREVIEW)
def ask() -> Page | str:
    """Ask for the day and, once it is chosen, show what closing it would hold."""
    return _show_close(None)


@blueprint.post("/")
@require(policy.MAKE)
def close() -> Page:
    """Close a day: a settlement for every shop that is owed something."""
    try:
        through = read_day(request.form.get("through", ""))
        done = perform(
            "closing.close",
            lambda: _describe(make_settlements(actor=g.actor, through=through, now=clock.now())),
            through=through,
        )
    except Refusal as refusal:
        return _show_close(refusal)
    flash(gettext("%(day)s 已结算：%(count)s 张结算单，共 %(yuan)s 元。请另一位财务批准。", **done))
    return redirect(url_for("settlements.show_list", through=through.isoformat()))


def _describe(made: Any) -> dict[str, Any]:
    day = made[0].through_date.isoformat() if made else request.form["through"]
    return {
        "day": day,
        "count": len(made),
        "yuan": show_yuan(sum(settlement.amount_fen for settlement in made)),
    }


def _show_close(refusal: Refusal | None) -> Any:
    day, preview = request.values.get("through", ""), None
    try:
        if day and refusal is None:
            preview = preview_settlements(through=read_day(day), now=clock.now())
    except Refusal as fault:
        refusal = fault
    wanted = read_wanted(request.args, filters=("through",))
    if preview and wanted.is_export:
        return send_workbook(name=day, columns=PREVIEW_COLUMNS, rows=preview.rows)
    page = render(
        "close",
        day=day,
        days=suggest_days(clock.today()),
        preview=preview,
        slice=slice_rows(preview.rows, wanted=wanted) if preview else None,
        columns=PREVIEW_COLUMNS,
        refusal=refusal,
    )
    return page, refusal.status if refusal else 200
