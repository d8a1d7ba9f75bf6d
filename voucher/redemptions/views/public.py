"""
What opens behind a voucher's address.

GET /V/<token>    an enrolled till is led to its page with the voucher filled in; anybody else is
                  told, first and largest, that nothing was redeemed, and nothing of whose it is

The address is a bearer secret: it stands in no log, no referrer and no search engine.
"""

import logging
import re

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, require
from voucher.pages import CHINESE, ENGLISH
from voucher.redemptions.operations.looking import Glance, glance_at_voucher
from voucher.redemptions.queries.paper import load_reader
from voucher.redemptions.views.describing import describe_glance
from voucher.redemptions.views.knowing import find_till_here, keep_scan

blueprint = Blueprint("public", __name__)

_TOKEN_IN_ADDRESS = re.compile(r"/V/[^\s'\"]+", re.IGNORECASE)


class _HideTokens(logging.Filter):
    """Cuts an address after /V/ out of whatever a log line says."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if _TOKEN_IN_ADDRESS.search(said):
            record.msg, record.args = _TOKEN_IN_ADDRESS.sub("/V/…", said), ()
        return True


@blueprint.record_once
def keep_tokens_out_of_logs(state: BlueprintSetupState) -> None:
    """Guard the two logs that name addresses when something fails: the site's and the server's."""
    for log in (state.app.logger, logging.getLogger("gunicorn.error")):
        log.addFilter(_HideTokens())


@blueprint.get("/V/<path:token>")
@require(ANYONE)
def show(token: str) -> Response:
    """Lead a till on, and tell a stranger what the paper says; changes nothing."""
    home, now = current_app.config["HOME"], clock.now()
    text = f"HTTPS://{home.host}/V/{token}"
    if find_till_here() is not None:
        return redirect(url_for("till.show", scan=keep_scan(text, now)), 303)
    glance = glance_at_voucher(text=text, reader=load_reader(home), today=clock.today())
    return _answer(glance, 200 if glance else 404)


@blueprint.errorhandler(TooManyRequests)
def slow_down(fault: TooManyRequests) -> Response:
    """Tell who asks too often nothing but the first line."""
    return _answer(None, 429)


def _answer(glance: Glance | None, status: int) -> Response:
    with force_locale(_choose_language()):
        page = render_template(
            "redemptions/public.html",
            glance=describe_glance(glance) if glance else None,
            status=status,
        )
    answer = make_response(page, status)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _choose_language() -> str:
    # No form and no cookie: a stranger's phone is asked, or the address says ?lang=en.
    wanted = request.args.get("lang") or request.accept_languages.best_match(["zh", ENGLISH])
    return ENGLISH if wanted == ENGLISH else CHINESE
