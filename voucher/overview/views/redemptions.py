"""
Pages of redemptions.

GET  /redemptions/               the list; `?format=xlsx` as a workbook
GET  /redemptions/<id>           one, with its parts, its voucher and what was refused
GET  /redemptions/<id>/reverse   what a late reversal will do
POST /redemptions/<id>/reverse   ask for it; another person approves it
"""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.cases.forms import Decision
from voucher.cases.models import Kind
from voucher.cases.operations import find_open_case
from voucher.codes import show_serial
from voucher.db import transaction
from voucher.listing import Column, read_wanted, send_workbook
from voucher.overview.queries.redemptions import (
    REDEMPTION_SORTS,
    RedemptionFile,
    RedemptionRow,
    get_redemption_file,
    list_redemptions,
)
from voucher.pages import select_language
from voucher.redemptions import policy
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.rules.taking import RETURN_SENTENCES, choose_return
from voucher.redemptions.rules.wording import ATTEMPT_TITLES, MODE_TITLES
from voucher.refusals import N_, NotFound, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_service, list_services

blueprint = Blueprint("redemptions", __name__, url_prefix="/redemptions")


@blueprint.app_template_global()
def service_name(code: str | None) -> str:
    """Give a service's name in the reader's language; empty where a voucher covers any."""
    return get_service(code).name.say(select_language()) if code else ""


_ONE = "/<int:redemption_id>"
FILTERS = ("shop", "service", "day", "state")
COLUMNS: tuple[Column[RedemptionRow], ...] = (
    Column(N_("时间"), lambda row: row.redemption.redeemed_at, sort="at"),
    Column(N_("小票号"), lambda row: row.redemption.receipt),
    Column(N_("商户"), lambda row: f"{row.shop_code} {row.shop}", sort="shop"),
    Column(N_("服务"), lambda row: service_name(row.redemption.service)),
    Column(N_("券号"), lambda row: show_serial(row.serial)),
    Column(
        N_("价格（元）"), lambda row: row.redemption.price_fen / 100, sort="price", is_number=True
    ),
    Column(
        N_("券付（元）"), lambda row: row.redemption.amount_fen / 100, sort="amount", is_number=True
    ),
    Column(N_("自付（元）"), lambda row: row.redemption.own_fen / 100, is_number=True),
    Column(N_("冲正"), lambda row: row.reversed_at or ""),
)


@blueprint.get("/")
@require(policy.LIST_REDEMPTIONS)
def show_list() -> str | Response:
    """Show the redemptions of the area."""
    wanted = read_wanted(request.args, sorts=tuple(REDEMPTION_SORTS), filters=FILTERS)
    found = list_redemptions(actor=g.actor, wanted=wanted)
    if not wanted.is_export:
        return render_template(
            "overview/redemptions.html",
            slice=found,
            columns=COLUMNS,
            service_options=[(one.code, service_name(one.code)) for one in list_services()],
        )
    with transaction():
        record_event(
            actor=g.actor,
            action="redemptions.export",
            subject_kind="list",
            subject_id="redemptions",
            now=clock.now(),
            facts={"rows": len(found.rows)},
        )
    return send_workbook(name=gettext("核销"), columns=COLUMNS, rows=found.rows)


@blueprint.get(_ONE)
@require(policy.LIST_REDEMPTIONS)
def show(redemption_id: int) -> str:
    """Show one redemption."""
    return render_template(
        "overview/redemption.html",
        file=get_redemption_file(actor=g.actor, redemption_id=redemption_id),
        modes=MODE_TITLES,
        attempts=ATTEMPT_TITLES,
        case=_find_case(redemption_id),
        may_reverse=policy.REVERSE_LATE.allows(g.actor),
    )


def _find_case(redemption_id: int) -> int | None:
    for kind in (Kind.LATE_REVERSAL, Kind.USED_AFTER_DEATH):
        if case := find_open_case(kind=kind, subject_id=redemption_id):
            return case.id
    return None


@blueprint.get(f"{_ONE}/reverse")
@require(policy.REVERSE_LATE)
def ask_reversal(redemption_id: int) -> str:
    """Say what a late reversal will do, and ask why."""
    return _ask(redemption_id, Decision(), None)


def _ask(redemption_id: int, form: Decision, refusal: Refusal | None) -> str:
    file = get_redemption_file(actor=g.actor, redemption_id=redemption_id)
    return render_template(
        "overview/ask_reversal.html",
        file=file,
        effect=say_return(file),
        form=form,
        refusal=refusal,
    )


def say_return(file: RedemptionFile) -> str:
    """Say what becomes of the money of this use if it is taken back now."""
    voucher = file.voucher
    target = choose_return(state=voucher.state, period_to=voucher.period_to, today=clock.today())
    return RETURN_SENTENCES[target]


@blueprint.post(f"{_ONE}/reverse")
@require(policy.REVERSE_LATE)
def ask_second_person(redemption_id: int) -> tuple[str, int] | Response:
    """Ask another person to take the redemption back."""
    form, now = Decision.parse(request.form), clock.now()
    try:
        done = perform_once(
            actor=g.actor,
            route="redemptions.reverse",
            client_key=form.client_key,
            request={"redemption": redemption_id, "reason": form.typed},
            now=now,
            deed=lambda: reverse_redemption(
                actor=g.actor,
                redemption_id=redemption_id,
                reason=form.reason,
                may_reverse_late=True,
                now=now,
            ),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _ask(redemption_id, form, refusal), refusal.status
    is_waiting = done["result"] == "waiting"
    flash(gettext("已申请冲正，等待另一人批准。") if is_waiting else gettext("已冲正。"))
    return redirect(url_for("redemptions.show", redemption_id=redemption_id))
