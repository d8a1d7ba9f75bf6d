"""
Tills at the API: who it is that asks, and how one becomes known.

POST /api/v1/enrolments    a one-time code becomes a bearer token
"""

from flask import Blueprint, g, jsonify, request
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, require
from voucher.db import transaction
from voucher.openapi import Operation
from voucher.shops import forms
from voucher.shops.operations.enrolling import open_enrolment
from voucher.shops.queries import find_till

CHANNEL = "api"

blueprint = Blueprint("shops_api", __name__, url_prefix="/api/v1")


def identify_till() -> None:
    """Find out, before an API's view, which till asks; by its bearer token and nothing else."""
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    g.actor = find_till(token=token, channel=CHANNEL, now=clock.now()) if token else None


@blueprint.post("/enrolments", provide_automatic_options=False)
@require(ANYONE)
def open_till() -> Response:
    """Give a till its token for the one-time code of its shop."""
    code = forms.read_enrolment(request)
    with transaction():
        opened = open_enrolment(code=code, channel=CHANNEL, now=clock.now())
    return jsonify(
        device=opened.device_id, token=opened.token, expires_at=opened.expires_at.isoformat()
    )


OPERATIONS = (
    Operation(
        path="/api/v1/enrolments",
        name="enrol",
        about="用一次性绑定码换取终端令牌 · Turn a one-time code into a till's token",
        fields=forms.ENROLMENT,
        answer={
            "type": "object",
            "properties": {
                "device": {"type": "integer"},
                "token": {"type": "string"},
                "expires_at": {"type": "string", "format": "date-time"},
            },
            "required": ["device", "token", "expires_at"],
        },
        refusals={409: "enrolment_code", 429: "too_many_attempts"},
        needs_token=False,
    ),
)
