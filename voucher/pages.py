"""What every page has: its language, its headers, and what it says when something went wrong."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask_babel import Babel, get_locale, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import ANYONE, PasswordNeeded, require
from voucher.kept import keep_request, list_chosen_files
from voucher.money import show_yuan
from voucher.periods import CHINA, last_day
from voucher.refusals import N_, NotAllowed, Refusal

CHINESE = "zh_Hans_CN"
ENGLISH = "en"
TRANSLATIONS = Path(__file__).parent / "translations"
A_YEAR = 365 * 24 * 3600

# Word and sentence for what the web server itself refuses; it never tells more than this.
_HTTP_REFUSALS = {
    400: ("bad_request", N_("请求的内容不完整或格式不对，请返回重试")),
    401: ("sign_in_needed", N_("请先登录")),
    403: ("not_allowed", N_("您的账号没有此项权限")),
    404: ("not_found", N_("没有这个页面，或您无权查看")),
    405: ("method_not_allowed", N_("此地址不支持这种操作")),
    413: ("too_large", N_("上传的内容太大，请拆分后重试")),
    415: ("media_type", N_("不支持这种内容格式")),
    429: ("too_many_attempts", N_("操作太频繁，请稍候再试")),
}
_TITLE = N_("没有完成")
_TITLES = {404: N_("没有找到"), 500: N_("系统出错")}
_CSRF = ("csrf", N_("页面已过期，请返回刷新后重试"))
_BUSY = ("busy", N_("系统繁忙，本次操作没有完成，请稍后用同一请求编号重试"))
_RETRY_SECONDS = 5
_FAULT = ("fault", N_("系统出错，本次操作没有完成。请稍后再试；仍不行请把事件编号告诉管理员"))

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Tabler draws ticks and arrows from data inside its style sheet.
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RowNumber(IntegerConverter):
    """A row's number in an address; what no row can have is no page."""

    def __init__(self, map: Map, max: int = 2**31 - 1, **options: Any) -> None:  # noqa: A002
        super().__init__(map, max=max, **options)


def prepare_pages(app: Flask) -> None:
    """Give an application its languages, its headers and its answers to faults."""
    app.url_map.converters["int"] = RowNumber
    Babel(app, default_locale=CHINESE, locale_selector=select_language)
    app.context_processor(_tell_page)
    app.jinja_env.globals.update(say=say, new_key=new_key, last_day=last_day, reach=reach)
    app.jinja_env.filters.update(yuan=show_yuan, when=show_instant)
    app.add_url_rule("/language", "choose_language", choose_language, methods=["POST"])
    static = require(ANYONE)(app.view_functions["static"])
    app.view_functions["static"] = cast(Callable[..., Any], static)
    app.after_request(_guard_answer)
    app.register_error_handler(Refusal, _show_refusal)
    app.register_error_handler(CSRFError, _show_csrf)
    app.register_error_handler(HTTPException, _show_http)
    app.register_error_handler(OperationalError, _show_busy)
    app.register_error_handler(Exception, _show_fault)


def select_language() -> str:
    """Give Chinese, unless the reader chose English; an API client names its language itself."""
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(["zh", ENGLISH]) or CHINESE
    return ENGLISH if request.cookies.get("language") == ENGLISH else CHINESE


