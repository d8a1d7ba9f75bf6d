"""
Pages at the door: signing in and out, one's own password; and who it is that asks.

GET  /sign-in    POST /sign-in     POST /sign-out
GET  /password   POST /password    POST /confirm    the password again, for what is grave

A form that met a closed door is kept in the page that asks for the password, and goes on after it.
"""

from datetime import datetime

from flask import (
    Blueprint,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_security import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, require
from voucher.accounts import operations, policy
from voucher.accounts.forms import NewPassword, SignIn, read_path
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor
from voucher.accounts.rules import PASSWORD_MAX, PASSWORD_MIN, Session, is_fresh
from voucher.db import transaction
from voucher.kept import KeptForm, open_form
from voucher.refusals import BadInput, Refusal

blueprint = Blueprint("accounts", __name__)

_WITHOUT_OWN_PASSWORD = {"accounts.ask_password", "accounts.change", "accounts.leave", "static"}


@blueprint.before_app_request
def know_actor() -> Response | None:
    """Find out who asks, by the session alone; the API never looks at a browser's cookie."""
    g.setdefault("actor", None)
    g.is_fresh = False
    if request.path.startswith("/api/") or not current_user.is_authenticated:
        return None
    now = clock.now()
    if not _is_session_alive(now):
        # A form under way waits for the same person.
        g.lapsed_account = current_user.id
        logout_user()
        session.clear()
        return None
    g.actor = describe_actor(current_user, channel="web")
    g.is_fresh = is_fresh(_read_instant("fresh_at"), now)
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
    return render_template("accounts/sign_in.html", next_path=next_path, kept="", missed=False)


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
        page = render_template(
            "accounts/sign_in.html", next_path=form.next_path, kept=form.kept, missed=True
        )
        return page, 401
    _open_session(account, now)
    return _go_on(form.kept, form.next_path)


@blueprint.post("/confirm")
@require(policy.CONFIRM_PASSWORD)
def confirm() -> tuple[str, int] | Response:
    """Take the password again and let the grave deed that was asked for go on."""
    form = SignIn.parse(request.form)
    now = clock.now()
    attempt = operations.examine_attempt(name=g.actor.name, password=form.password)
    with transaction():
        account = operations.admit_account(attempt=attempt, now=now)
    if account is None:
        return render_template("accounts/confirm.html", kept=form.kept, missed=True), 401
    session["fresh_at"] = now.isoformat()
    return _go_on(form.kept, "/")


def _go_on(kept: str, next_path: str) -> Response:
    """Lead on to the page asked for, or give back the form that was under way."""
    if not kept:
        return redirect(next_path)
    try:
        form = open_form(secret=current_app.config["SECRET_KEY"], kept=kept)
    except BadInput as refusal:
        return current_app.make_response(_show_kept(None, refusal))
    if form.account_id not in (None, current_user.id):
        # Somebody else sits here now: what another person typed is not theirs to send.
        return redirect("/")
    return current_app.make_response(_show_kept(form, None))


def _show_kept(form: KeptForm | None, refusal: Refusal | None) -> str:
    return render_template("accounts/resume.html", form=form, refusal=refusal)


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


@blueprint.get("/account")
@require(policy.SEE_OWN)
def show_own() -> str:
    """Show one's own account, and what one can do with it."""
    return render_template("accounts/own.html")


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
    session["began_at"] = session["seen_at"] = session["fresh_at"] = now.isoformat()


def _is_session_alive(now: datetime) -> bool:
    began_at, seen_at = _read_instant("began_at"), _read_instant("seen_at")
    if began_at is None or seen_at is None:
        return False
    if Session(began_at, seen_at).is_over(now):
        return False
    # Once a minute is enough, and spares a cookie on every answer.
    if (now - seen_at).total_seconds() > 60:
        session["seen_at"] = now.isoformat()
    return True


def _read_instant(name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(session[name])
    except (KeyError, ValueError):
        return None
