"""Paper that is out: every open voucher of some people, where it is and whether it was given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.care_levels.models import CareLevel, LevelState
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.residents.models import Resident
from voucher.schemes.queries import get_programme_version
from voucher.schemes.rules.values import Words
from voucher.stays.models import Stay
from voucher.stays.queries import lasts_on
from voucher.stays.rules import Effect
from voucher.vouchers.models import Handover, IssueRun, Print, Voucher
from voucher.vouchers.rules import AWAY, OPEN_STATES

_street = aliased(Division)
PAPER_SORTS: dict[str, ColumnElement[Any]] = {
    "serial": Voucher.serial.expression,
    "name": Resident.name_key.expression,
    "community": Division.code.expression,
    "state": Voucher.state.expression,
}


@dataclass(frozen=True, slots=True)
class PaperOut:
    """An open voucher: what it is, whether it was printed and given, whose, and where they live."""

    serial: str
    item: Words
    period_from: date
    state: str
    held_reason: str | None
    balance_fen: int
    is_printed: bool
    handed_over_at: datetime | None
    public_id: str
    name: str
    street: str
    community: str
    address: str


@dataclass(frozen=True, slots=True)
class PaperCount:
    """How much paper is out, and how much of it is in people's hands or held."""

    vouchers: int
    residents: int
    given: int
    held: int


def list_paper_out(*, actor: Actor, resident_ids: Iterable[int]) -> list[PaperOut]:
    """
    List the open vouchers of these people of the area, by serial; wherever they were issued.

    Open are those of this period and the next: what is over has lapsed, been used or voided.
    """
    query = _select_paper(actor).where(Voucher.resident_id.in_(sorted(set(resident_ids))))
    return _as_paper(db.session.execute(query.order_by(Voucher.serial)).all())


def slice_paper_of_resident(*, actor: Actor, resident_id: int, wanted: Wanted) -> Slice[PaperOut]:
    """Give part of the open vouchers of one person of the area."""
    return _slice(_select_paper(actor).where(Voucher.resident_id == resident_id), wanted)


def slice_paper_of_levels(
    *,
    actor: Actor,
    scale: str,
    programmes: Sequence[str],
    on: date,
    level_ids: Sequence[int] | None,
    wanted: Wanted,
) -> Slice[PaperOut]:
    """
    Give part of the open vouchers whose level would no longer be their holder's.

    The levels are those that this person could confirm on a day, all of a scale or some; the
    programmes are those that read it.
    """
    changes = _changes(actor, scale, programmes, on, level_ids)
    return _slice(_select_paper(actor).join(CareLevel, changes), wanted)


def count_paper_of_levels(
    *,
    actor: Actor,
    scale: str,
    programmes: Sequence[str],
    on: date,
    level_ids: Sequence[int] | None,
) -> PaperCount:
    """Count what `slice_paper_of_levels` lists."""
    found = _select_paper(actor).join(CareLevel, _changes(actor, scale, programmes, on, level_ids))
    paper = found.subquery()
    row = db.session.execute(
        select(
            func.count(paper.c.serial),
            func.count(paper.c.public_id.distinct()),
            func.count(paper.c.handed_over_at),
            func.count(paper.c.held_reason),
        )
    ).one()
    return PaperCount(*row)


def find_held_away(*, resident_ids: Iterable[int]) -> Mapping[int, int]:
    """Give, by resident, how many open vouchers are held because of a stay."""
    rows = db.session.execute(
        select(Voucher.resident_id, func.count(Voucher.id))
        .where(
            Voucher.resident_id.in_(sorted(set(resident_ids))),
            Voucher.state.in_(OPEN_STATES),
            Voucher.held_reason == AWAY,
        )
        .group_by(Voucher.resident_id)
    )
    return {row[0]: row[1] for row in rows}


def waits_for_release(on: date) -> ColumnElement[bool]:
    """Give the condition that a stay that held paper is over on a day, and the paper still held."""
    held = exists().where(
        Voucher.resident_id == Stay.resident_id,
        Voucher.state.in_(OPEN_STATES),
        Voucher.held_reason == AWAY,
    )
    return and_(Stay.effect == Effect.HOLD, ~lasts_on(on), held)


def count_stays_to_release(*, actor: Actor, on: date) -> int:
    """Count the stays of the area that are over while their paper is still held."""
    return (
        db.session.scalar(
            select(func.count(Stay.id))
            .join(Resident, Resident.id == Stay.resident_id)
            .where(waits_for_release(on), within_area(Resident.community_id, actor))
        )
        or 0
    )


def _changes(
    actor: Actor,
    scale: str,
    programmes: Sequence[str],
    on: date,
    level_ids: Sequence[int] | None,
) -> ColumnElement[bool]:
    chosen = [] if level_ids is None else [CareLevel.id.in_(level_ids)]
    return and_(
        CareLevel.resident_id == Voucher.resident_id,
        CareLevel.scale == scale,
        CareLevel.state == LevelState.PROPOSED,
        CareLevel.graded_by != actor.account_id,
        CareLevel.from_date <= on,
        CareLevel.level != Voucher.level,
        Voucher.programme.in_(programmes),
        *chosen,
    )


def _select_paper(actor: Actor) -> Select[Any]:
    given = (
        select(func.max(Handover.handed_over_at))
        .join(Print, Print.id == Handover.print_id)
        .where(Print.voucher_id == Voucher.id)
        .correlate(Voucher)
        .scalar_subquery()
    )
    wanted: Any = (
        select(
            *(Voucher.serial, Voucher.item, Voucher.scheme_version_id, Voucher.period_from),
            *(Voucher.state, Voucher.held_reason, Voucher.balance_fen),
            IssueRun.printed_at,
            given.label("handed_over_at"),
            *(Resident.public_id, Resident.name, Resident.address),
            *(Division.name.label("community"), _street.name.label("street")),
        )
        .join(IssueRun, IssueRun.id == Voucher.run_id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(_street, _street.id == Division.parent_id)
        .where(Voucher.state.in_(OPEN_STATES), within_area(Resident.community_id, actor))
    )
    return wanted


def _slice(query: Select[Any], wanted: Wanted) -> Slice[PaperOut]:
    found = take_slice(query, wanted=wanted, sorts=PAPER_SORTS, last=Voucher.serial.expression)
    return Slice(_as_paper(found.rows), found.total, wanted)


def _as_paper(rows: Sequence[Any]) -> list[PaperOut]:
    # A version is read once, however many rows are of it.
    versions = {row.scheme_version_id for row in rows}
    items = {
        (version, item.id): item.name
        for version in versions
        for item in get_programme_version(version).items
    }
    return [
        PaperOut(
            serial=row.serial,
            item=items[row.scheme_version_id, row.item],
            period_from=row.period_from,
            state=row.state,
            held_reason=row.held_reason,
            balance_fen=row.balance_fen,
            is_printed=row.printed_at is not None or row.handed_over_at is not None,
            handed_over_at=row.handed_over_at,
            public_id=row.public_id,
            name=row.name,
            street=row.street,
            community=row.community,
            address=row.address,
        )
        for row in rows
    ]
