"""What the pages of shops and of tills share: words, names, a deed done once."""

from collections.abc import Callable
from typing import Any

from flask import g, render_template, request
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.replies import perform_once
from voucher.schemes.queries import list_services
from voucher.shops import policy
from voucher.shops.rules.states import REGISTRATION_TITLES, SHOP_TITLES, title_device

Page = tuple[str, int] | Response


def perform(route: str, deed: Callable[[], dict[str, Any]], **typed: object) -> dict[str, Any]:
    """Do the deed of a form once: what was typed tells a repeat from another attempt."""
    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request=typed,
        now=clock.now(),
        deed=deed,
    )


def name_service(code: str) -> str:
    """Give a service's name in the reader's language; its code where there is none."""
    locale = get_locale()
    is_english = locale is not None and locale.language == "en"
    for service in list_services():
        if service.code == code:
            return service.name.en if is_english else service.name.zh
    return code


def name_device_state(row: Any) -> str:
    """Give what a till's row says of it at this moment."""
    ends_at = row.expires_at if row.state == "enrolled" else row.code_expires_at
    is_over = ends_at is not None and ends_at <= clock.now()
    return gettext(title_device(row.state, is_over=is_over))


def render(name: str, **values: Any) -> str:
    """Draw a page with what every one of them knows."""
    return render_template(
        f"shops/{name}.html",
        policy=policy,
        shop_titles=SHOP_TITLES,
        registration_titles=REGISTRATION_TITLES,
        name_service=name_service,
        name_device_state=name_device_state,
        **values,
    )
