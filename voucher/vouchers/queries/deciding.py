"""Reading what waits for somebody: paper to release, rounds to close, boxes that were lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.vouchers.models import BoxLoss, IssueRun, Round
from voucher.vouchers.rules import RunState

_street = aliased(Division)


def count_waiting_rounds(*, actor: Actor) -> int:
    """Count what waits for a second person: rounds counted and not closed, boxes lost."""
    counted = select(func.count(Round.id)).where(*_waits_to_close(actor))
    lost = (
        select(func.count(BoxLoss.id))
        .join(Round, Round.id == BoxLoss.round_id)
        .where(*_waits_to_decide(actor))
    )
    return (db.session.scalar(counted) or 0) + (db.session.scalar(lost) or 0)


def count_waiting_releases(*, actor: Actor) -> int:
    """Count the rounds whose paper is printed and that nobody has signed for yet."""
    query = (
        select(func.count(Round.id))
        .join(IssueRun, IssueRun.id == Round.run_id)
        .where(
            IssueRun.state == RunState.ISSUED,
            Round.printed_at.is_not(None),
            Round.released_at.is_(None),
            within_area(Round.community_id, actor),
        )
    )
    return db.session.scalar(query) or 0


def _waits_to_close(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Round.counted_at.is_not(None),
        Round.closed_at.is_(None),
        Round.counted_by != actor.account_id,
        within_area(Round.community_id, actor),
    )


def _waits_to_decide(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        BoxLoss.decision.is_(None),
        BoxLoss.asked_by != actor.account_id,
        within_area(Round.community_id, actor),
    )


@dataclass(frozen=True, slots=True)
class Question:
    """Something about a round that waits for a second person; `loss_id` None: to be closed."""

    run_id: int
    code: str
    street: str
    community: str
    asked_by: str
    asked_at: datetime
    loss_id: int | None


def list_questions(*, actor: Actor) -> list[Question]:
    """Give what waits for this person, oldest first."""
    place = (Division.code, _street.name, Division.name, Account.name)
    counted = (
        select(Round.run_id, *place, Round.counted_at)
        .join(Account, Account.id == Round.counted_by)
        .where(*_waits_to_close(actor))
    )
    lost = (
        select(Round.run_id, *place, BoxLoss.asked_at, BoxLoss.id)
        .join(BoxLoss, BoxLoss.round_id == Round.id)
        .join(Account, Account.id == BoxLoss.asked_by)
        .where(*_waits_to_decide(actor))
    )
    found = [
        Question(*row, *((None,) if query is counted else ()))
        for query in (counted, lost)
        for row in db.session.execute(
            query.join(Division, Division.id == Round.community_id).join(
                _street, _street.id == Division.parent_id
            )
        )
    ]
    return sorted(found, key=lambda one: one.asked_at)


@dataclass(frozen=True, slots=True)
class LossFile:
    """A box that was reported lost, with its round and the names of who asked and who decided."""

    loss: BoxLoss
    run_id: int
    code: str
    community_id: int
    community: str
    asked_by: str
    decided_by: str | None


def get_loss(*, actor: Actor, loss_id: int) -> LossFile:
    """
    Give a lost box of the actor's area.

    :raises NotFound: loss_unknown.
    """
    decider = aliased(Account)
    row = db.session.execute(
        select(
            *(BoxLoss, Round.run_id, Division.code, Division.id, Division.name),
            *(Account.name.label("asked_by"), decider.name.label("decided_by")),
        )
        .join(Round, Round.id == BoxLoss.round_id)
        .join(Division, Division.id == Round.community_id)
        .join(Account, Account.id == BoxLoss.asked_by)
        .outerjoin(decider, decider.id == BoxLoss.decided_by)
        .where(BoxLoss.id == loss_id, within_area(Round.community_id, actor))
    ).one_or_none()
    if row is None:
        raise NotFound("loss_unknown", N_("没有这次报失，或它不在您的辖区"))
    return LossFile(*row)


def list_losses(*, round_id: int) -> list[BoxLoss]:
    """Give the boxes of a round that were reported lost, newest first."""
    return list(
        db.session.scalars(
            select(BoxLoss).where(BoxLoss.round_id == round_id).order_by(BoxLoss.id.desc())
        )
    )
