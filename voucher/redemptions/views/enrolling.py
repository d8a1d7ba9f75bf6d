"""
A browser becomes a till, and proves from time to time that it is still in the shop's hands.

GET  /till/enrol   POST /till/enrol   the one-time code makes this browser a till of its shop
GET  /till/pin     POST /till/pin     the shop PIN: set once, then asked for after 8 h or a restart
GET  /till/token                      a fresh form token, for a page that outlived its session
"""

from flask import g, jsonify, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, require
from voucher.db import transaction
from voucher.redemptions import forms
from voucher.redemptions.views.knowing import (
    CHANNEL,
    TillUnknown,
    blueprint,
    find_till_here,
    give_cookie,
    refuse,
    unlock,
)
from voucher.refusals import N_, Refusal
from voucher.shops.operations.enrolling import open_enrolment
from voucher.shops.operations.pins import admit_till, examine_pin, set_pin
from voucher.shops.policy import UNLOCK_TILL
from voucher.shops.queries import find_pin_hash, get_shop


@blueprint.errorhandler(CSRFError)
def refuse_stale_page(fault: CSRFError) -> Response:
    """A page older than its session: its form is shown again, its script asks for a new token."""
    stale = Refusal("csrf", N_("页面已过期，请再按一次"))
    if request.endpoint == "till.enrol":
        return _show_enrolment(request.form.get("code", "")[:40], stale, 403)
    if request.endpoint == "till.give_pin" and not request.is_json:
        g.actor = find_till_here()
        return _show_pin(stale if g.actor else TillUnknown("till_unknown", ""), 403)
    stale.status = 403
    return refuse(stale)


@blueprint.get("/enrol")
@require(ANYONE)
def ask_enrolment() -> Response:
    """Ask for the one-time code; the script reads it from the address it was opened by."""
    return _show_enrolment("", None, 200)


@blueprint.post("/enrol")
@require(ANYONE)
def enrol() -> Response:
    """Make this browser a till, and go on to the shop PIN."""
    code = request.form.get("code", "")[:40]
    try:
        with transaction():
            opened = open_enrolment(code=code, channel=CHANNEL, now=clock.now())
    except Refusal as refusal:
        return _show_enrolment(code, refusal, refusal.status)
    session.pop("pin", None)
    answer = redirect(url_for("till.ask_pin"), 303)
    give_cookie(answer, opened.token)
    return answer


def _show_enrolment(code: str, refusal: Refusal | None, status: int) -> Response:
    page = render_template("redemptions/enrol.html", code=code, refusal=refusal)
    return make_response(page, status)


@blueprint.get("/pin")
@require(UNLOCK_TILL)
def ask_pin() -> Response:
    """Ask for the shop PIN, or, in a shop that has none, for a new one twice."""
    return _show_pin(None, 200)


@blueprint.post("/pin")
@require(UNLOCK_TILL)
def give_pin() -> Response:
    """Take the PIN and let the till work on; the fifth wrong one stops it."""
    pin, repeated, scan = forms.read_pin(request)
    now = clock.now()
    try:
        if find_pin_hash(actor=g.actor) is None:
            with transaction():
                set_pin(actor=g.actor, pin=pin, repeated=repeated, now=now)
        _admit(examine_pin(actor=g.actor, pin=pin))
    except Refusal as refusal:
        if request.is_json:
            raise
        return _show_pin(refusal, refusal.status)
    unlock(g.actor, now)
    if request.is_json:
        return jsonify(result="unlocked", token=generate_csrf())
    return redirect(url_for("till.show", scan=scan or None), 303)


def _admit(is_right: bool) -> None:
    with transaction():
        answer = admit_till(actor=g.actor, is_right=is_right, now=clock.now())
    if answer.is_admitted:
        return
    if answer.left:
        raise Refusal("pin_wrong", N_("商户口令不正确，还可以试 %(left)s 次"), left=answer.left)
    raise TillUnknown("till_locked", N_("商户口令连续输错，本机已停用，须重新绑定"))


def _show_pin(refusal: Refusal | None, status: int) -> Response:
    if isinstance(refusal, TillUnknown):
        return make_response(render_template("redemptions/not_enrolled.html"), status)
    page = render_template(
        "redemptions/pin.html",
        shop=get_shop(code=g.actor.name, actor=g.actor),
        is_new=find_pin_hash(actor=g.actor) is None,
        scan=request.values.get("scan", "")[:40],
        refusal=refusal,
    )
    return make_response(page, status)


@blueprint.get("/token")
@require(UNLOCK_TILL)
def give_token() -> Response:
    """Give the page a token of its present session."""
    return jsonify(token=generate_csrf())
