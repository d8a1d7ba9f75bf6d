"""Reading vouchers and their prints."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.text import natural_key
from voucher.vouchers.models import Handover, IssueRun, Print, RunLine, Voucher
from voucher.vouchers.rules import (
    OPEN_STATES,
    PrintState,
    RunState,
    VoucherState,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resident's paper goes: sorts in delivery order."""

    order: tuple[Any, ...]
    community_id: int


def find_taken(*, programme: str, period_from: date) -> set[tuple[int, str]]:
    """Give (resident, item) of every voucher of the month that exists or is about to."""
    written = select(Voucher.resident_id, Voucher.item).where(
        Voucher.programme == programme,
        Voucher.period_from == period_from,
        Voucher.state != VoucherState.VOID,
    )
    waiting = (
        select(RunLine.resident_id, RunLine.item)
        .join(IssueRun, IssueRun.id == RunLine.run_id)
        .where(
            IssueRun.programme == programme,
            IssueRun.period_from == period_from,
            IssueRun.state.in_((RunState.DRAFT, RunState.APPROVED)),
        )
    )
    return {(row[0], row[1]) for row in db.session.execute(written.union(waiting))}


def find_places(*, resident_ids: set[int]) -> dict[int, Place]:
    """Give where each resident lives, to sort by street, community, address and name."""
    street = aliased(Division)
    rows = db.session.execute(
        select(
            Resident.id,
            Resident.community_id,
            street.code,
            Division.code,
            Resident.address,
            Resident.name_key,
        )
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
    )
    return {
        row[0]: Place((row[2], row[3], natural_key(row[4]), row[5], row[0]), row[1])
        for row in rows
        if row[0] in resident_ids
    }


def get_voucher(*, actor: Actor, serial: str) -> Voucher:
    """
    Give a voucher of the actor's area by its serial.

    :raises NotFound: voucher_unknown.
    """
    found = db.session.scalar(
        select(Voucher).where(Voucher.serial == serial, within_area(Voucher.community_id, actor))
    )
    if found is None:
        raise NotFound("voucher_unknown", N_("没有券号为 %(serial)s 的券"), serial=serial[:20])
    return found


# What a sheet shows of one live print: the person, the print, then what many prints share.
SHEET_COLUMNS = (
    *(Resident.id, Resident.name, Resident.address, Resident.sex, Resident.born_date),
    *(Voucher.serial, Print.number, Print.code),
    *(Voucher.scheme_version_id, Voucher.item, Voucher.level, Voucher.kind, Voucher.is_offline),
    *(Voucher.unit_fen, Voucher.uses_total, Voucher.period_from, Voucher.period_to, Print.kid),
)


def list_live_prints(*, run_id: int, community_id: int, after: int, limit: int) -> list[Any]:
    """
    Give what is on paper of a run in one community, in delivery order from after a position on.

    The columns are SHEET_COLUMNS and the position.
    """
    wanted = (
        select(*SHEET_COLUMNS, RunLine.position)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(IssueRun, IssueRun.id == Voucher.run_id)
        .join(
            RunLine,
            (RunLine.run_id == Voucher.run_id)
            & (RunLine.resident_id == Voucher.resident_id)
            & (RunLine.item == Voucher.item),
        )
        .where(
            Voucher.run_id == run_id,
            Voucher.community_id == community_id,
            # As in the index of one voucher a period: else all a person ever had are looked at.
            Voucher.programme == IssueRun.programme,
            Voucher.period_from == IssueRun.period_from,
            Voucher.state != literal_column(f"'{VoucherState.VOID}'"),
            Print.state == PrintState.LIVE,
            RunLine.community_id == community_id,
            RunLine.position > after,
        )
        .order_by(RunLine.position)
        .limit(limit)
    )
    return list(db.session.connection().execute(wanted))


def list_places_with_paper(*, actor: Actor, run_id: int) -> list[Division]:
    """Give the communities of the actor's area in which a run has a live print, by code."""
    on_paper = (
        exists()
        .where(
            Voucher.run_id == run_id,
            Voucher.community_id == Division.id,
            Voucher.state != VoucherState.VOID,
            Print.voucher_id == Voucher.id,
            Print.state == PrintState.LIVE,
        )
        .correlate(Division)
    )
    places = select(Division).where(on_paper, within_area(Division.id, actor))
    return list(db.session.scalars(places.order_by(Division.code)))


def get_live_print(*, voucher_id: int) -> Any:
    """Give what is on the paper of one voucher, as SHEET_COLUMNS."""
    wanted = (
        select(*SHEET_COLUMNS)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .where(Voucher.id == voucher_id, Print.state == PrintState.LIVE)
    )
    return db.session.execute(wanted).one()


def list_vouchers_of_resident(*, actor: Actor, resident_id: int, limit: int) -> list[Any]:
    """List a person's last vouchers, newest first: (Voucher, number of its last print)."""
    last_print = (
        select(func.max(Print.number))
        .where(Print.voucher_id == Voucher.id)
        .correlate(Voucher)
        .scalar_subquery()
    )
    wanted = (
        select(Voucher, last_print.label("print_number"))
        .where(Voucher.resident_id == resident_id, within_area(Voucher.community_id, actor))
        .order_by(Voucher.period_from.desc(), Voucher.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def list_prints_of_resident(*, actor: Actor, resident_id: int, limit: int) -> list[Any]:
    """List the last paper of a person: (Print, serial, when given, by whom), newest first."""
    wanted = (
        select(Print, Voucher.serial, Handover.handed_over_at, Account.name.label("given_by"))
        .join(Voucher, Voucher.id == Print.voucher_id)
        .outerjoin(Handover, Handover.print_id == Print.id)
        .outerjoin(Account, Account.id == Handover.handed_over_by)
        .where(Voucher.resident_id == resident_id, within_area(Voucher.community_id, actor))
        .order_by(Print.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def list_open_vouchers(*, resident_id: int) -> list[Voucher]:
    """List what a person still has: what a departure holds, wherever it was issued."""
    wanted = select(Voucher).where(
        Voucher.resident_id == resident_id, Voucher.state.in_(OPEN_STATES)
    )
    return list(db.session.scalars(wanted.order_by(Voucher.serial)))
