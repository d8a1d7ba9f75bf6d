"""Who of a round is to get which paper, and what became of each print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.vouchers.models import Handover, PaperOutcome, Print, Round, RunLine, Voucher
from voucher.vouchers.queries.rounds import IS_CURRENT
from voucher.vouchers.queries.runs import list_run_events
from voucher.vouchers.rounds import BACK, Outcome
from voucher.vouchers.rules import OPEN_STATES, PrintState, VoucherState

_older = aliased(Print)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to get paper: the prints not given yet, what is on hold, why an earlier try failed."""

    name: str
    address: str
    print_ids: tuple[int, ...]
    held_ids: tuple[int, ...]
    serials: tuple[str, ...]
    not_given: str


def list_people(*, run_id: int, community_id: int) -> list[Person]:
    """Give everybody of a community who has vouchers of a run, in delivery order."""
    rows = db.session.execute(
        select_paper()
        .join(
            RunLine,
            (RunLine.run_id == Voucher.run_id)
            & (RunLine.resident_id == Voucher.resident_id)
            & (RunLine.item == Voucher.item),
        )
        .where(
            Voucher.run_id == run_id,
            Voucher.community_id == community_id,
            Print.state == PrintState.LIVE,
            Voucher.state.notin_((VoucherState.VOID, VoucherState.LAPSED)),
        )
        .order_by(RunLine.position)
    ).all()
    papers: dict[int, list[Any]] = {}
    for row in rows:
        papers.setdefault(row.resident_id, []).append(row)
    reasons = _find_reasons(run_id)
    return [_as_person(of_one, reasons) for of_one in papers.values()]


def _as_person(rows: Sequence[Any], reasons: Mapping[str, str]) -> Person:
    waiting = [
        row for row in rows if row.state == VoucherState.INACTIVE and row.outcome not in BACK
    ]
    due = [row for row in waiting if row.held_reason is None]
    return Person(
        name=rows[0].name,
        address=rows[0].address,
        print_ids=tuple(row.print_id for row in due),
        serials=tuple(row.serial for row in due),
        held_ids=tuple(row.print_id for row in waiting if row.held_reason is not None),
        not_given=next((reasons[row.serial] for row in due if row.serial in reasons), ""),
    )


def _find_reasons(run_id: int) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for event in list_run_events(run_id=run_id, actions=("vouchers.hand_over",)):
        reasons.update(event.facts.get("not_given", {}))
    return reasons


def select_paper() -> Any:
    """Give the query of prints: what each is, whose, and what became of it if it came back."""
    return (
        select(
            Print.id.label("print_id"),
            Print.state.label("print_state"),
            *(Voucher.serial, Voucher.state, Voucher.held_reason, Voucher.redeemed_fen),
            *(Voucher.id.label("voucher_id"), Voucher.run_id),
            *(Voucher.community_id, Voucher.resident_id),
            *(Resident.name, Resident.address),
            Division.name.label("community"),
            *(PaperOutcome.outcome, func.coalesce(PaperOutcome.number, 0).label("number")),
        )
        .join(Voucher, Voucher.id == Print.voucher_id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(Division, Division.id == Voucher.community_id)
        .outerjoin(PaperOutcome, (PaperOutcome.print_id == Print.id) & IS_CURRENT)
    )


def list_papers(*, actor: Actor, print_ids: Sequence[int]) -> list[Any]:
    """Give the paper of these prints within the area, in the order named."""
    rows = db.session.execute(
        select_paper().where(Print.id.in_(print_ids), within_area(Voucher.community_id, actor))
    ).all()
    found = {row.print_id: row for row in rows}
    return [found[print_id] for print_id in print_ids if print_id in found]


def find_live_prints(*, actor: Actor, run_id: int, serials: Sequence[str]) -> list[int]:
    """
    Give the live prints of these vouchers of a run, each once.

    :raises NotFound: voucher_unknown.
    """
    rows: Any = db.session.execute(
        select(Voucher.serial, Print.id)
        .join(Print, Print.voucher_id == Voucher.id)
        .where(
            Voucher.run_id == run_id,
            Voucher.serial.in_(serials),
            Print.state == PrintState.LIVE,
            within_area(Voucher.community_id, actor),
        )
    )
    found = {row.serial: row.id for row in rows}
    if unknown := [serial for serial in serials if serial not in found]:
        raise NotFound("voucher_unknown", N_("没有券号为 %(serial)s 的券"), serial=unknown[0][:20])
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The vouchers of a round whose paper is spoilt: not reprinted yet, and those without paper."""

    to_reprint: tuple[str, ...]
    to_print: tuple[str, ...]


def find_spoilt(*, run_id: int, community_id: int) -> Spoilt:
    """
    Give the serials whose live print was counted as spoilt, and those reprinted for it.

    The latter until their new paper is given or comes back in its turn.
    """
    spoilt = (
        select(PaperOutcome.print_id)
        .join(Round, Round.id == PaperOutcome.round_id)
        .where(
            Round.run_id == run_id,
            Round.community_id == community_id,
            PaperOutcome.outcome == Outcome.SPOILT,
            IS_CURRENT,
        )
    )
    return Spoilt(
        to_reprint=_list_open(Print.id.in_(spoilt)),
        to_print=_list_open(
            exists().where(
                _older.id.in_(spoilt),
                _older.voucher_id == Print.voucher_id,
                _older.number == Print.number - 1,
            ),
            Voucher.community_id == community_id,
            Voucher.run_id == run_id,
            ~exists().where(Handover.print_id == Print.id),
            ~exists().where(
                PaperOutcome.print_id == Print.id, PaperOutcome.outcome.in_(BACK), IS_CURRENT
            ),
        ),
    )


def _list_open(*conditions: ColumnElement[bool]) -> tuple[str, ...]:
    live = (Print.state == PrintState.LIVE, Voucher.state.in_(OPEN_STATES))
    return tuple(
        db.session.scalars(
            select(Voucher.serial)
            .join(Print, Print.voucher_id == Voucher.id)
            .where(*live, *conditions)
            .order_by(Voucher.serial)
        )
    )
