"""Reading delivery rounds: where every print of a community's paper is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, slice_rows
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.vouchers.models import Handover, IssueRun, PaperOutcome, Print, Round, Voucher
from voucher.vouchers.rounds import (
    BACK,
    DELIVERED,
    MISSING,
    PLACE_TITLES,
    SUPERSEDED,
    Step,
    find_step,
)
from voucher.vouchers.rules import OPEN_STATES, PrintState, RunState, VoucherState

_later, _street = aliased(PaperOutcome), aliased(Division)
# The outcome that counts is the last one.
IS_CURRENT: ColumnElement[bool] = ~exists().where(
    _later.print_id == PaperOutcome.print_id, _later.number > PaperOutcome.number
)
# What can still lie in the office: whatever is active there is held. Once a person releases the
# hold, or it was used, it is in its holder's hands after all.
MAY_LIE_BACK: ColumnElement[bool] = or_(
    Voucher.state == VoucherState.INACTIVE,
    and_(Voucher.state == VoucherState.ACTIVE, Voucher.held_reason.is_not(None)),
)
_IN_HANDS = Voucher.state.in_((VoucherState.ACTIVE, VoucherState.USED))
_PLACE = case(
    (and_(Print.state == PrintState.LIVE, _IN_HANDS, ~MAY_LIE_BACK), DELIVERED),
    (PaperOutcome.outcome.in_(BACK), PaperOutcome.outcome),
    (Print.state == PrintState.DEAD, SUPERSEDED),
    (or_(Handover.print_id.is_not(None), _IN_HANDS), DELIVERED),
    (Voucher.state == VoucherState.VOID, VoucherState.VOID.value),
    (Voucher.state == VoucherState.LAPSED, VoucherState.LAPSED.value),
    else_=MISSING,
)


@dataclass(frozen=True, slots=True)
class Papers:
    """How many prints are in each place, and what closing the round would void."""

    places: Mapping[str, int]
    void_vouchers: int
    void_fen: int

    @property
    def total(self) -> int:
        """Give how many prints there are: the sum of all places."""
        return sum(self.places.values())

    @property
    def missing(self) -> int:
        """Give how many prints have no outcome yet."""
        return self.places[MISSING]

    @property
    def back(self) -> int:
        """Give how many sheets lie in the office again, to be destroyed."""
        return sum(self.places[outcome] for outcome in BACK)


NO_PAPER = Papers(dict.fromkeys(PLACE_TITLES, 0), 0, 0)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One community's round of a run: where it stands, and its paper."""

    id: int
    run_id: int
    community_id: int
    code: str
    community: str
    street: str
    counted_by: int | None
    step: Step
    papers: Papers


def list_rounds(*, actor: Actor, run: IssueRun) -> list[RoundRow]:
    """Give the rounds of a run within the actor's area, by code of community."""
    return _count_rounds(run, _list_rows(actor, run))


def slice_rounds(*, actor: Actor, run: IssueRun, wanted: Wanted) -> Slice[RoundRow]:
    """Give part of the same; counting paper takes its time, so only of the rounds asked for."""
    shown = slice_rows(_list_rows(actor, run), wanted=wanted)
    return Slice(_count_rounds(run, shown.rows), shown.total, wanted)


def _list_rows(actor: Actor, run: IssueRun) -> Sequence[Any]:
    return db.session.execute(_select_rounds(actor, run).order_by(Division.code)).all()


def _count_rounds(run: IssueRun, rows: Sequence[Any]) -> list[RoundRow]:
    papers = count_papers(run_id=run.id, places=[row[0].community_id for row in rows])
    return [_as_row(run, row, papers.get(row[0].community_id, NO_PAPER)) for row in rows]


def _select_rounds(actor: Actor, run: IssueRun) -> Any:
    return (
        select(Round, *(Division.code, Division.name, _street.name))
        .join(Division, Division.id == Round.community_id)
        .join(_street, _street.id == Division.parent_id)
        .where(Round.run_id == run.id, within_area(Round.community_id, actor))
    )


