"""
Pages of paper that is out: the list to collect, as a table, as a workbook, as a print.

GET  /paper/residents/<public_id>      what one person still has
GET  /paper/levels/<scale>             what people hold whose level would change if confirmed
GET  /paper/levels/<scale>/<chosen>    the same of some proposals, by number: 3-17-20
GET  /paper/levels/<scale>/<chosen>/count   only the counts, for the page that confirms
"""

from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit.operations import record_event
from voucher.codes import show_serial
from voucher.db import transaction
from voucher.listing import MAX_SIZE, Column, Slice, Wanted, read_wanted, send_workbook
from voucher.pages import select_language
from voucher.periods import local_date
from voucher.refusals import N_, BadInput
from voucher.residents.queries import get_resident
from voucher.schemes.queries import get_scheme, list_programmes
from voucher.vouchers import policy
from voucher.vouchers.queries.paper import (
    PAPER_SORTS,
    PaperOut,
    count_paper_of_levels,
    slice_paper_of_levels,
    slice_paper_of_resident,
)
from voucher.vouchers.rules import HELD_TITLES, VOUCHER_TITLES

blueprint = Blueprint("paper", __name__, url_prefix="/paper")
blueprint.add_app_template_global(show_serial)

ALL = "all"


@blueprint.app_template_global()
def tell_paper_state(row: PaperOut) -> str:
    """Say what a voucher is now, and why it is held if it is."""
    state = gettext(VOUCHER_TITLES[row.state])
    if row.held_reason is None:
        return state
    reason = row.held_reason
    known = gettext(HELD_TITLES[reason]) if reason in HELD_TITLES else reason
    return gettext("%(state)s · 已暂停（%(reason)s）", state=state, reason=known)


@blueprint.app_template_global()
def tell_paper_place(row: PaperOut) -> str:
    """Say where the paper is: not printed yet, in the office, or in somebody's hands since when."""
    if row.handed_over_at is not None:
        return gettext("已发放 %(day)s", day=local_date(row.handed_over_at))
    return gettext("已打印，未发") if row.is_printed else gettext("未打印")


COLUMNS: tuple[Column[PaperOut], ...] = (
    Column(N_("券号"), lambda row: show_serial(row.serial), sort="serial"),
    Column(N_("老人"), lambda row: row.name, sort="name"),
    Column(N_("状态"), tell_paper_state, sort="state"),
    Column(N_("纸券"), tell_paper_place),
    Column(N_("余额（元）"), lambda row: row.balance_fen / 100, is_number=True),
    Column(N_("券种"), lambda row: row.item.say(select_language())),
    Column(N_("月份"), lambda row: f"{row.period_from:%Y-%m}"),
    Column(N_("社区"), lambda row: f"{row.street} {row.community}", sort="community"),
    Column(N_("住址"), lambda row: row.address),
)


@blueprint.get("/residents/<public_id>")
@require(policy.LIST_PAPER_OUT)
def show_resident(public_id: str) -> str | Response:
    """Show what one person still has."""
    wanted = _read_wanted()
    resident = get_resident(actor=g.actor, public_id=public_id)
    found = slice_paper_of_resident(actor=g.actor, resident_id=resident.id, wanted=wanted)
    _record("resident", public_id, found)
    return _answer(found, resident=resident)


@blueprint.get("/levels/<scale>", defaults={"chosen": ALL})
@blueprint.get("/levels/<scale>/<chosen>")
@require(policy.LIST_PAPER_OF_LEVELS)
def show_levels(scale: str, chosen: str) -> str | Response:
    """Show what people hold whose level would change."""
    wanted = _read_wanted()
    found = slice_paper_of_levels(**_read_levels(scale, chosen), wanted=wanted)
    _record("scale", scale, found)
    return _answer(found, scale=get_scheme(scale, clock.today()), chosen=chosen)


@blueprint.get("/levels/<scale>/<chosen>/count")
@require(policy.LIST_PAPER_OF_LEVELS)
def count_levels(scale: str, chosen: str) -> str:
    """Count the same, as a part of the page that confirms."""
    return render_template(
        "vouchers/paper_count.html",
        count=count_paper_of_levels(**_read_levels(scale, chosen)),
        scale=get_scheme(scale, clock.today()),
        chosen=chosen,
    )


def _read_levels(scale: str, chosen: str) -> dict[str, Any]:
    today = clock.today()
    reads = get_scheme(scale, today).id
    return {
        "actor": g.actor,
        "scale": scale,
        "programmes": [one.id for one in list_programmes(on=today) if one.scale == reads],
        "on": today,
        "level_ids": None if chosen == ALL else _read_chosen(chosen),
    }


def _read_chosen(text: str) -> list[int]:
    numbers = text.split("-")
    are_numbers = all(one.isascii() and one.isdigit() and len(one) < 18 for one in numbers)
    if not are_numbers or len(numbers) > MAX_SIZE:
        raise BadInput("levels", N_("所选的等级有误，请回到列表重新勾选"))
    return [int(one) for one in numbers]


def _read_wanted() -> Wanted:
    return read_wanted(request.args, sorts=tuple(PAPER_SORTS))


def _record(kind: str, subject: str, found: Slice[PaperOut]) -> None:
    """Record that names, addresses and whose paper it is were read."""
    with transaction():
        record_event(
            actor=g.actor,
            action="vouchers.list_paper_out",
            subject_kind=kind,
            subject_id=subject,
            now=clock.now(),
            facts={"rows": len(found.rows), "export": found.wanted.is_export},
        )


def _answer(found: Slice[PaperOut], **shown: Any) -> str | Response:
    if found.wanted.is_export:
        return send_workbook(name=gettext("要收回的券"), columns=COLUMNS, rows=found.rows)
    return render_template("vouchers/paper.html", found=found, columns=COLUMNS, **shown)