@require(ANYONE)
def choose_language() -> Response:
    """Remember the language this browser's reader chose, and go back to the page."""
    path = request.form.get("next", "/")
    answer = redirect(path if path.startswith("/") and path[1:2] not in ("/", "\\") else "/")
    answer.set_cookie(
        "language",
        ENGLISH if request.form.get("language") == ENGLISH else "zh",
        max_age=A_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def new_key() -> str:
    """Make the key of one attempt: a form carries it, so that sending it twice does one deed."""
    return secrets.token_urlsafe(16)


def reach(endpoint: str, **values: Any) -> str:
    """Give the address of a page that this reader may open, empty where there is none."""
    action = getattr(current_app.view_functions.get(endpoint), "action", None)
    return url_for(endpoint, **values) if action and action.allows(g.get("actor")) else ""


def show_instant(instant: datetime) -> str:
    """Show an instant as China's day and minute: 2026-12-05 10:00."""
    return f"{instant.astimezone(CHINA):%Y-%m-%d %H:%M}"


def say(refusal: Refusal) -> str:
    """Give the sentence of a refusal in the reader's language."""
    return gettext(refusal.sentence) % refusal.facts


def say_in_both(refusal: Refusal) -> str:
    """Give the sentence of a refusal in Chinese and, where there is one, in English."""
    chinese = refusal.sentence % refusal.facts
    english = load_english().gettext(refusal.sentence) % refusal.facts
    return chinese if chinese == english else f"{chinese} / {english}"


@cache
def load_english() -> NullTranslations:
    """Give the English catalogue."""
    return Translations.load(TRANSLATIONS, [ENGLISH])


def _tell_page() -> dict[str, Any]:
    home = current_app.config["HOME"]
    locale = get_locale()
    return {
        "home": home,
        "actor": g.get("actor"),
        "language": ENGLISH if locale and locale.language == ENGLISH else "zh-CN",
        "clock_now": clock.now().astimezone(CHINA) if home.is_rehearsal else None,
    }


def _guard_answer(answer: Response) -> Response:
    if g.get("needs_wasm"):
        answer.headers["Content-Security-Policy"] = _POLICY.replace(
            "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
        )
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        answer.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _show_refusal(refusal: Refusal) -> Any:
    is_stranger = isinstance(refusal, NotAllowed) and g.get("actor") is None
    if is_stranger and not _is_machine():
        if "HX-Request" in request.headers:
            # A part of a page that renews itself: the whole page goes to the door.
            return Response("", 401, {"HX-Refresh": "true"})
        if request.method == "GET":
            return redirect(url_for("accounts.ask_sign_in", next=request.path))
        return _ask_again("accounts/sign_in.html")
    if isinstance(refusal, PasswordNeeded) and not _is_machine():
        return _ask_again("accounts/confirm.html")
    status = 401 if is_stranger else refusal.status
    return _answer(status, refusal.word, say(refusal), facts=refusal.as_json())


def _ask_again(template: str) -> Any:
    """Ask for the password and keep what was typed: the form goes on after it."""
    kept = keep_request()
    path = quote(request.path)
    page = render_template(
        template,
        onward={"path": path if request.method == "GET" else "/", "kept": kept},
        interrupted=True,
        lost=request.method == "POST" and not kept and bool(request.form),
        files=list_chosen_files() if kept else (),
    )
    return current_app.make_response((page, 401))


def _show_csrf(fault: CSRFError) -> Any:
    # The browser itself says that the form came from our own page: its session is what is gone.
    if request.headers.get("Sec-Fetch-Site") == "same-origin" and not _is_machine():
        return _ask_again("accounts/sign_in.html")
    word, sentence = _CSRF
    return _answer(403, word, gettext(sentence))


def _show_http(fault: HTTPException) -> Any:
    if fault.code is None or fault.code < 400:
        return fault
    if isinstance(fault, SecurityError):
        # Asked by a name that is not ours, no address of ours can be told.
        return Response("400 Bad Request\n", 400, content_type="text/plain; charset=utf-8")
    word, sentence = _HTTP_REFUSALS.get(fault.code, _HTTP_REFUSALS[400])
    answer = _answer(fault.code, word, gettext(sentence))
    # What the standard wants beside the status: Allow, Retry-After.
    for name, value in fault.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers.setdefault(name, value)
    return answer


def _show_fault(fault: Exception) -> Any:
    # The number leads from what the person reads to the log; nothing else of the fault is told.
    incident = secrets.token_hex(4).upper()
    current_app.logger.error("incident %s at %s", incident, request.endpoint, exc_info=fault)
    word, sentence = _FAULT
    return _answer(500, word, gettext(sentence), incident=incident)


def _show_busy(fault: OperationalError) -> Any:
    # The database restarts, is full or too busy: nothing was kept, and the same key may try again.
    current_app.logger.error("database busy at %s", request.endpoint, exc_info=fault)
    word, sentence = _BUSY
    return _answer(503, word, gettext(sentence), facts={"retry_after": _RETRY_SECONDS})


def _answer(
    status: int,
    word: str,
    sentence: str,
    *,
    facts: dict[str, Any] | None = None,
    incident: str | None = None,
) -> Response:
    if _is_machine():
        return _answer_problem(status, word, sentence, facts or {}, incident)
    page = render_template(
        "error.html",
        title=gettext(_TITLES.get(status, _TITLE)),
        sentence=sentence,
        incident=incident,
    )
    return current_app.make_response((page, status))


def _answer_problem(
    status: int, word: str, sentence: str, facts: dict[str, Any], incident: str | None
) -> Response:
    """Answer by RFC 9457, with the same machine word as the command line."""
    problem = {
        **facts,
        "type": f"urn:voucher:{word}",
        "title": sentence,
        "status": status,
        "error": word,
    }
    if incident is not None:
        problem["instance"] = f"urn:voucher:incident:{incident}"
    text = json.dumps(problem, ensure_ascii=False, sort_keys=True, default=str)
    answer = current_app.make_response((text, status))
    answer.headers["Content-Type"] = "application/problem+json"
    if "retry_after" in facts:
        answer.headers["Retry-After"] = str(facts["retry_after"])
    if status == 401 and request.path.startswith("/api/"):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _is_machine() -> bool:
    """Tell whether a program asked, ours in a browser or another's: it gets JSON."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"
