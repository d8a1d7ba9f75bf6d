"""Reading draws and rechecks, always within the asker's area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.assessments.models import Assessment
from voucher.db import db
from voucher.divisions.models import Division
from voucher.rechecks.models import Recheck, RecheckDraw
from voucher.rechecks.rules.drawing import Outcome
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion

DIAGNOSES_COLUMN = "rechecks.diagnoses"

_street = aliased(Division)
_place = aliased(Division)
_IS_DONE = Recheck.recorded_at.is_not(None)
_DIFFERS = and_(_IS_DONE, Recheck.level != Recheck.first_level)
OUTCOMES: dict[str, ColumnElement[bool]] = {
    Outcome.OPEN: ~_IS_DONE,
    Outcome.SAME: and_(_IS_DONE, Recheck.level == Recheck.first_level),
    Outcome.DIFFERS: _DIFFERS,
}
DRAW_SORTS: dict[str, ColumnElement[Any]] = {
    "number": RecheckDraw.id.expression,
    "period": RecheckDraw.period_from.expression,
}
MEMBER_SORTS: dict[str, ColumnElement[Any]] = {
    "name": Resident.name_key.expression,
    "community": Division.code.expression,
    "date": Assessment.assessed_date.expression,
}


@dataclass(frozen=True, slots=True)
class Candidates:
    """From what is drawn: assessments by one instrument made in a period, in a place or all."""

    scheme: str
    period_from: date
    period_to: date
    place: str


def list_assessed_schemes(*, actor: Actor) -> list[str]:
    """List the instruments by which anybody of the area was assessed."""
    return list(
        db.session.scalars(
            select(SchemeVersion.scheme)
            .join(Assessment, Assessment.scheme_version_id == SchemeVersion.id)
            .join(Resident, Resident.id == Assessment.resident_id)
            .where(within_area(Resident.community_id, actor))
            .distinct()
            .order_by(SchemeVersion.scheme)
        )
    )


def list_candidates(*, actor: Actor, wanted: Candidates) -> Sequence[Any]:
    """
    List the assessments that hold, of people present in the area, that were not drawn before.

    Rows of (id, public_id, assessor_1, assessor_2).
    """
    drawn = exists().where(Recheck.assessment_id == Assessment.id)
    query = (
        select(Assessment.id, Assessment.public_id, Assessment.assessor_1, Assessment.assessor_2)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .join(Resident, Resident.id == Assessment.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(_street, _street.id == Division.parent_id)
        .where(
            SchemeVersion.scheme == wanted.scheme,
            Assessment.superseded_by.is_(None),
            Assessment.assessed_date >= wanted.period_from,
            Assessment.assessed_date < wanted.period_to,
            Resident.departed_date.is_(None),
            within_area(Resident.community_id, actor),
            ~drawn,
        )
    )
    if wanted.place:
        query = query.where(or_(Division.code == wanted.place, _street.code == wanted.place))
    return db.session.execute(query.order_by(Assessment.id)).all()


def select_draws(*, actor: Actor) -> Select[Any]:
    """
    Give the query of the draws that concern the area: with how many there, done and differing.

    Rows of (RecheckDraw, place, drawer, members, done, differing).
    """
    wanted: Any = (
        select(
            RecheckDraw,
            _place.name.label("place"),
            Account.name.label("drawer"),
            func.count(Recheck.id).label("members"),
            func.sum(case((_IS_DONE, 1), else_=0)).label("done"),
            func.sum(case((_DIFFERS, 1), else_=0)).label("differing"),
        )
        .join(Recheck, Recheck.draw_id == RecheckDraw.id)
        .join(Assessment, Assessment.id == Recheck.assessment_id)
        .join(Resident, Resident.id == Assessment.resident_id)
        .join(Account, Account.id == RecheckDraw.made_by)
        .outerjoin(_place, _place.id == RecheckDraw.division_id)
        .where(within_area(Resident.community_id, actor))
        .group_by(RecheckDraw.id, _place.name, Account.name)
        .order_by(RecheckDraw.id.desc())
    )
    return wanted


def get_draw(*, actor: Actor, draw_id: int) -> Any:
    """
    Give a row of `select_draws`; a draw without anybody of the area does not exist.

    :raises NotFound: draw_unknown.
    """
    row = db.session.execute(
        select_draws(actor=actor).where(RecheckDraw.id == draw_id)
    ).one_or_none()
    if row is None:
        raise NotFound("draw_unknown", N_("没有这次抽查，或不在您的辖区"))
    return row


def select_members(*, actor: Actor, draw_id: int, outcome: str) -> Select[Any]:
    """
    Give the query of what a draw chose in the area: (Recheck, Assessment, Resident, ...).

    The rest of a row: community, street, scheme, version. `outcome` is one of Outcome, or "".
    """
    query = _select_whole(actor).where(Recheck.draw_id == draw_id)
    return query.where(OUTCOMES[outcome]) if outcome in OUTCOMES else query


def get_recheck(*, actor: Actor, public_id: str) -> Any:
    """
    Give a row of `select_members`.

    :raises NotFound: recheck_unknown.
    """
    row = db.session.execute(
        _select_whole(actor).where(Recheck.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("recheck_unknown", N_("没有这项复评，或不在您的辖区"))
    return row


def _select_whole(actor: Actor) -> Select[Any]:
    wanted: Any = (
        select(
            *(Recheck, Assessment, Resident),
            *(Division.name.label("community"), _street.name.label("street")),
            *(SchemeVersion.scheme, SchemeVersion.version),
        )
        .join(Assessment, Assessment.id == Recheck.assessment_id)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .join(Resident, Resident.id == Assessment.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .join(_street, _street.id == Division.parent_id)
        .where(within_area(Resident.community_id, actor))
    )
    return wanted


def list_results(*, actor: Actor, scheme: str, assessor: str = "") -> Sequence[Any]:
    """
    List every recorded recheck of the area by an instrument, or those of one first assessor.

    Rows of (first_assessor_1, first_assessor_2, first_level, level, version, first, second), the
    last two the points by item.
    """
    query = (
        select(
            *(Recheck.first_assessor_1, Recheck.first_assessor_2),
            *(Recheck.first_level, Recheck.level, SchemeVersion.version),
            *(Assessment.points.label("first"), Recheck.points.label("second")),
        )
        .join(Assessment, Assessment.id == Recheck.assessment_id)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .join(Resident, Resident.id == Assessment.resident_id)
        .where(_IS_DONE, SchemeVersion.scheme == scheme, within_area(Resident.community_id, actor))
    )
    if assessor:
        query = query.where(
            or_(Recheck.first_assessor_1 == assessor, Recheck.first_assessor_2 == assessor)
        )
    return db.session.execute(query.order_by(Recheck.id)).all()


def count_open_rechecks(*, actor: Actor) -> int:
    """Count what was drawn in the area and waits for another pair; who left is not waited for."""
    return (
        db.session.scalar(
            select(func.count(Recheck.id))
            .join(Assessment, Assessment.id == Recheck.assessment_id)
            .join(Resident, Resident.id == Assessment.resident_id)
            .where(
                ~_IS_DONE,
                Resident.departed_date.is_(None),
                within_area(Resident.community_id, actor),
            )
        )
        or 0
    )
