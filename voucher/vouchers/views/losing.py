"""
Pages of a box that is lost: held at once, void when another person agrees.

GET  /handovers/<run>/<community>/loss   which part of the round, and what reporting it will do
POST /handovers/<run>/<community>/loss   report it
GET  /handovers/losses/<loss>            one lost box
POST /handovers/losses/<loss>/voiding    void it, as another person
POST /handovers/losses/<loss>/declining  it was found: let it be used again
"""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.codes import show_serial
from voucher.divisions.queries import get_community
from voucher.refusals import N_, NotFound, Refusal
from voucher.vouchers import policy
from voucher.vouchers.forms import LossForm, read_number, read_reason
from voucher.vouchers.operations.losing import (
    Box,
    as_box,
    decline_loss,
    foresee_loss,
    report_loss,
    void_loss,
)
from voucher.vouchers.queries.deciding import get_loss
from voucher.vouchers.queries.rounds import find_serials, get_round
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.views.handovers import blueprint
from voucher.vouchers.views.rounds import do_once
from voucher.vouchers.views.wording import name_run

_ROUND = "/<int:run_id>/<code>/loss"
_LOSS = "/losses/<int:loss_id>"


@blueprint.get(_ROUND)
@require(policy.REPORT_LOSS)
def ask_loss(run_id: int, code: str) -> Any:
    """Ask which part of a round is lost, and say what reporting it will do."""
    return _ask_loss(run_id, code, LossForm.parse(request.args), None)


def _ask_loss(run_id: int, code: str, form: LossForm, refusal: Refusal | None) -> Any:
    run = get_run(actor=g.actor, run_id=run_id)
    community = get_community(actor=g.actor, code=code)
    get_round(actor=g.actor, run=run, community_id=community.id)
    first, last = find_serials(run_id=run_id, community_id=community.id) or ("", "")
    preview = None
    if form.first:
        try:
            box = Box(run_id, community.id, *form.read_range(), form.with_delivered)
            preview = foresee_loss(box=box)
        except Refusal as fault:
            refusal = refusal or fault
    page = render_template(
        "vouchers/ask_loss.html",
        run=run,
        name=name_run(run),
        community=community,
        form=form,
        first=form.first or show_serial(first),
        last=form.last or show_serial(last),
        preview=preview,
        reason=request.form.get("reason", ""),
        refusal=refusal,
    )
    return page, refusal.status if refusal else 200


@blueprint.post(_ROUND)
@require(policy.REPORT_LOSS)
def lose(run_id: int, code: str) -> Any:
    """Report a box as lost: all of it is held at once."""
    form, now = LossForm.parse(request.form), clock.now()

    def deed() -> dict[str, Any]:
        community = get_community(actor=g.actor, code=code)
        made = report_loss(
            actor=g.actor,
            box=Box(run_id, community.id, *form.read_range(), form.with_delivered),
            reason=read_reason(request.form),
            seen_vouchers=read_number(request.form, "seen"),
            now=now,
        )
        return {"loss": made.id}

    try:
        asked = {"box": str(form), "reason": request.form.get("reason", "")}
        done = do_once("handovers.lose", deed, run=run_id, code=code, **asked)
    except NotFound:
        raise
    except Refusal as refusal:
        return _ask_loss(run_id, code, form, refusal)
    flash(gettext("已报失，这些券现在不能使用。"))
    return redirect(url_for("handovers.show_loss", loss_id=done["loss"]))


@blueprint.get(_LOSS)
@require(policy.LIST_ROUNDS)
def show_loss(loss_id: int) -> Any:
    """Show a lost box and what can be decided."""
    return _show_loss(loss_id, None)


def _show_loss(loss_id: int, refusal: Refusal | None) -> str:
    file = get_loss(actor=g.actor, loss_id=loss_id)
    return render_template(
        "vouchers/loss.html",
        file=file,
        box=as_box(file),
        refusal=refusal,
        show_serial=show_serial,
        is_own=file.loss.asked_by == g.actor.account_id,
        may_decide=policy.DECIDE_LOSS.allows(g.actor),
    )


@blueprint.post(f"{_LOSS}/voiding")
@require(policy.DECIDE_LOSS)
def void_box(loss_id: int) -> Any:
    """Void a lost box as the second person."""
    said = N_("已作废 %(count)s 张券，余额退回预算。")
    return _decide(loss_id, "handovers.void_box", void_loss, said)


@blueprint.post(f"{_LOSS}/declining")
@require(policy.DECIDE_LOSS)
def decline_box(loss_id: int) -> Any:
    """Let the vouchers of a box that was found be used again."""
    said = N_("已撤销报失，这些券恢复原样。")
    return _decide(loss_id, "handovers.decline_box", decline_loss, said)


def _decide(loss_id: int, route: str, decide: Callable[..., int | None], said: str) -> Any:
    now = clock.now()

    def deed() -> dict[str, Any]:
        return {"count": decide(actor=g.actor, loss_id=loss_id, now=now)}

    try:
        done = do_once(route, deed, loss=loss_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _show_loss(loss_id, refusal), refusal.status
    flash(gettext(said) % {"count": done["count"]})
    return redirect(url_for("handovers.show_loss", loss_id=loss_id))


# The blueprint is whole once this module is loaded.
__all__ = ["blueprint"]
