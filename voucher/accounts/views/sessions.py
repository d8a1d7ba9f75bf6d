"""Who it is that asks: sessions, and what an account must do before any page opens to it."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask_security import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from voucher import clock
from voucher.accounts.forms import Onward
from voucher.accounts.models import Account
from voucher.accounts.queries import describe_actor, find_half_way
from voucher.accounts.rules import HALF_WAY_LIFE, Session, is_fresh, needs_second_factor
from voucher.accounts.views.steps import show_password, show_second_factor
from voucher.kept import bind_forms, keep_request

blueprint = Blueprint("accounts", __name__)

# What stays open to somebody who has a step to take first.
_ALWAYS_OPEN = {"accounts.leave", "accounts.confirm", "choose_language"}
_PASSWORD_STEP = {"accounts.ask_password", "accounts.change"}
_FACTOR_STEP = {"accounts.ask_second_factor", "accounts.set_up"}


@blueprint.before_app_request
def know_actor() -> Response | None:
    """Find out who asks, by the session alone; the API never looks at a browser's cookie."""
    g.setdefault("actor", None)
    g.is_fresh = False
    # An asset is everybody's; asked for with an old cookie, it must not undo what a page just set.
    if request.endpoint == "static" or request.path.startswith("/api/"):
        return None
    if not current_user.is_authenticated:
        return None
    now = clock.now()
    if not _is_session_alive(current_user.role, now):
        logout_user()
        session.clear()
        return None
    g.actor = describe_actor(current_user, channel="web")
    g.is_fresh = is_fresh(_read_instant("fresh_at"), now)
    return _lead_to_step(current_user)


def _lead_to_step(account: Account) -> Response | None:
    if request.endpoint in _ALWAYS_OPEN:
        return None
    if account.must_change_password:
        if request.endpoint in _PASSWORD_STEP:
            return None
        return _interrupt("accounts.ask_password", show_password)
    if must_set_up(account) and request.endpoint not in _FACTOR_STEP | _PASSWORD_STEP:
        return _interrupt("accounts.ask_second_factor", show_second_factor)
    return None


def _interrupt(endpoint: str, show: Callable[[Onward], str]) -> Response:
    # A form that was under way goes on after the step.
    if request.method != "POST":
        return redirect(url_for(endpoint))
    return current_app.make_response((show(Onward(kept=keep_request())), 401))


def must_set_up(account: Account) -> bool:
    """Tell whether an account has yet to set up the second factor its role demands."""
    is_rehearsal = current_app.config["HOME"].is_rehearsal
    needed = needs_second_factor(account.role, is_rehearsal=is_rehearsal)
    return needed and not account.has_second_factor


def open_session(account: Account, now: datetime) -> None:
    """Begin a session; nothing that a stranger could have planted in the browser survives."""
    session.clear()
    login_user(account, remember=False, authn_via=["password"])
    bind_forms(account.id)
    session["began_at"] = session["seen_at"] = session["fresh_at"] = now.isoformat()


def close_session() -> None:
    """Have this browser forget who sat here."""
    logout_user()
    session.clear()


def open_half_way(account: Account, now: datetime) -> None:
    """Remember for a few minutes that the password was right; no page opens by it."""
    session.clear()
    session["half_way"] = [account.id, account.session_mark, now.isoformat()]


def find_half_way_account(now: datetime) -> Account | None:
    """Give the account whose password was right a few minutes ago and whose code is awaited."""
    account_id, mark, given_at = session.get("half_way") or (0, "", "")
    if not given_at or not now - datetime.fromisoformat(given_at) < HALF_WAY_LIFE:
        return None
    return find_half_way(account_id=account_id, mark=mark)


def note_password(now: datetime) -> None:
    """Remember that the password was given just now."""
    session["fresh_at"] = now.isoformat()


def _is_session_alive(role: str, now: datetime) -> bool:
    began_at, seen_at = _read_instant("began_at"), _read_instant("seen_at")
    if began_at is None or seen_at is None:
        return False
    if Session(began_at, seen_at).is_over(now, role=role):
        return False
    # Once a minute is enough, and spares a cookie on every answer; a page that renews itself is
    # nobody's hand.
    if (now - seen_at).total_seconds() > 60 and "HX-Request" not in request.headers:
        session["seen_at"] = now.isoformat()
    return True


def _read_instant(name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(session[name])
    except (KeyError, ValueError):
        return None
