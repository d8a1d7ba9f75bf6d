"""Reading divisions."""

from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.db import db
from voucher.divisions.models import Division, Installation, Level
from voucher.refusals import N_, NotFound, Refusal


class Community(NamedTuple):
    """A community with the name of its street."""

    id: int
    code: str
    name: str
    street: str


def get_installation() -> Installation:
    """
    Give the row that says which district this database serves.

    :raises Refusal: not_initialised.
    """
    found = db.session.get(Installation, 1)
    if found is None:
        raise Refusal("not_initialised", N_("数据库尚未初始化，请先运行 voucher init"))
    return found


def list_divisions() -> list[Division]:
    """List what is there now, parents before children, by code: public names, for everybody."""
    present = select(Division).where(Division.to_date.is_(None))
    return sorted(db.session.scalars(present), key=lambda found: (len(found.code), found.code))


def list_communities(*, actor: Actor | None = None) -> list[Community]:
    """List the communities there are now by code; with an actor, those of the actor's area."""
    street = aliased(Division)
    wanted = (
        select(Division.id, Division.code, Division.name, street.name)
        .join(street, street.id == Division.parent_id)
        .where(Division.level == Level.COMMUNITY, Division.to_date.is_(None))
        .order_by(Division.code)
    )
    if actor is not None:
        wanted = wanted.where(within_area(Division.id, actor))
    return [Community(*row) for row in db.session.execute(wanted)]


def get_community(*, actor: Actor, code: str) -> Division:
    """
    Give a community of the actor's area by its code.

    :raises NotFound: division_unknown.
    """
    found = db.session.scalar(
        select(Division).where(
            Division.code == code,
            Division.level == Level.COMMUNITY,
            Division.to_date.is_(None),
            within_area(Division.id, actor),
        )
    )
    if found is None:
        raise NotFound("division_unknown", N_("没有社区 %(code)s"), code=code[:20])
    return found


def load_bundled_divisions(*, district_code: str) -> bytes:
    """
    Give the list of a district that comes with the system, as a CSV file.

    :raises NotFound: district_unknown.
    """
    place = files("voucher.divisions").joinpath("sample", f"{district_code}.csv")
    if not district_code.isdigit() or not place.is_file():
        raise NotFound(
            "district_unknown", N_("没有内置区县 %(code)s 的区划"), code=district_code[:20]
        )
    return place.read_bytes()