def get_round(*, actor: Actor, run: IssueRun, community_id: int) -> RoundRow:
    """
    Give the round of one community.

    :raises NotFound: round_unknown.
    """
    row = db.session.execute(
        _select_rounds(actor, run).where(Round.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NotFound("round_unknown", N_("这个社区在批次 %(run)s 里没有券"), run=run.id)
    papers = count_papers(run_id=run.id, places=[community_id])
    return _as_row(run, row, papers.get(community_id, NO_PAPER))


def _as_row(run: IssueRun, row: Sequence[Any], papers: Papers) -> RoundRow:
    one, code, community, street = row
    is_over = run.state in (RunState.CLOSED, RunState.CANCELLED)
    return RoundRow(
        id=one.id,
        run_id=run.id,
        community_id=one.community_id,
        code=code,
        community=community,
        street=street,
        counted_by=one.counted_by,
        step=find_step(
            is_printed=one.printed_at is not None,
            is_released=one.released_at is not None,
            is_begun=papers.places[DELIVERED] + papers.back > 0,
            is_counted=one.counted_at is not None,
            is_closed=is_over or one.closed_at is not None,
        ),
        papers=papers,
    )


def count_papers(*, run_id: int, places: Collection[int] | None = None) -> dict[int, Papers]:
    """
    Give, by community, where the prints of a run are; every print is in exactly one place.

    `places` are the communities wanted, None is all of them.
    """
    is_open = and_(Print.state == PrintState.LIVE, Voucher.state.in_(OPEN_STATES))
    query = (
        select(
            *(Voucher.community_id, _PLACE.label("place"), func.count()),
            func.sum(case((is_open, 1), else_=0)),
            func.sum(case((is_open, Voucher.balance_fen), else_=0)),
        )
        .join(Print, Print.voucher_id == Voucher.id)
        .outerjoin(Handover, Handover.print_id == Print.id)
        .outerjoin(PaperOutcome, and_(PaperOutcome.print_id == Print.id, IS_CURRENT))
        .where(Voucher.run_id == run_id)
        .group_by(Voucher.community_id, "place")
    )
    if places is not None:
        query = query.where(Voucher.community_id.in_(places))
    by_community: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        by_community.setdefault(row[0], []).append(row[1:])
    return {place: _add_up(rows) for place, rows in by_community.items()}


def _add_up(rows: Sequence[Any]) -> Papers:
    ended = [row for row in rows if row[0] in BACK]
    return Papers(
        places={**NO_PAPER.places, **{str(row[0]): int(row[1]) for row in rows}},
        void_vouchers=sum(int(row[2]) for row in ended),
        void_fen=sum(int(row[3]) for row in ended),
    )


def select_counted_back(*, run_id: int | None = None) -> Select[Any]:
    """Give the query of the vouchers, of a run or of all, whose live print was counted back."""
    rounds = select(Round.id).where(Round.run_id == run_id)
    of_run = () if run_id is None else (PaperOutcome.round_id.in_(rounds),)
    return (
        select(Print.voucher_id)
        .join(PaperOutcome, PaperOutcome.print_id == Print.id)
        .where(
            *of_run,
            PaperOutcome.outcome.in_(BACK),
            IS_CURRENT,
            Print.state == PrintState.LIVE,
        )
    )


@dataclass(frozen=True, slots=True)
class Returned:
    """A print that came back: whose it was, what became of it, who counted it."""

    print_id: int
    number: int
    outcome: str
    serial: str
    is_live: bool
    name: str
    address: str
    public_id: str
    counted_at: datetime
    counted_by: str


def list_returned(*, run_id: int, community_id: int) -> list[Returned]:
    """Give the prints of a round that came back, by serial."""
    rows: Any = db.session.execute(
        select(
            *(PaperOutcome.print_id, PaperOutcome.number, PaperOutcome.outcome, Voucher.serial),
            *((Print.state == PrintState.LIVE).label("is_live"), Resident.name, Resident.address),
            *(Resident.public_id, PaperOutcome.counted_at, Account.name.label("counted_by")),
        )
        .join(Round, Round.id == PaperOutcome.round_id)
        .join(Print, Print.id == PaperOutcome.print_id)
        .join(Voucher, Voucher.id == Print.voucher_id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(Account, Account.id == PaperOutcome.counted_by)
        .where(
            Round.run_id == run_id,
            Round.community_id == community_id,
            PaperOutcome.outcome.in_(BACK),
            IS_CURRENT,
        )
        .order_by(Voucher.serial, PaperOutcome.print_id)
    )
    return [Returned(*row) for row in rows]


def find_serials(*, run_id: int, community_id: int) -> tuple[str, str] | None:
    """Give the first and last serial of a round, or None."""
    first, last = db.session.execute(
        select(func.min(Voucher.serial), func.max(Voucher.serial)).where(
            Voucher.run_id == run_id, Voucher.community_id == community_id
        )
    ).one()
    return (first, last) if first else None
