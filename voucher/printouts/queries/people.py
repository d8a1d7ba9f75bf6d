"""Reading who has paper of a run."""

from typing import Any

from sqlalchemy import exists, func, or_, select

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.rules import SHORT_ADDRESS, SHORT_NAME
from voucher.residents.models import Resident
from voucher.vouchers.models import Print, RunLine, Voucher
from voucher.vouchers.rules import PrintState, VoucherState


def list_people_on_paper(*, actor: Actor, run_id: int) -> list[Any]:
    """Give what is printed of each person of the actor's area who has a live print of a run."""
    live = (
        select(
            *(Resident.id, Resident.name, Resident.address, Resident.sex, Resident.born_date),
            *(Voucher.community_id, Division.name.label("community")),
        )
        .join(Voucher, Voucher.resident_id == Resident.id)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Division, Division.id == Voucher.community_id)
        .where(
            Voucher.run_id == run_id,
            Voucher.state != VoucherState.VOID,
            Print.state == PrintState.LIVE,
            within_area(Voucher.community_id, actor),
        )
    )
    return list(db.session.execute(live.distinct().order_by(Resident.id)))


def list_long_people(*, actor: Actor, run_id: int) -> list[Any]:
    """Give who of a run, drafted or written, has a name or an address that may want room."""
    is_due = exists().where(
        RunLine.run_id == run_id,
        RunLine.resident_id == Resident.id,
        within_area(RunLine.community_id, actor),
    )
    is_long = or_(
        func.length(Resident.name) > SHORT_NAME, func.length(Resident.address) > SHORT_ADDRESS
    )
    long = (
        select(
            *(Resident.id, Resident.name, Resident.address, Resident.sex, Resident.born_date),
            Division.name.label("community"),
        )
        .join(Division, Division.id == Resident.community_id)
        .where(is_long, is_due)
    )
    return list(db.session.execute(long.order_by(Resident.id)))
