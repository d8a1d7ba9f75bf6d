"""Gathering what a sheet shows from the rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select

from voucher.config import Home
from voucher.config import Kind as HomeKind
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.drawing.fields import SAMPLE, Mark, SheetVoucher
from voucher.printouts.drawing.handover import HandoverLine
from voucher.printouts.queries.writing import Writer, show_age_band, show_sex
from voucher.printouts.rules import MAX_VOUCHERS_A_FILE
from voucher.signing import KeyRing
from voucher.text import mask_name
from voucher.vouchers.models import Voucher
from voucher.vouchers.queries.vouchers import get_live_print, list_live_prints

MARKS: dict[HomeKind, Mark | None] = {
    HomeKind.LIVE: None,
    HomeKind.DEMO: Mark.DEMO,
    HomeKind.TEST: Mark.TEST,
}


@dataclass(frozen=True, slots=True)
class Office:
    """What every sheet says of the office that issued it."""

    host: str
    desk_phone: str
    is_test: bool


def describe_office(home: Home) -> Office:
    """Give what every sheet says of the office of this home."""
    return Office(host=home.host, desk_phone=home.desk_phone, is_test=home.is_rehearsal)


def list_sheet_vouchers(
    *, run_id: int, community: Division, office: Office, keyring: KeyRing
) -> Iterator[SheetVoucher]:
    """Give every live print of a run in one community as its sheet shows it, in delivery order."""
    for some in list_sheet_files(
        run_id=run_id, community=community, office=office, keyring=keyring
    ):
        yield from some.write_down()


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one file of sheets, read whole."""

    writer: Writer
    rows: Sequence[Any]

    def write_down(self) -> tuple[SheetVoucher, ...]:
        """Give them as sheets show them, each with its token: it takes long, and reads nothing."""
        return tuple(map(self.writer.write, self.rows))


def list_sheet_files(
    *, run_id: int, community: Division, office: Office, keyring: KeyRing
) -> Iterator[SheetRows]:
    """
    Give what `list_sheet_vouchers` gives, a file at a time, nobody's vouchers in two files.

    Each file is read by itself: the caller may end the reading before he has it written down.
    """
    writer = _open_writer(community, office, keyring)
    after = 0
    while rows := _take_file(run_id, community.id, after):
        writer.meet(rows)
        after = rows[-1].position
        yield SheetRows(writer, rows)


def _take_file(run_id: int, community_id: int, after: int) -> list[Any]:
    """Give the rows of the file after a position."""
    limit = MAX_VOUCHERS_A_FILE + 1
    rows = list_live_prints(run_id=run_id, community_id=community_id, after=after, limit=limit)
    if len(rows) == limit:
        whose = rows[-1].id
        while rows[-1].id == whose:
            del rows[-1]
    return rows


def _open_writer(community: Division, office: Office, keyring: KeyRing) -> Writer:
    return Writer(
        community_id=community.id,
        community=community.name,
        host=office.host,
        desk_phone=office.desk_phone,
        is_test=office.is_test,
        keyring=keyring,
    )


def get_sheet_voucher(*, voucher: Voucher, office: Office, keyring: KeyRing) -> SheetVoucher:
    """Give the live print of one voucher as its sheet shows it."""
    community = db.session.get_one(Division, voucher.community_id)
    writer = _open_writer(community, office, keyring)
    row = get_live_print(voucher_id=voucher.id)
    writer.meet([row])
    return writer.write(row)


def describe_person(*, person: Any, period_from: date, office: Office) -> SheetVoucher:
    """Give a voucher that shows this person, to see whether they fit: not one to print."""
    return replace(
        SAMPLE,
        masked_name=mask_name(person.name),
        sex=show_sex(person.sex),
        age_band=show_age_band(person.born_date, period_from),
        community=person.community,
        host=office.host,
        desk_phone=office.desk_phone,
    )


def list_handover_lines(vouchers: Iterable[SheetVoucher]) -> Iterator[HandoverLine]:
    """Give one line a resident with the serials to be handed over, in the order of the sheets."""
    for person, theirs in groupby(vouchers, key=attrgetter("addressee")):
        yield HandoverLine(person.name, person.address, tuple(one.serial for one in theirs))


def get_street(*, community: Division) -> Any:
    """Give the street a community lies in."""
    return db.session.scalars(select(Division).where(Division.id == community.parent_id)).one()
