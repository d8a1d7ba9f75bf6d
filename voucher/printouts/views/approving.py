"""
Approving a run, whose paper is tried first.

POST /runs/<run>/approval   let it be written
"""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.printouts.operations.fitting import approve_printable_run
from voucher.printouts.queries.sheets import describe_office
from voucher.printouts.views.files import find_home
from voucher.refusals import Refusal
from voucher.replies import perform_once
from voucher.schemes.queries import get_programme_version
from voucher.vouchers import policy
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.views.runs import blueprint, show_run


@blueprint.post("/<int:run_id>/approval")
@require(policy.APPROVE_RUN)
def approve(run_id: int) -> Any:
    """Take the run's money from the budget and let the worker write its vouchers."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        run = get_run(actor=g.actor, run_id=run_id)
        approve_printable_run(
            actor=g.actor,
            run_id=run_id,
            programme=get_programme_version(run.scheme_version_id),
            office=describe_office(find_home()),
            now=now,
        )
        return {"run": run_id}

    try:
        perform_once(
            actor=g.actor,
            route="runs.approve",
            client_key=request.form.get("client_key", ""),
            request={"run": run_id},
            now=now,
            deed=deed,
        )
    except Refusal as refusal:
        return show_run(get_run(actor=g.actor, run_id=run_id), refusal), refusal.status
    flash(gettext("已批准。预算已扣下，后台开始写券。"))
    return redirect(url_for("runs.show", run_id=run_id))
