"""
Scanning paper: what is given, and what came back.

GET  /handovers/scan                  a field for the scanner gun or the keyboard
POST /handovers/scan                  look one paper up and add it to those in hand
POST /handovers/scan/confirmation     record everything in hand as given
GET  /handovers/returned              the same for paper that came back
POST /handovers/returned              look one up
POST /handovers/returned/confirmation record what became of everything in hand

A scan only collects; one confirmation records. A voucher that is active can be spent, so the worker
first compares the pile with the list, and one scanned by mistake is taken out without a trace. The
code of a round, on its list and cover, leads to the page of the round.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for

from voucher import clock
from voucher.access import require
from voucher.codes import show_serial
from voucher.divisions.queries import get_community
from voucher.refusals import N_, Refusal
from voucher.text import mask_name
from voucher.vouchers import policy
from voucher.vouchers.forms import GivenList, read_number, read_outcome, read_prints
from voucher.vouchers.operations.counting import find_returned
from voucher.vouchers.operations.handing import find_paper, read_print
from voucher.vouchers.queries.people import list_papers
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.rounds import OUTCOME_TITLES, REASON_TITLES, REPRINT, read_batch
from voucher.vouchers.rules import VOUCHER_TITLES, VoucherState, shorten_address
from voucher.vouchers.views.handovers import blueprint, record_list, tell


@dataclass(frozen=True, slots=True)
class Pile:
    """One of the two piles that are scanned: its words, its addresses, what may lie in it."""

    title: str
    lead: str
    look_up: str
    confirm: str
    find: Callable[..., Any]
    states: tuple[VoucherState, ...]
    outcomes: tuple[str, ...] = ()


GIVEN = Pile(
    N_("扫码发放"),
    N_("每发一张扫一张；核对手里的张数，再一起登记。登记以前什么都没有改变。"),
    "handovers.look_up",
    "handovers.confirm",
    find_paper,
    (VoucherState.INACTIVE,),
)
BACK_AGAIN = Pile(
    N_("扫码登记退回"),
    N_("原因相同的一起扫：每张扫一下，再按原因登记。登记以前什么都没有改变。"),
    "handovers.look_up_returned",
    "handovers.confirm_returned",
    find_returned,
    (VoucherState.INACTIVE, VoucherState.ACTIVE),
    (*OUTCOME_TITLES, REPRINT),
)


@blueprint.get("/scan")
@require(policy.HAND_OVER)
def scan() -> str:
    """Show the field that a scanner types into."""
    return _show(GIVEN, (), None)


@blueprint.get("/returned")
@require(policy.COUNT_BACK)
def scan_returned() -> str:
    """Show the same field, for paper that came back."""
    return _show(BACK_AGAIN, (), None)


@blueprint.post("/scan")
@require(policy.HAND_OVER)
def look_up() -> Any:
    """Look one paper up and add it to those in hand; or take one out."""
    return _look_up(GIVEN)


@blueprint.post("/returned")
@require(policy.COUNT_BACK)
def look_up_returned() -> Any:
    """Look one paper that came back up and add it to those in hand; or take one out."""
    return _look_up(BACK_AGAIN)


def _look_up(pile: Pile) -> Any:
    in_hand = read_prints(request.form.get("shown", ""))
    if "remove" in request.form:
        taken_out = read_number(request.form, "remove")
        return _show(pile, tuple(one for one in in_hand if one != taken_out), None)
    text = request.form.get("code", "")
    try:
        if (batch := read_batch(text)) is not None:
            return _open_round(batch, in_hand)
        code = read_print(text=text, home=current_app.config["HOME"])
        print_id = pile.find(actor=g.actor, print_code=code).print_id
        if print_id in in_hand:
            raise Refusal("already_scanned", N_("这张券刚才已经扫过，在下面的列表里"))
    except Refusal as refusal:
        return _show(pile, in_hand, refusal), refusal.status
    return _show(pile, (print_id, *in_hand), None)


def _open_round(batch: tuple[int, str], in_hand: tuple[int, ...]) -> Any:
    if in_hand:
        raise Refusal("hand_full", N_("请先登记手里的券，再扫另一个社区的封面"))
    run_id, code = batch
    get_run(actor=g.actor, run_id=run_id)
    get_community(actor=g.actor, code=code)
    return redirect(url_for("handovers.show_people", run_id=run_id, code=code))


@blueprint.post("/scan/confirmation")
@require(policy.HAND_OVER)
def confirm() -> Any:
    """Record everything in hand as given."""
    return _confirm(GIVEN)


@blueprint.post("/returned/confirmation")
@require(policy.COUNT_BACK)
def confirm_returned() -> Any:
    """Record what became of everything in hand."""
    return _confirm(BACK_AGAIN)


def _confirm(pile: Pile) -> Any:
    in_hand: tuple[int, ...] = ()
    try:
        in_hand = read_prints(request.form.get("shown", ""))
        form = GivenList(in_hand, {})
        if pile.outcomes:
            outcome = read_outcome(request.form, among=pile.outcomes)
            form = GivenList((), {}, in_hand, outcome)
        done = record_list(pile.confirm, form, clock.now())
    except Refusal as refusal:
        return _show(pile, in_hand, refusal), refusal.status
    tell(done)
    return redirect(url_for(pile.look_up))


def _show(pile: Pile, in_hand: tuple[int, ...], refusal: Refusal | None) -> str:
    papers = list_papers(actor=g.actor, print_ids=in_hand)
    return render_template(
        "vouchers/scan.html",
        pile=pile,
        papers=papers,
        shown=" ".join(str(paper.print_id) for paper in papers),
        titles=VOUCHER_TITLES,
        reasons=REASON_TITLES,
        refusal=refusal,
        show_serial=show_serial,
        shorten_address=shorten_address,
        mask_name=mask_name,
    )


# The blueprint is whole once this module is loaded.
__all__ = ["blueprint"]
