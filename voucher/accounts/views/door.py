"""
Pages at the door: signing in by password and code, signing out, the password once more.

GET  /sign-in    POST /sign-in        POST /sign-out
GET  /sign-in/code   POST /sign-in/code   the second step, for who has a second factor
POST /confirm    the password again, for what is grave

A form that met a closed door is kept in the page that asks for the password, and goes on after it.
"""

from datetime import datetime

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, require
from voucher.accounts import policy
from voucher.accounts.forms import Onward, SignIn, read_path
from voucher.accounts.models import Account
from voucher.accounts.operations.admitting import (
    admit_account,
    admit_by_code,
    examine_attempt,
    readmit_account,
    sign_out,
)
from voucher.accounts.queries import describe_actor
from voucher.accounts.views.sessions import (
    blueprint,
    close_session,
    find_half_way_account,
    must_set_up,
    note_password,
    open_half_way,
    open_session,
)
from voucher.accounts.views.steps import go_on, show_code, show_password, show_second_factor
from voucher.db import transaction


@blueprint.get("/sign-in")
@require(ANYONE)
def ask_sign_in() -> str | Response:
    """Show the door, or go on when the person is already inside."""
    next_path = read_path(request.args.get("next", ""))
    if g.actor is not None:
        return redirect(next_path)
    return render_template("accounts/sign_in.html", onward=Onward(next_path))


@blueprint.post("/sign-in")
@require(ANYONE)
def enter() -> tuple[str, int] | str | Response:
    """Let a person in, ask for a code, or say no in one way whatever the reason."""
    form = SignIn.parse(request.form)
    now = clock.now()
    attempt = examine_attempt(name=form.name, password=form.password)
    with transaction():
        account = admit_account(attempt=attempt, now=now)
    if account is None:
        return render_template("accounts/sign_in.html", onward=form.onward, missed=True), 401
    if account.has_second_factor:
        open_half_way(account, now)
        return show_code(form.onward, missed=False)
    return _begin(account, form.onward, now)


@blueprint.get("/sign-in/code")
@require(ANYONE)
def ask_code() -> str | Response:
    """Ask for the code again, or for the password when that was too long ago."""
    if find_half_way_account(clock.now()) is None:
        return redirect(url_for("accounts.ask_sign_in"))
    return show_code(Onward(), missed=False)


@blueprint.post("/sign-in/code")
@require(ANYONE)
def enter_code() -> tuple[str, int] | str | Response:
    """Let a person in whose password was right, by the code of the second factor."""
    form = SignIn.parse(request.form)
    now = clock.now()
    waiting = find_half_way_account(now)
    if waiting is None:
        page = render_template("accounts/sign_in.html", onward=form.onward, interrupted=True)
        return page, 401
    account_id = waiting.id
    with transaction():
        account = admit_by_code(account_id=account_id, code=form.code, now=now)
    if account is None:
        return show_code(form.onward, missed=True), 401
    return _begin(account, form.onward, now)


def _begin(account: Account, onward: Onward, now: datetime) -> str | Response:
    """Open the session, and take the steps that come before any page, the form in hand."""
    open_session(account, now)
    g.actor = describe_actor(account, channel="web")
    if account.must_change_password:
        return show_password(onward)
    if must_set_up(account):
        return show_second_factor(onward)
    return go_on(account, onward)


@blueprint.post("/confirm")
@require(policy.CONFIRM_PASSWORD)
def confirm() -> tuple[str, int] | Response:
    """Take the password again, with a code where there is one, and let the grave deed go on."""
    form = SignIn.parse(request.form)
    now = clock.now()
    attempt = examine_attempt(name=g.actor.name, password=form.password)
    with transaction():
        account = readmit_account(attempt=attempt, code=form.code, now=now)
    if account is None:
        return render_template("accounts/confirm.html", onward=form.onward, missed=True), 401
    note_password(now)
    return go_on(account, form.onward)


@blueprint.post("/sign-out")
@require(policy.SIGN_OUT)
def leave() -> Response:
    """End every session of this account, and have the browser forget what it kept."""
    with transaction():
        sign_out(actor=g.actor, now=clock.now())
    close_session()
    answer = redirect(url_for("accounts.ask_sign_in"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
