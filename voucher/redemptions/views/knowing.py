"""
Who stands at the till: a browser that was enrolled, and the shop PIN it was given lately.

The till's cookie says which till; the PIN lives in the session, which a browser forgets when it is
closed. Staff accounts mean nothing here: a till speaks for its shop, a person never does.
"""

import secrets
from datetime import datetime, timedelta

from flask import (
    Blueprint,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Actor
from voucher.pages import say
from voucher.redemptions.rules.wording import ADVICE
from voucher.redemptions.views.describing import name_services
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.shops.queries import find_till
from voucher.shops.rules.states import TILL_LIFE

blueprint = Blueprint("till", __name__, url_prefix="/till")

CHANNEL = "till"
PIN_LIFE = timedelta(hours=8)
SCAN_LIFE = timedelta(minutes=5)
_LONGEST_SCAN = 512
_OPEN_TO_ALL = {"till.ask_enrolment", "till.enrol"}
_WITHOUT_PIN = {"till.ask_pin", "till.give_pin", "till.give_token"}


class TillUnknown(NotAllowed):
    """This browser is no till, or no longer one."""

    status = 401


class PinNeeded(TillUnknown):
    """The till is known, and its shop's PIN must be given again."""


@blueprint.before_request
def know_till() -> Response | None:
    """Find out which till asks, by its cookie alone; staff are nobody here."""
    g.actor = find_till_here()
    if request.endpoint in _OPEN_TO_ALL:
        return None
    is_page = request.accept_mimetypes.best != "application/json"
    if g.actor is None:
        if is_page:
            return make_response(render_template("redemptions/not_enrolled.html"), 401)
        raise TillUnknown("till_unknown", N_("本机未绑定商户，不能核销"))
    if request.endpoint in _WITHOUT_PIN or is_unlocked(g.actor, clock.now()):
        return None
    if is_page:
        return redirect(url_for("till.ask_pin", scan=request.args.get("scan")))
    raise PinNeeded("pin_needed", N_("请输入商户口令后继续"))


@blueprint.errorhandler(Refusal)
def refuse(refusal: Refusal) -> Response:
    """Tell the page what was refused, why, and what the clerk does next."""
    if "service" in refusal.facts:
        refusal.facts["service"] = name_services(str(refusal.facts["service"]))
    answer = jsonify(
        {
            **refusal.as_json(),
            "error": refusal.word,
            "title": say(refusal),
            "advice": gettext(ADVICE[refusal.word]) if refusal.word in ADVICE else "",
            "status": refusal.status,
        }
    )
    answer.status_code = refusal.status
    if "retry_after" in refusal.facts:
        answer.headers["Retry-After"] = str(refusal.facts["retry_after"])
    return answer


def find_till_here() -> Actor | None:
    """Give the till this browser is, or None: not enrolled, expired, suspended, shop closed."""
    token = request.cookies.get(_cookie_name())
    return find_till(token=token, channel=CHANNEL, now=clock.now()) if token else None


def give_cookie(answer: Response, token: str) -> None:
    """Make this browser the till of a token."""
    answer.set_cookie(
        _cookie_name(),
        token,
        max_age=int(TILL_LIFE.total_seconds()),
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        # Strict would lose it when WeChat opens a voucher's address.
        samesite="Lax",
    )


def unlock(actor: Actor, now: datetime) -> None:
    """Remember that this till's PIN was given, until the browser is closed or eight hours pass."""
    session["pin"] = [actor.device_id, now.isoformat()]


def is_unlocked(actor: Actor, now: datetime) -> bool:
    """Tell whether this very till's PIN was given within eight hours."""
    device_id, given_at = session.get("pin", (None, ""))
    return device_id == actor.device_id and now - datetime.fromisoformat(given_at) < PIN_LIFE


def keep_scan(text: str, now: datetime) -> str:
    """Keep a scanned text in the session for five minutes, and give the name it is asked for by."""
    scan_id = secrets.token_urlsafe(9)
    session["scan"] = [scan_id, text[:_LONGEST_SCAN], now.isoformat()]
    return scan_id


def take_scan(scan_id: str, now: datetime) -> str | None:
    """Give the scanned text of this name, once; None when it is gone or too old."""
    kept_id, text, kept_at = session.get("scan", ("", "", ""))
    if not scan_id or kept_id != scan_id:
        return None
    session.pop("scan")
    return str(text) if now - datetime.fromisoformat(kept_at) < SCAN_LIFE else None


def _cookie_name() -> str:
    # A rehearsal is served without TLS on one's own machine, where browsers refuse __Host-.
    return "__Host-till" if current_app.config["SESSION_COOKIE_SECURE"] else "till"
