"""Pages of the steps at the door: a password of one's own, the second factor, the form kept."""

from flask import current_app, flash, g, redirect, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.accounts import rules
from voucher.accounts.forms import Onward
from voucher.accounts.models import Account
from voucher.accounts.operations.factors import offer_secret, reopen_offer
from voucher.kept import open_form
from voucher.qr import make_raster
from voucher.rasters import trace_raster
from voucher.refusals import BadInput, Refusal


def show_password(onward: Onward, refusal: Refusal | None = None) -> str:
    """Ask for a password of one's own."""
    return render_template(
        "accounts/password.html",
        onward=onward,
        refusal=refusal,
        least=rules.PASSWORD_MIN,
        most=rules.PASSWORD_MAX,
    )


def show_second_factor(onward: Onward, offered: str = "", refusal: Refusal | None = None) -> str:
    """Show a secret to be scanned or typed, and ask for the code that proves it; once more too."""
    if offered:
        secret = reopen_offer(actor=g.actor, offered=offered)
    else:
        secret, offered = offer_secret(actor=g.actor)
    issuer = current_app.config["HOME"].host
    address = rules.make_secret_address(secret, account_name=g.actor.name, issuer=issuer)
    raster = make_raster(address)
    return render_template(
        "accounts/second_factor.html",
        onward=onward,
        offered=offered,
        refusal=refusal,
        side=raster.side,
        path=trace_raster(raster),
        groups=[secret[start : start + 4] for start in range(0, len(secret), 4)],
    )


def show_code(onward: Onward, *, missed: bool) -> str:
    """Ask for the code of the second factor."""
    return render_template("accounts/code.html", onward=onward, missed=missed)


def go_on(account: Account, onward: Onward) -> Response:
    """Lead on to the page asked for, or give back the form that was under way."""
    if not onward.kept:
        return redirect(onward.path)
    secret = current_app.config["SECRET_KEY"]
    try:
        form = open_form(secret=secret, kept=onward.kept, now=clock.now())
    except BadInput as refusal:
        page = render_template("accounts/resume.html", form=None, refusal=refusal)
        return current_app.make_response((page, refusal.status))
    if form.account_id != account.id:
        # Somebody else sits here now: what another person typed is not theirs to send.
        flash(gettext("先前在本机填写的内容属于另一个账号，没有提交。"), "refused")
        return redirect("/")
    return current_app.make_response(render_template("accounts/resume.html", form=form))
