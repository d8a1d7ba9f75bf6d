"""
Pages of events, for whoever checks; nothing here changes anything.

GET  /events/        the list, newest first, also as a workbook
GET  /events/<id>    one event with its facts and its seal
"""

import json
from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.audit import policy
from voucher.audit.operations import record_events_export
from voucher.audit.queries import get_event, list_events
from voucher.audit.rules import ACTION_TITLES, SUBJECT_TITLES
from voucher.db import transaction
from voucher.listing import Column, Wanted, read_wanted, send_workbook, slice_rows
from voucher.money import show_yuan
from voucher.periods import CHINA
from voucher.refusals import N_, BadInput

blueprint = Blueprint("events", __name__, url_prefix="/events")

FILTERS = ("action", "actor", "subject_kind", "subject_id", "from", "to")
COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("时间"), lambda row: row.Event.happened_at, sort="at"),
    Column(N_("事项"), lambda row: say_action(row.Event.action)),
    Column(N_("操作人"), lambda row: row.Event.actor_name),
    Column(N_("对象"), lambda row: say_subject(row.Event.subject_kind)),
    Column(N_("编号"), lambda row: row.Event.subject_id),
    Column(N_("封存号"), lambda row: row.number, is_number=True),
)
# In a workbook also what machines and colleagues on the telephone go by.
EXPORT_COLUMNS: tuple[Column[Any], ...] = (
    *COLUMNS,
    Column(N_("记录号"), lambda row: row.Event.id, is_number=True),
    Column(N_("机器词"), lambda row: row.Event.action),
    Column(N_("途径"), lambda row: row.Event.channel),
    Column(N_("内容"), lambda row: json.dumps(row.Event.facts, ensure_ascii=False)),
)


def say_action(action: str) -> str:
    """Give an action in words, or its own word where there are none."""
    return gettext(ACTION_TITLES[action]) if action in ACTION_TITLES else action


def say_subject(kind: str) -> str:
    """Give a kind of subject in words, or its own word where there are none."""
    return gettext(SUBJECT_TITLES[kind]) if kind in SUBJECT_TITLES else kind


@blueprint.get("/")
@require(policy.READ_EVENTS)
def show_list() -> str | tuple[str, int] | Response:
    """Show what was done, newest first, or give it as a workbook."""
    wanted = read_wanted(request.args, sorts=("at",), filters=FILTERS)
    try:
        found = list_events(wanted=wanted)
    except BadInput as refusal:
        return _show_list(slice_rows([], wanted=wanted), wanted, refusal), refusal.status
    if wanted.is_export:
        return _send(found.rows, wanted)
    return _show_list(found, wanted, None)


def _send(rows: Any, wanted: Wanted) -> Response:
    answer = send_workbook(name=gettext("审计记录"), columns=EXPORT_COLUMNS, rows=rows)
    filters = {name: wanted[name] for name in FILTERS if wanted[name]}
    with transaction():
        record_events_export(actor=g.actor, rows=len(rows), filters=filters, now=clock.now())
    return answer


def _show_list(found: Any, wanted: Wanted, refusal: BadInput | None) -> str:
    return render_template(
        "audit/list.html",
        slice=found,
        columns=COLUMNS,
        wanted=wanted,
        refusal=refusal,
        actions=[(word, gettext(title)) for word, title in ACTION_TITLES.items()],
        kinds=[(kind, gettext(title)) for kind, title in SUBJECT_TITLES.items()],
    )


@blueprint.get("/<int:event_id>")
@require(policy.READ_EVENTS)
def show(event_id: int) -> str:
    """Show one event with its facts and its seal."""
    event, seal = get_event(event_id=event_id)
    return render_template(
        "audit/event.html",
        event=event,
        seal=seal,
        happened_at=f"{event.happened_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        title=say_action(event.action),
        subject=say_subject(event.subject_kind),
        facts=[(name, _say_fact(name, value)) for name, value in event.facts.items()],
    )


def _say_fact(name: str, value: Any) -> str:
    if name.rpartition("_")[2] == "fen" and isinstance(value, int):
        return gettext("%(yuan)s 元", yuan=show_yuan(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
