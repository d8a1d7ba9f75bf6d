"""A whole run that comes back, for pages that list what came back."""

from sqlalchemy import select

from tests.pages import post
from tests.vouchers.factories import MONTH, add_resident, issue, let_out
from voucher import clock
from voucher.db import db
from voucher.vouchers.models import Print, Voucher


def have_all_come_back(town, enter, *, run_id, people, reason):
    """Issue a run to so many more people, count its paper back; give the client and its page."""
    for _ in range(people):
        add_resident(born=MONTH.replace(year=1961), community_id=town.communities[0])
    issue(town)
    let_out(town.worker, run_id, now=clock.now())
    client, here = enter("worker"), f"/handovers/{run_id}/510104001001"
    run = select(Print.id).join(Voucher).where(Voucher.run_id == run_id)
    prints = " ".join(map(str, db.session.scalars(run)))
    db.session.rollback()
    form = {"shown": prints, "absent": prints, "reason": reason, "who": "ticked"}
    assert post(client, here, client_key=str(run_id), **form).status_code == 302
    return client, here
