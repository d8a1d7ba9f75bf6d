"""What the pages of settlements share: their columns, how they are drawn, a deed done once."""

from collections.abc import Callable
from typing import Any

from flask import g, render_template, request
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.listing import Column
from voucher.refusals import N_, BadInput
from voucher.replies import perform_once
from voucher.schemes.queries import get_service
from voucher.settlements import policy
from voucher.settlements.rules import CASE_TITLES, OTHER_CASE, STATE_TITLES

Page = tuple[str, int] | Response
# Held lines shown at once; their number is always told.
MOST_HELD = 200

COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("编号"), lambda row: row.id),
    Column(N_("截止日"), lambda row: row.through_date, "through"),
    Column(N_("商户编号"), lambda row: row.shop_code, "shop"),
    Column(N_("商户"), lambda row: row.shop_name),
    Column(N_("笔数"), lambda row: row.lines, "lines", is_number=True),
    Column(N_("应付（元）"), lambda row: row.amount_fen / 100, "amount", is_number=True),
    Column(N_("暂缓"), lambda row: row.held, is_number=True),
    Column(N_("状态"), lambda row: gettext(STATE_TITLES[row.state]), "state"),
)


def perform(route: str, deed: Callable[[], dict[str, Any]], **typed: object) -> dict[str, Any]:
    return perform_once(
        actor=g.actor,
        route=route,
        client_key=request.form.get("client_key", ""),
        request=typed,
        now=clock.now(),
        deed=deed,
    )


def render(name: str, **values: Any) -> str:
    """Draw a page with what every one of them knows."""
    return render_template(
        f"settlements/{name}.html",
        titles=STATE_TITLES,
        state_options=[(state, gettext(title)) for state, title in STATE_TITLES.items()],
        name_case=lambda kind: gettext(CASE_TITLES.get(kind, OTHER_CASE)),
        name_service=name_service,
        policy=policy,
        most_held=MOST_HELD,
        **values,
    )


def name_service(code: str | None) -> str:
    """Give a service's name in the reader's language."""
    if not code:
        return ""
    try:
        name = get_service(code).name
    except BadInput:
        return code
    locale = get_locale()
    return name.en if locale and locale.language == "en" else name.zh
