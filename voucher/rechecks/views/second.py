"""
Pages of the second assessment: the form of the instrument's items, without the first answers.

GET  /rechecks/again/<recheck>    the form
POST /rechecks/again/<recheck>    keep the answers, once
"""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.assessments.forms import read_form
from voucher.assessments.rules.answering import Content, select_scored_records
from voucher.assessments.views.describing import list_titles, say_faults
from voucher.rechecks import policy
from voucher.rechecks.operations import record_recheck
from voucher.rechecks.queries import get_recheck
from voucher.rechecks.rules.second import JudgedSecond, judge_second, list_second_fields
from voucher.rechecks.views.draws import blueprint
from voucher.refusals import N_, BadInput, NotFound, Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_instrument

_WRONG = BadInput("fields", N_("有几处还没有答或需要改正，请看下面标出的各项；已填的都保留着"))


@blueprint.get("/again/<recheck>")
@require(policy.RECORD_RECHECK)
def ask_second(recheck: str) -> str:
    """Show the empty form; nothing of the first answers is told."""
    row = get_recheck(actor=g.actor, public_id=recheck)
    return _show(row, {"assessed": [clock.today().isoformat()]}, None, None)


@blueprint.post("/again/<recheck>")
@require(policy.RECORD_RECHECK)
def record(recheck: str) -> tuple[str, int] | Response:
    """Keep the answers, or show the form again with every item that is missing."""
    row = get_recheck(actor=g.actor, public_id=recheck)
    instrument = get_instrument(row.scheme, row.version)
    content = read_form(request.form, names=list_second_fields(instrument))
    judged = judge_second(
        content=content,
        instrument=instrument,
        first_date=row.Assessment.assessed_date,
        today=clock.today(),
    )
    draw_id = row.Recheck.draw_id
    try:
        _record_once(recheck, judged)
    except NotFound:
        raise
    except Refusal as refusal:
        again = get_recheck(actor=g.actor, public_id=recheck)
        return _show(again, content, judged, refusal), refusal.status
    flash(gettext("复评已保存。等级不变；两次结果由审核人员比对。"))
    return redirect(url_for("rechecks.show", draw_id=draw_id))


def _record_once(recheck: str, judged: JudgedSecond) -> None:
    if (second := judged.second) is None:
        raise _WRONG
    now = clock.now()

    def deed() -> dict[str, Any]:
        record_recheck(actor=g.actor, public_id=recheck, second=second, now=now)
        return {}

    perform_once(
        actor=g.actor,
        route="rechecks.record",
        client_key=request.form.get("client_key", ""),
        # Only a digest of it is kept.
        request={"recheck": recheck, "answers": str(second)},
        now=now,
        deed=deed,
    )


def _show(row: Any, given: Content, judged: JudgedSecond | None, refusal: Refusal | None) -> str:
    instrument = get_instrument(row.scheme, row.version)
    return render_template(
        "rechecks/again.html",
        recheck=row.Recheck,
        resident=row.Resident,
        instrument=instrument,
        groups=select_scored_records(instrument).groups,
        titles=list_titles(instrument),
        given=given,
        errors=say_faults(judged.faults) if judged else {},
        refusal=refusal,
    )
