"""Reading cases, always within the asker's area."""

from collections.abc import Collection

from sqlalchemy import func, or_, select

from voucher.access import Actor, within_area
from voucher.cases.models import Case, Kind
from voucher.db import db


def count_waiting_cases(*, actor: Actor, kinds: Collection[Kind]) -> int:
    """
    Count the open cases of these kinds that somebody else asked and the actor may see.

    A case without a community concerns the whole district.
    """
    return (
        db.session.scalar(
            select(func.count(Case.id)).where(
                Case.decision.is_(None),
                Case.kind.in_(list(kinds)),
                Case.opened_by != actor.key,
                or_(Case.community_id.is_(None), within_area(Case.community_id, actor)),
            )
        )
        or 0
    )
