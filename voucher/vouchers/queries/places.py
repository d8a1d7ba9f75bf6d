"""Reading a run by community: what each has of it, and what all have together."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division
from voucher.vouchers.models import RunLine, Voucher

_street = aliased(Division)


@dataclass(slots=True)
class RunPlace:
    """A community's part of a run; the last five are of the vouchers that are written."""

    id: int
    code: str
    name: str
    street: str
    vouchers: int
    residents: int
    fen: int
    held: int = 0
    redeemed_fen: int = 0
    left_fen: int = 0
    states: dict[str, int] = field(default_factory=dict)


def list_run_places(*, run_id: int, community_ids: Collection[int]) -> list[RunPlace]:
    """
    Give these communities of a run, by code, with what each has.

    It takes a second for a million vouchers: a page asks for the communities it shows.
    """
    lines = (
        select(
            *(Division.id, Division.code, Division.name, _street.name),
            func.count(RunLine.id),
            func.count(RunLine.resident_id.distinct()),
            func.sum(RunLine.committed_fen),
        )
        .join(Division, Division.id == RunLine.community_id)
        .join(_street, _street.id == Division.parent_id)
        .where(RunLine.run_id == run_id, RunLine.community_id.in_(community_ids))
        .group_by(Division.id, Division.code, Division.name, _street.name)
        .order_by(Division.code)
    )
    places = {row[0]: RunPlace(*row[:6], int(row[6])) for row in db.session.execute(lines)}
    written = (
        select(
            *(Voucher.community_id, Voucher.state, func.count(), func.count(Voucher.held_reason)),
            *(func.sum(Voucher.redeemed_fen), func.sum(Voucher.balance_fen)),
        )
        .where(Voucher.run_id == run_id, Voucher.community_id.in_(community_ids))
        .group_by(Voucher.community_id, Voucher.state)
    )
    for place_id, state, count, held, redeemed_fen, left_fen in db.session.execute(written):
        place = places[place_id]
        place.states[state] = count
        place.held += held
        place.redeemed_fen += int(redeemed_fen)
        place.left_fen += int(left_fen)
    return list(places.values())


def sum_run(*, actor: Actor, run_id: int) -> tuple[int, int]:
    """Give how many fen of a run's vouchers in the area are redeemed, and how many still there."""
    redeemed_fen, left_fen = db.session.execute(
        select(func.sum(Voucher.redeemed_fen), func.sum(Voucher.balance_fen)).where(
            Voucher.run_id == run_id, within_area(Voucher.community_id, actor)
        )
    ).one()
    return int(redeemed_fen or 0), int(left_fen or 0)
