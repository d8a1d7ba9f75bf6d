"""
Pages of single vouchers: what one is and was, and what can be done with it.

GET  /vouchers/                     the list; `?format=xlsx` as a workbook
POST /vouchers/find                 by serial or typed code: a code never stands in an address
GET  /vouchers/void                 a range of serials, and what voiding it will do
POST /vouchers/void                 void it
GET  /vouchers/<serial>             one voucher
GET  /vouchers/<serial>/<deed>      what hold, release, reprint or replacement will do
POST /vouchers/<serial>/<deed>      do it; a replacement is asked for, another person does it
POST /vouchers/<serial>/paper       the paper of this voucher as a PDF
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Action, require
from voucher.audit.operations import record_event
from voucher.cases.forms import Decision
from voucher.codes import (
    SERIAL_LENGTH,
    parse_serial,
    parse_typed_code,
    show_serial,
    write_print_code,
)
from voucher.config import Home
from voucher.db import transaction
from voucher.divisions.queries import list_communities
from voucher.listing import Column, Wanted, read_wanted, send_file_content, send_workbook
from voucher.overview.queries.vouchers import (
    HELD,
    VOUCHER_SORTS,
    VoucherRow,
    find_serial,
    get_voucher_file,
    list_vouchers,
    preview_void,
)
from voucher.pages import select_language
from voucher.printouts.policy import PRINT_VOUCHER
from voucher.printouts.tasks.papers import make_paper
from voucher.redemptions.policy import LIST_REDEMPTIONS
from voucher.refusals import N_, NotFound, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import END_OF_TIME, list_programmes
from voucher.signing import load_ring
from voucher.vouchers import policy
from voucher.vouchers.operations import custody, ending, replacing
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import DEEDS, TITLES, VOUCHER_TITLES

blueprint = Blueprint("vouchers", __name__, url_prefix="/vouchers")


FILTERS = ("state", "programme", "month", "community")
COLUMNS: tuple[Column[VoucherRow], ...] = (
    Column(N_("券号"), lambda row: show_serial(row.voucher.serial), sort="serial"),
    Column(N_("老人"), lambda row: row.name),
    Column(N_("社区"), lambda row: row.community, sort="community"),
    Column(N_("方案"), lambda row: row.programme.paper_name.say(select_language())),
    Column(N_("月份"), lambda row: f"{row.voucher.period_from:%Y-%m}", sort="month"),
    Column(
        N_("面值（元）"),
        lambda row: row.voucher.committed_fen / 100,
        sort="value",
        is_number=True,
    ),
    Column(
        N_("余额（元）"), lambda row: row.voucher.balance_fen / 100, sort="left", is_number=True
    ),
    Column(N_("状态"), lambda row: gettext(VOUCHER_TITLES[row.voucher.state]), sort="state"),
)


@blueprint.get("/")
@require(policy.LIST_VOUCHERS)
def show_list() -> str | Response:
    """Show the vouchers of the area."""
    wanted = read_wanted(request.args, sorts=tuple(VOUCHER_SORTS), filters=FILTERS)
    if not wanted.is_export:
        return _show_list(wanted, None)
    found = list_vouchers(actor=g.actor, wanted=wanted)
    with transaction():
        record_event(
            actor=g.actor,
            action="vouchers.export",
            subject_kind="list",
            subject_id="vouchers",
            now=clock.now(),
            facts={"rows": len(found.rows)},
        )
    return send_workbook(name=gettext("券"), columns=COLUMNS, rows=found.rows)


def _show_list(wanted: Wanted, refusal: Refusal | None) -> str:
    states = [(name, gettext(title)) for name, title in VOUCHER_TITLES.items()]
    return render_template(
        "overview/vouchers.html",
        slice=list_vouchers(actor=g.actor, wanted=wanted),
        columns=COLUMNS,
        refusal=refusal,
        states=VOUCHER_TITLES,
        state_options=[*states, (HELD, gettext("已暂停"))],
        programme_options=[
            (one.id, one.name.say(select_language())) for one in list_programmes(on=END_OF_TIME)
        ],
        place_options=[(place.code, place.name) for place in list_communities(actor=g.actor)],
        may_void=policy.VOID.allows(g.actor),
    )


@blueprint.post("/find")
@require(policy.LIST_VOUCHERS)
def find() -> tuple[str, int] | Response:
    """Lead to the voucher of a serial or of a typed code."""
    text = request.form.get("code", "")[:200].strip()
    try:
        return redirect(url_for("vouchers.show", serial=_find(text)))
    except Refusal as refusal:
        return _show_list(Wanted(filters={}), refusal), refusal.status


def _find(text: str) -> str:
    digits = "".join(text.split())
    if digits.isdigit() and len(digits) <= SERIAL_LENGTH:
        return get_voucher(actor=g.actor, serial=parse_serial(text)).serial
    return find_serial(actor=g.actor, print_code=write_print_code(parse_typed_code(text)))


@blueprint.get("/<serial>")
@require(policy.LIST_VOUCHERS)
def show(serial: str) -> str:
    """Show one voucher: whose, what is left, its paper, its uses, where its money is."""
    return render_template(
        "overview/voucher.html",
        file=get_voucher_file(actor=g.actor, serial=serial),
        titles=TITLES,
        deeds={name for name, (action, _) in _OPERATIONS.items() if action.allows(g.actor)},
        may_void=policy.VOID.allows(g.actor),
        may_print=PRINT_VOUCHER.allows(g.actor),
        may_see_redemption=LIST_REDEMPTIONS.allows(g.actor),
    )


def _reprint(**asked: Any) -> None:
    kid = load_ring(current_app.config["HOME"]).signing_kid
    custody.reprint_voucher(kid=kid, **asked)


# What is done with one voucher: who may, and by which operation.
_OPERATIONS: dict[str, tuple[Action, Callable[..., Any]]] = {
    "hold": (policy.HOLD, ending.hold_voucher),
    "release": (policy.RELEASE, ending.release_voucher),
    "reprint": (policy.REPRINT, _reprint),
    "replacement": (policy.ASK_REPLACEMENT, replacing.ask_replacement),
}


def _open_deed(name: str, action: Action, operation: Callable[..., Any]) -> None:
    def ask(serial: str) -> str:
        return _ask(serial, name)

    def perform(serial: str) -> tuple[str, int] | Response:
        return _perform(serial, name, operation)

    rule = f"/<serial>/{name}"
    blueprint.add_url_rule(rule, f"ask_{name}", require(action)(ask))
    blueprint.add_url_rule(rule, name, require(action)(perform), methods=["POST"])


for _name, (_action, _operation) in _OPERATIONS.items():
    _open_deed(_name, _action, _operation)


def _ask(
    serial: str, name: str, form: Decision | None = None, refusal: Refusal | None = None
) -> str:
    return render_template(
        "overview/voucher_deed.html",
        file=get_voucher_file(actor=g.actor, serial=serial),
        titles=TITLES,
        deed=DEEDS[name],
        form=form or Decision(),
        refusal=refusal,
    )


def _perform(serial: str, name: str, operation: Callable[..., Any]) -> tuple[str, int] | Response:
    form, now = Decision.parse(request.form), clock.now()

    def do() -> dict[str, Any]:
        operation(actor=g.actor, serial=serial, reason=form.reason, now=now)
        return {"serial": serial}

    try:
        perform_once(
            actor=g.actor,
            route=f"vouchers.{name}",
            client_key=form.client_key,
            request={"serial": serial, "reason": form.typed},
            now=now,
            deed=do,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _ask(serial, name, form, refusal), refusal.status
    flash(gettext(DEEDS[name].done))
    return redirect(url_for("vouchers.show", serial=serial))


@blueprint.get("/void")
@require(policy.VOID)
def ask_void() -> tuple[str, int]:
    """Ask for a range of serials, and say what voiding it will do."""
    return _ask_void(request.args, None)


def _ask_void(asked: MultiDict[str, str], refusal: Refusal | None) -> tuple[str, int]:
    first, last = (asked.get(name, "")[:40].strip() for name in ("first", "last"))
    preview = None
    if first:
        try:
            preview = preview_void(actor=g.actor, **_read_range(first, last))
        except Refusal as fault:
            refusal = refusal or fault
    page = render_template(
        "overview/void_vouchers.html",
        first=first,
        last=last or first,
        preview=preview,
        form=Decision.parse(request.form),
        refusal=refusal,
    )
    return page, refusal.status if refusal else 200


def _read_range(first: str, last: str) -> dict[str, str]:
    return {"first": parse_serial(first), "last": parse_serial(last or first)}


@blueprint.post("/void")
@require(policy.VOID)
def void() -> tuple[str, int] | Response:
    """Void what that page counted."""
    form, now = Decision.parse(request.form), clock.now()
    first, last = request.form.get("first", ""), request.form.get("last", "")
    try:
        done = perform_once(
            actor=g.actor,
            route="vouchers.void",
            client_key=form.client_key,
            request={"first": first, "last": last, "reason": form.typed},
            now=now,
            deed=lambda: {
                "voided": ending.void_vouchers(
                    actor=g.actor, reason=form.reason, now=now, **_read_range(first, last)
                )
            },
        )
    except Refusal as refusal:
        return _ask_void(request.form, refusal)
    flash(gettext("已作废 %(count)s 张券，余额退回预算。", count=done["voided"]))
    return redirect(url_for("vouchers.show_list", state="void"))


@blueprint.post("/<serial>/paper")
@require(PRINT_VOUCHER)
def send_paper(serial: str) -> Response:
    """Draw the paper of this voucher, read it back, keep its manifest, and send it."""
    home: Home = current_app.config["HOME"]
    drawn = make_paper(actor=g.actor, serials=[serial], home=home, folder=home.printouts.resolve())
    return send_file_content(
        content=drawn.path.read_bytes(), name=drawn.path.name, kind="application/pdf"
    )
