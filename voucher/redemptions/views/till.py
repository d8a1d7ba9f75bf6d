"""
The till: one page for the clerk, and the answers it asks for.

GET  /till/                           the page; ?scan= fills in what WeChat's scanner opened
POST /till/look    /till/quote        what a voucher is; how a price would be divided
POST /till/redeem  /till/undo         take, and take back the same day
GET  /till/today                      what the shop took since midnight

The page's own requests are JSON, and every refusal carries what to do next.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g, jsonify, render_template, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.bodies import read_client_key
from voucher.db import transaction
from voucher.redemptions import forms, policy
from voucher.redemptions.operations.looking import explain_use, inspect_voucher, quote_redemption
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.operations.reversing import undo_redemption
from voucher.redemptions.queries.paper import load_reader
from voucher.redemptions.queries.uses import read_today
from voucher.redemptions.rules.taking import RedemptionRefused
from voucher.redemptions.rules.wording import ADVICE, JUDGED_BY_BROWSER
from voucher.redemptions.views.describing import describe_offer, describe_today
from voucher.redemptions.views.knowing import blueprint, take_scan
from voucher.refusals import N_, Refusal
from voucher.shops.queries import get_shop

Outcome = TypeVar("Outcome")

MOST_ROWS = 200
_DECODER = "redemptions/decoder.js"


@blueprint.before_app_request
def let_the_decoder_compile() -> None:
    """The reader of codes runs in a worker, whose own answer says what it may do."""
    if request.endpoint == "static" and (request.view_args or {}).get("filename") == _DECODER:
        g.needs_wasm = True


@blueprint.get("/")
@require(policy.WORK_TILL)
def show() -> str:
    """Show the till's page; a scan that was kept for it is filled in, once."""
    g.needs_wasm = True
    scan_id = request.args.get("scan", "")
    scanned = take_scan(scan_id, clock.now())
    return render_template(
        "redemptions/till.html",
        shop=get_shop(code=g.actor.name, actor=g.actor),
        scanned=scanned or "",
        is_scan_gone=bool(scan_id) and scanned is None,
        spoken=JUDGED_BY_BROWSER,
        advice=ADVICE,
    )


@blueprint.post("/look")
@require(policy.LOOK_UP)
def look() -> Response:
    """Tell what a voucher is, whom to expect, and what this shop can do for it."""
    code, now = forms.read_lookup(request), clock.now()
    reader = load_reader(current_app.config["HOME"])
    with transaction():
        outcome = inspect_voucher(actor=g.actor, text=code, reader=reader, now=now)
    if isinstance(outcome, RedemptionRefused):
        raise explain_use(actor=g.actor, text=code, reader=reader, refusal=outcome, now=now)
    return jsonify(describe_offer(outcome))


@blueprint.post("/quote")
@require(policy.QUOTE)
def quote() -> Response:
    """Tell what voucher and resident would each pay."""
    code, claim = forms.read_claim(request)
    with transaction():
        outcome = quote_redemption(
            actor=g.actor,
            text=code,
            reader=load_reader(current_app.config["HOME"]),
            claim=claim,
            now=clock.now(),
        )
    if isinstance(outcome, RedemptionRefused):
        raise outcome
    return jsonify(
        price_fen=outcome.price_fen,
        amount_fen=outcome.amount_fen,
        own_fen=outcome.own_fen,
        other_payer_fen=outcome.other_payer_fen,
        uses=outcome.uses,
    )


@blueprint.post("/redeem")
@require(policy.REDEEM)
def redeem() -> Response:
    """Take one use, or answer what this very attempt got before."""
    client_key, now = read_client_key(request), clock.now()
    code, claim = forms.read_claim(request)
    reader = load_reader(current_app.config["HOME"])
    outcome = _attempt(
        lambda: attempt_redemption(
            actor=g.actor, text=code, reader=reader, claim=claim, client_key=client_key, now=now
        )
    )
    if isinstance(outcome, RedemptionRefused):
        raise explain_use(actor=g.actor, text=code, reader=reader, refusal=outcome, now=now)
    return jsonify(outcome)


@blueprint.post("/undo")
@require(policy.UNDO)
def undo() -> Response:
    """Take back what this shop redeemed today."""
    client_key, now = read_client_key(request), clock.now()
    redemption_id, reason = forms.read_undo(request)
    return jsonify(
        _attempt(
            lambda: undo_redemption(
                actor=g.actor,
                redemption_id=redemption_id,
                reason=reason,
                client_key=client_key,
                now=now,
            )
        )
    )


@blueprint.get("/today")
@require(policy.LIST_TODAY)
def list_today() -> Response:
    """List what the shop took since midnight, and what stands of it."""
    return jsonify(describe_today(read_today(actor=g.actor, today=clock.today(), most=MOST_ROWS)))


def _attempt(deed: Callable[[], Outcome]) -> Outcome:
    """
    Run one attempt in its transaction; of two at once under one key the second asks again.

    :raises Refusal: key_busy.
    """
    try:
        with transaction():
            return deed()
    except IntegrityError:
        raise Refusal(
            "key_busy", N_("同一请求编号正在处理，请稍后用同一编号重试"), retry_after=1
        ) from None
