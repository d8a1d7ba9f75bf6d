"""
The API of tills: redeem, take back, look up.

POST /api/v1/redemptions                  one use of a voucher
POST /api/v1/redemptions/{id}/reversal    the same day, by the till's own shop
POST /api/v1/vouchers/lookup              what a voucher is and what is left
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, current_app, g, jsonify, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.bodies import read_client_key
from voucher.db import transaction
from voucher.openapi import Operation
from voucher.redemptions import forms, policy
from voucher.redemptions.operations.looking import look_up_voucher
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.operations.reversing import UNDO_ROUTE, undo_redemption
from voucher.redemptions.queries.paper import load_reader
from voucher.redemptions.rules.taking import ROUTE, RedemptionRefused
from voucher.refusals import N_, Refusal
from voucher.replies import was_answered
from voucher.shops.api import identify_till

blueprint = Blueprint("redemptions_api", __name__, url_prefix="/api/v1")
blueprint.before_request(identify_till)

_REFUSED = (
    "not_ours version key key_revoked signature damaged test typo unknown void superseded inactive "
    "held early expired used already_yours class over_value price_high nothing_to_take busy"
)
_TYPING = {403: "typing_locked", 429: "too_many_attempts"}


@blueprint.post("/redemptions", provide_automatic_options=False)
@require(policy.REDEEM)
def redeem() -> Response:
    """Take one use of a voucher for the till's shop."""
    client_key = read_client_key(request)
    code, claim = forms.read_redemption(request)
    with _one_attempt():
        is_replay = was_answered(actor_key=g.actor.key, route=ROUTE, client_key=client_key)
        outcome = attempt_redemption(
            actor=g.actor,
            text=code,
            reader=load_reader(current_app.config["HOME"]),
            claim=claim,
            client_key=client_key,
            now=clock.now(),
        )
    if isinstance(outcome, RedemptionRefused):
        raise outcome
    return _answer(outcome, is_replay=is_replay)


@blueprint.post(
    "/redemptions/<int(min=1, max=9223372036854775807):redemption_id>/reversal",
    provide_automatic_options=False,
)
@require(policy.UNDO)
def take_back(redemption_id: int) -> Response:
    """Take back what this till's shop redeemed today."""
    client_key = read_client_key(request)
    reason = forms.read_reversal(request)
    with _one_attempt():
        is_replay = was_answered(actor_key=g.actor.key, route=UNDO_ROUTE, client_key=client_key)
        body = undo_redemption(
            actor=g.actor,
            redemption_id=redemption_id,
            reason=reason,
            client_key=client_key,
            now=clock.now(),
        )
    return _answer(body, is_replay=is_replay)


@blueprint.post("/vouchers/lookup", provide_automatic_options=False)
@require(policy.LOOK_UP)
def look_up() -> Response:
    """Tell what a voucher is and what is left of it, and nothing of whose it is."""
    code = forms.read_lookup(request)
    with transaction():
        outcome = look_up_voucher(
            actor=g.actor,
            text=code,
            reader=load_reader(current_app.config["HOME"]),
            now=clock.now(),
        )
    if isinstance(outcome, RedemptionRefused):
        raise outcome
    return jsonify(outcome)


@contextmanager
def _one_attempt() -> Iterator[None]:
    """
    Run one attempt; of two at once under one key the second is told to ask again.

    :raises Refusal: key_busy.
    """
    try:
        with transaction():
            yield
    except IntegrityError:
        raise Refusal(
            "key_busy", N_("同一请求编号正在处理，请稍后用同一编号重试"), retry_after=1
        ) from None


def _answer(body: dict[str, Any], *, is_replay: bool) -> Response:
    answer = jsonify(body)
    if is_replay:
        answer.headers["Idempotent-Replay"] = "true"
    return answer


def _object(**properties: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }


_SEEN = _object(
    serial="string",
    kind="string",
    services="array",
    state="string",
    balance_fen="integer",
    balance_uses="integer",
    valid_from="string",
    valid_to="string",
)

OPERATIONS = (
    Operation(
        path="/api/v1/redemptions",
        name="redeem",
        about="核销一张券 · Redeem a voucher",
        fields=forms.REDEMPTION,
        answer=_object(
            redemption="integer",
            result="string",
            price_fen="integer",
            amount_fen="integer",
            own_fen="integer",
            other_payer_fen="integer",
            uses="integer",
            balance_fen="integer",
            balance_uses="integer",
            receipt="string",
        ),
        refusals={
            409: _REFUSED,
            422: "service_missing price_missing amount_positive amount_max count "
            "uses_not_counted other_payer_high amount_over_price",
            **_TYPING,
        },
        needs_key=True,
    ),
    Operation(
        path="/api/v1/redemptions/{redemption_id}/reversal",
        name="reverse",
        about="当日撤销本店的一笔核销 · Take back a redemption of one's own shop, the same day",
        fields=forms.REVERSAL,
        answer=_object(
            redemption="integer",
            result="string",
            reversal="integer",
            amount_fen="integer",
            to="string",
        ),
        refusals={404: "redemption_unknown", 409: "already_reversed undo_over busy", 422: "char"},
        numbers=("redemption_id",),
        needs_key=True,
    ),
    Operation(
        path="/api/v1/vouchers/lookup",
        name="look_up",
        about="查看一张券 · Look at a voucher",
        fields=forms.LOOKUP,
        answer=_SEEN,
        refusals={409: _REFUSED, **_TYPING},
    ),
)
