"""
Pages of departures: one person, or a list from a file.

GET  /departures/<public_id>            who, why and when
POST /departures/<public_id>/preview    what recording it will do; nothing is written
POST /departures/<public_id>            record it, once
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import require
from voucher.redemptions import policy
from voucher.redemptions.operations.departures import depart_resident, foresee_departure
from voucher.refusals import N_, BadInput, Refusal
from voucher.replies import perform_once
from voucher.residents.models import Resident
from voucher.residents.queries import get_resident
from voucher.residents.rules.departures import (
    DEPARTURE_TITLES,
    Departure,
    find_departure_faults,
)
from voucher.vouchers.queries.paper import list_paper_out
from voucher.workbooks.cells import read_day
from voucher.workbooks.faults import Fault

blueprint = Blueprint("departures", __name__, url_prefix="/departures")

_WRONG = BadInput("fields", N_("有几处需要改正，请看各栏下面的说明"))


@dataclass(frozen=True, slots=True)
class DepartureForm:
    """Why and when, as typed."""

    departure: str = ""
    departed: str = ""

    @classmethod
    def read(cls) -> "DepartureForm":
        """Read the form of this request; what is too long to be true is cut."""
        return cls(request.form.get("departure", "")[:20], request.form.get("departed", "")[:40])

    def demand(self, *, born: date) -> tuple[Departure, date]:
        """
        Give why and when.

        :raises WrongFields: fields.
        """
        faults = find_departure_faults(
            departure=self.departure, day_text=self.departed, born=born, today=clock.today()
        )
        departed = read_day(self.departed)
        if faults or departed is None:
            raise WrongFields(faults)
        return Departure(self.departure), departed


class WrongFields(BadInput):
    """The form has faults; `faults` gives them by field."""

    def __init__(self, faults: dict[str, Fault]) -> None:
        super().__init__(_WRONG.word, _WRONG.sentence)
        self.faults = faults


@blueprint.get("/<public_id>")
@require(policy.RECORD_DEPARTURES)
def ask(public_id: str) -> str:
    """Ask why and when somebody left."""
    return _show_form(get_resident(actor=g.actor, public_id=public_id), DepartureForm(), None)


@blueprint.post("/<public_id>/preview")
@require(policy.RECORD_DEPARTURES)
def preview(public_id: str) -> str | tuple[str, int] | Response:
    """Show what recording the departure will do, before anything is written."""
    form = DepartureForm.read()
    resident = get_resident(actor=g.actor, public_id=public_id)
    if form.departure == "moved_within":
        flash(gettext("在本区内搬家不算离开：请把社区和住址改成新的，手里的券照常使用。"))
        return redirect(url_for("residents.ask_correct", public_id=public_id))
    try:
        departure, departed_date = form.demand(born=resident.born_date)
    except Refusal as refusal:
        return _show_form(resident, form, refusal), refusal.status
    return render_template(
        "redemptions/departure_preview.html",
        resident=resident,
        departure=departure,
        title=DEPARTURE_TITLES[departure],
        departed_date=departed_date,
        foreseen=foresee_departure(
            resident=resident, departure=departure, departed_date=departed_date
        ),
        papers=list_paper_out(actor=g.actor, resident_ids=[resident.id]),
    )


@blueprint.post("/<public_id>")
@require(policy.RECORD_DEPARTURES)
def record(public_id: str) -> tuple[str, int] | Response:
    """Record the departure and hold the paper, once."""
    form = DepartureForm.read()
    resident = get_resident(actor=g.actor, public_id=public_id)
    try:
        departure, departed_date = form.demand(born=resident.born_date)
        done = _record_once(public_id, departure, departed_date)
    except Refusal as refusal:
        resident = get_resident(actor=g.actor, public_id=public_id)
        return _show_form(resident, form, refusal), refusal.status
    flash(gettext("已登记离开，冻结 %(held)s 张券。", held=done["held"]))
    return redirect(url_for("files.show_resident", public_id=public_id))


def _record_once(public_id: str, departure: Departure, departed_date: date) -> dict[str, Any]:
    now = clock.now()

    def deed() -> dict[str, Any]:
        held = depart_resident(
            actor=g.actor,
            public_id=public_id,
            departure=departure,
            departed_date=departed_date,
            now=now,
        )
        return {"held": held}

    return perform_once(
        actor=g.actor,
        route="departures.record",
        client_key=request.form.get("client_key", ""),
        request={"resident": public_id, "departure": departure, "on": departed_date},
        now=now,
        deed=deed,
    )


def _show_form(resident: Resident, form: DepartureForm, refusal: Refusal | None) -> str:
    faults = refusal.faults if isinstance(refusal, WrongFields) else {}
    return render_template(
        "redemptions/departure.html",
        resident=resident,
        form=form,
        titles=DEPARTURE_TITLES,
        errors={at: gettext(fault.sentence) % fault.facts for at, fault in faults.items()},
        refusal=refusal,
    )
