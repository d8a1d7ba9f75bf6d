"""
Pages of the preflight and the release of a run's paper.

POST /printouts/<run>/preflight   have the worker read one's files of the run back
GET  /printouts/<run>/findings    what was found, XLSX too
POST /printouts/<run>/release     sign for what was found sound
"""

from dataclasses import asdict
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.codes import show_serial
from voucher.db import transaction
from voucher.listing import read_wanted, send_workbook
from voucher.printouts import policy
from voucher.printouts.operations.releasing import ask_preflight, release_paper
from voucher.printouts.queries.preflights import FINDING_SORTS, list_standings, slice_findings
from voucher.printouts.views.files import blueprint, find_home, show_run_files
from voucher.printouts.views.standing import (
    FINDING_COLUMNS,
    describe_standings,
    tell_advice,
    tell_fault,
)
from voucher.refusals import Refusal
from voucher.replies import perform_once
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.views.wording import name_run


@blueprint.post("/<int:run_id>/preflight")
@require(policy.PREFLIGHT)
def ask_reading(run_id: int) -> Any:
    """Have the worker read one's files of a run back, whatever was found before."""
    try:
        with transaction():
            ask_preflight(
                actor=g.actor, run_id=run_id, folder=find_home().printouts, now=clock.now()
            )
    except Refusal as refusal:
        return show_run_files(get_run(actor=g.actor, run_id=run_id), refusal), refusal.status
    flash(gettext("已要求检查，后台正在逐页读回。"))
    return redirect(url_for("printouts.show", run_id=run_id))


@blueprint.get("/<int:run_id>/findings")
@require(policy.SEE_FILES)
def show_findings(run_id: int) -> Any:
    """Show all that was found wrong with one's files of a run."""
    run = get_run(actor=g.actor, run_id=run_id)
    wanted = read_wanted(request.args, sorts=tuple(FINDING_SORTS))
    standings = list_standings(actor=g.actor, run_id=run_id, folder=find_home().printouts)
    overview = describe_standings(standings)
    found = slice_findings(actor=g.actor, preflight_ids=overview.failed_ids, wanted=wanted)
    if wanted.is_export:
        return send_workbook(name=f"findings-{run_id}", columns=FINDING_COLUMNS, rows=found.rows)
    return render_template(
        "printouts/show_findings.html",
        run=run,
        name=name_run(run),
        overview=overview,
        findings=found,
        columns=FINDING_COLUMNS,
        tell_fault=tell_fault,
        tell_advice=tell_advice,
        show_serial=show_serial,
    )


@blueprint.post("/<int:run_id>/release")
@require(policy.RELEASE)
def release(run_id: int) -> Any:
    """Sign for the paper of a run that was read back without a finding."""
    now = clock.now()

    def deed() -> dict[str, Any]:
        folder = find_home().printouts
        return asdict(release_paper(actor=g.actor, run_id=run_id, folder=folder, now=now))

    try:
        done = perform_once(
            actor=g.actor,
            route="printouts.release",
            client_key=request.form.get("client_key", ""),
            request={"run": run_id},
            now=now,
            deed=deed,
        )
    except Refusal as refusal:
        return show_run_files(get_run(actor=g.actor, run_id=run_id), refusal), refusal.status
    flash(
        gettext(
            "已放行 %(communities)s 个社区的 %(vouchers)s 张券，可以下载、打印和发放。",
            communities=done["communities"],
            vouchers=done["vouchers"],
        )
    )
    return redirect(url_for("printouts.show", run_id=run_id))
