"""
Pages of the paper of single vouchers.

POST /printouts/<run>/<community>/reprints   one file of what was reprinted because it was spoilt
"""

from typing import Any

from flask import flash, g, redirect, url_for

from voucher.access import require
from voucher.divisions.queries import get_community
from voucher.listing import send_file_content
from voucher.pages import say
from voucher.printouts import policy
from voucher.printouts.tasks.papers import make_paper
from voucher.printouts.views.files import blueprint, find_home
from voucher.refusals import N_, NotFound, Refusal
from voucher.vouchers.queries.people import find_spoilt
from voucher.vouchers.queries.runs import get_run


@blueprint.post("/<int:run_id>/<code>/reprints")
@require(policy.PRINT_VOUCHER)
def send_reprints(run_id: int, code: str) -> Any:
    """Draw the paper of a round that was reprinted as one file, read it back, and send it."""
    run = get_run(actor=g.actor, run_id=run_id)
    community = get_community(actor=g.actor, code=code)
    serials = find_spoilt(run_id=run.id, community_id=community.id).to_print
    home = find_home()
    try:
        if not serials:
            raise Refusal("nothing_to_print", N_("这个社区没有补印了还要打印的券"))
        drawn = make_paper(actor=g.actor, serials=serials, home=home, folder=home.printouts)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(say(refusal), "refused")
        return redirect(url_for("handovers.show_returned", run_id=run_id, code=code))
    return send_file_content(
        content=drawn.path.read_bytes(), name=drawn.path.name, kind="application/pdf"
    )
