"""Reading the divisions of the district."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division, Level


class Community(NamedTuple):
    """A present community, with the name of its street."""

    id: int
    code: str
    name: str
    street: str


def list_communities(*, actor: Actor) -> list[Community]:
    """List the present communities of the actor's area, in the order of their codes."""
    street = aliased(Division)
    rows = db.session.execute(
        select(Division.id, Division.code, Division.name, street.name)
        .join(street, street.id == Division.parent_id)
        .where(
            Division.level == Level.COMMUNITY,
            Division.to_date.is_(None),
            within_area(Division.id, actor),
        )
        .order_by(Division.code)
    )
    return [Community(*row) for row in rows]
