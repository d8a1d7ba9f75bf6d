"""Pages at the door: signing in and out, one's own password; and who it is that asks."""

from datetime import datetime

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_security import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, require
from voucher.accounts import operations, policy
from voucher.accounts.forms import NewPassword, SignIn, read_path
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.accounts.rules import PASSWORD_MAX, PASSWORD_MIN, Session
from voucher.db import transaction
from voucher.refusals import Refusal

blueprint = Blueprint("accounts", __name__)

_WITHOUT_OWN_PASSWORD = {"accounts.ask_password", "accounts.change", "accounts.leave", "static"}


@blueprint.before_app_request
def know_actor() -> Response | None:
    """Find out who asks, by the session alone; the API never looks at a browser's cookie."""
    g.setdefault("actor", None)
    if request.path.startswith("/api/") or not current_user.is_authenticated:
        return None
    if not _is_session_alive(clock.now()):
        logout_user()
        session.clear()
        return None
    g.actor = describe_actor(current_user, channel="web")
    if current_user.must_change_password and request.endpoint not in _WITHOUT_OWN_PASSWORD:
        return redirect(url_for("accounts.ask_password"))
    return None


@blueprint.get("/sign-in")
@require(ANYONE)
def ask_sign_in() -> str | Response:
    """Show the door, or go on when the person is already inside."""
    next_path = read_path(request.args.get("next", ""))
    if g.actor is not None:
        return redirect(next_path)
    return render_template("accounts/sign_in.html", next_path=next_path, missed=False)


@blueprint.post("/sign-in")
@require(ANYONE)
def enter() -> tuple[str, int] | Response:
    """Let a person in, or say no in one way whatever the reason."""
    form = SignIn.parse(request.form)
    now = clock.now()
    attempt = operations.examine_attempt(name=form.name, password=form.password)
    with transaction():
        account = operations.admit_account(attempt=attempt, now=now)
    if account is None:
        page = render_template("accounts/sign_in.html", next_path=form.next_path, missed=True)
        return page, 401
    _open_session(account, now)
    return redirect(form.next_path)


@blueprint.post("/sign-out")
@require(policy.SIGN_OUT)
def leave() -> Response:
    """End every session of this account, and have the browser forget what it kept."""
    with transaction():
        operations.sign_out(actor=g.actor, now=clock.now())
    logout_user()
    session.clear()
    answer = redirect(url_for("accounts.ask_sign_in"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.get("/password")
@require(policy.CHANGE_PASSWORD)
def ask_password() -> str:
    """Ask for a password of one's own."""
    return _show_password(None)


@blueprint.post("/password")
@require(policy.CHANGE_PASSWORD)
def change() -> tuple[str, int] | Response:
    """Replace one's password; other machines have to sign in anew."""
    form = NewPassword.parse(request.form)
    now = clock.now()
    try:
        with transaction():
            account = operations.change_password(
                actor=g.actor,
                current=form.current,
                wanted=form.wanted,
                repeated=form.repeated,
                now=now,
            )
    except Refusal as refusal:
        return _show_password(refusal), refusal.status
    _open_session(account, now)
    return redirect("/")


def _show_password(refusal: Refusal | None) -> str:
    return render_template(
        "accounts/password.html", refusal=refusal, least=PASSWORD_MIN, most=PASSWORD_MAX
    )


def _open_session(account: Account, now: datetime) -> None:
    # Nothing that a stranger could have planted in the browser survives.
    session.clear()
    login_user(account, remember=False, authn_via=["password"])
    session["began_at"] = session["seen_at"] = now.isoformat()


def _is_session_alive(now: datetime) -> bool:
    try:
        began_at = datetime.fromisoformat(session["began_at"])
        seen_at = datetime.fromisoformat(session["seen_at"])
    except (KeyError, ValueError):
        return False
    if Session(began_at, seen_at).is_over(now):
        return False
    # Once a minute is enough, and spares a cookie on every answer.
    if (now - seen_at).total_seconds() > 60:
        session["seen_at"] = now.isoformat()
    return True
