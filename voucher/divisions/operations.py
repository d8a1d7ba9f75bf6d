"""Founding an installation, and importing its streets and communities."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.config import Kind
from voucher.db import count_changed, db
from voucher.divisions.models import Division, Installation
from voucher.divisions.queries import get_installation, list_divisions
from voucher.divisions.rules.lists import DivisionRow, read_divisions
from voucher.refusals import N_, Refusal
from voucher.workbooks.delimited import read_delimited


@dataclass(slots=True)
class DivisionsImport:
    """What an import did, by code; absent ones are only listed."""

    rows: int = 0
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def found_installation(
    *, actor: Actor, district_code: str, kind: Kind, now: datetime
) -> Installation:
    """
    Tie this database to its district and its kind of home, once and for ever.

    :raises Refusal: installation_exists.
    """
    if db.session.get(Installation, 1) is not None:
        raise Refusal("installation_exists", N_("数据库已经初始化，不能再次初始化"))
    founded = Installation(id=1, district_code=district_code, kind=kind, made_at=now)
    db.session.add(founded)
    db.session.flush()
    record_event(
        actor=actor,
        action="divisions.found_installation",
        subject_kind="district",
        subject_id=district_code,
        now=now,
        facts={"kind": kind.value},
    )
    return founded


def hold_the_door() -> None:
    """Let one import at a time compare and write; the others wait until its transaction ends."""
    db.session.execute(select(Installation.id).with_for_update())


def import_divisions(
    *, actor: Actor, content: bytes, today: date, now: datetime
) -> DivisionsImport:
    """
    Import a district's list of streets and communities from CSV; again, nothing changes.

    A division keeps its number when its name changes. What is absent from the list stays, since
    people and vouchers point to it.

    :raises BadInput: what read_delimited and read_divisions raise.
    :raises Refusal: district_other, not_initialised.
    """
    rows = read_divisions(read_delimited(content=content))
    _refuse_other_district(rows[0])
    hold_the_door()
    present = {division.code: division for division in list_divisions()}
    listed = {row.code for row in rows}
    done = DivisionsImport(rows=len(rows), absent=sorted(present.keys() - listed))
    for row in rows:
        _import_row(row, present, done, today)
    db.session.flush()
    _record_import(actor, rows[0], done, now)
    return done


def _refuse_other_district(district: DivisionRow) -> None:
    own = get_installation().district_code
    if district.code != own:
        raise Refusal(
            "district_other",
            N_("文件是区县 %(code)s 的，本系统属于 %(own)s，未导入"),
            code=district.code,
            own=own,
        )


def _import_row(
    row: DivisionRow, present: dict[str, Division], done: DivisionsImport, today: date
) -> None:
    known = present.get(row.code)
    if known is None:
        present[row.code] = _add_division(row, present, today)
        done.added.append(row.code)
    elif known.name == row.name:
        done.unchanged.append(row.code)
    else:
        rename = update(Division).where(Division.id == known.id).values(name=row.name)
        count_changed(rename)
        done.updated.append(row.code)


def _add_division(row: DivisionRow, present: dict[str, Division], today: date) -> Division:
    parent = present[row.parent_code] if row.parent_code else None
    # Parents come first: a whole level goes to the database at once when its first child is met.
    if parent and parent.id is None:
        db.session.flush()
    added = Division(
        code=row.code,
        name=row.name,
        level=row.level,
        parent_id=parent and parent.id,
        from_date=today,
    )
    db.session.add(added)
    return added


def _record_import(
    actor: Actor, district: DivisionRow, done: DivisionsImport, now: datetime
) -> None:
    record_event(
        actor=actor,
        action="divisions.import",
        subject_kind="district",
        subject_id=district.code,
        now=now,
        facts={"added": done.added, "updated": done.updated},
    )
