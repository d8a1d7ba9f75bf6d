"""
Pages of one's own account.

GET  /account                          who I am here, and what I can do with it
GET  /password        POST /password        a password of one's own
GET  /second-factor   POST /second-factor   a second factor, proved by a code
"""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.accounts import policy
from voucher.accounts.forms import NewFactor, NewPassword, Onward
from voucher.accounts.operations.factors import set_up_second_factor
from voucher.accounts.operations.keeping import change_password
from voucher.accounts.queries import describe_area
from voucher.accounts.rules import ROLE_TITLES
from voucher.accounts.views.sessions import blueprint, must_set_up, open_session
from voucher.accounts.views.steps import go_on, show_password, show_second_factor
from voucher.db import transaction
from voucher.refusals import Refusal


@blueprint.get("/account")
@require(policy.SEE_OWN)
def show_own() -> str:
    """Show one's own account, and what one can do with it."""
    return render_template(
        "accounts/own.html",
        account=current_user,
        role_title=ROLE_TITLES[current_user.role],
        area=describe_area(current_user.division_id),
    )


@blueprint.get("/password")
@require(policy.CHANGE_PASSWORD)
def ask_password() -> str:
    """Ask for a password of one's own."""
    return show_password(Onward())


@blueprint.post("/password")
@require(policy.CHANGE_PASSWORD)
def change() -> tuple[str, int] | str | Response:
    """Replace one's password; other machines have to sign in anew."""
    form = NewPassword.parse(request.form)
    now = clock.now()
    try:
        with transaction():
            account = change_password(
                actor=g.actor,
                current=form.current,
                wanted=form.wanted,
                repeated=form.repeated,
                now=now,
            )
    except Refusal as refusal:
        return show_password(form.onward, refusal), refusal.status
    open_session(account, now)
    flash(gettext("密码已更改，其他电脑上的登录已全部退出。"))
    return show_second_factor(form.onward) if must_set_up(account) else go_on(account, form.onward)


@blueprint.get("/second-factor")
@require(policy.SET_UP_SECOND_FACTOR)
def ask_second_factor() -> str | Response:
    """Offer a second factor to an account that has none."""
    if current_user.has_second_factor:
        return redirect(url_for("accounts.show_own"))
    return show_second_factor(Onward())


@blueprint.post("/second-factor")
@require(policy.SET_UP_SECOND_FACTOR)
def set_up() -> tuple[str, int] | Response:
    """Keep the second factor that a code has proved."""
    form = NewFactor.parse(request.form)
    now = clock.now()
    try:
        with transaction():
            account = set_up_second_factor(
                actor=g.actor, offered=form.offered, code=form.code, now=now
            )
    except Refusal as refusal:
        if refusal.word != "code_wrong":
            raise
        return show_second_factor(form.onward, form.offered, refusal), refusal.status
    open_session(account, now)
    flash(gettext("两步验证已启用。下次登录时，输入密码后还要输入手机上的验证码。"))
    return go_on(account, form.onward)
