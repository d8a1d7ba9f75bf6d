"""Vouchers with whose they are, their paper and their uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.cases.models import Case, Kind
from voucher.cases.operations import find_open_case
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.periods import parse_month
from voucher.redemptions.models import Redemption, Reversal
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.queries import get_programme_version
from voucher.schemes.rules.programmes import Programme, VoucherItem
from voucher.shops.models import Shop
from voucher.text import mask_name
from voucher.vouchers.models import Handover, Print, Voucher
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import OPEN_STATES

HELD = "held"
VOUCHER_SORTS: dict[str, Any] = {
    "serial": Voucher.serial,
    "community": Division.code,
    "month": Voucher.period_from,
    "value": Voucher.committed_fen,
    "left": Voucher.balance_fen,
    "state": Voucher.state,
}


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher as a list shows it; the name is masked."""

    voucher: Voucher
    name: str
    community: str
    programme: Programme


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One print of a voucher, and when and by whom it was handed over."""

    number: int
    state: str
    made_at: datetime
    died_at: datetime | None
    handed_over_at: datetime | None
    handed_over_by: str | None


@dataclass(frozen=True, slots=True)
class UseRow:
    """One use of a voucher, and when it was taken back."""

    id: int
    redeemed_at: datetime
    shop: str
    amount_fen: int
    uses: int
    reversed_at: datetime | None


@dataclass(frozen=True, slots=True)
class VoucherFile:
    """Everything one voucher is and was; the name is masked."""

    voucher: Voucher
    public_id: str
    name: str
    community: str
    programme: Programme
    item: VoucherItem
    prints: Sequence[PaperRow]
    uses: Sequence[UseRow]
    replaces: str | None
    replaced_by: str | None
    replacement: Case | None


def list_vouchers(*, actor: Actor, wanted: Wanted) -> Slice[VoucherRow]:
    """
    List the vouchers of the area by `state` (or held), `programme`, `month` and `community`.

    :raises BadInput: month.
    """
    query = (
        select(Voucher, Resident.name, Division.name.label("community"))
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(Division, Division.id == Voucher.community_id)
        .where(within_area(Voucher.community_id, actor))
    )
    found = take_slice(
        _filter(query, wanted),
        wanted=wanted,
        sorts=VOUCHER_SORTS,
        last=Voucher.__table__.c.id.desc(),
    )
    # A version is read once, however many rows are of it.
    versions = {row[0].scheme_version_id for row in found.rows}
    programmes = {version: get_programme_version(version) for version in versions}
    rows = [
        VoucherRow(voucher, mask_name(name), community, programmes[voucher.scheme_version_id])
        for voucher, name, community in found.rows
    ]
    return Slice(rows, found.total, wanted)


def _filter(query: Any, wanted: Wanted) -> Any:
    if wanted["state"] == HELD:
        query = query.where(Voucher.held_reason.is_not(None), Voucher.state.in_(OPEN_STATES))
    elif wanted["state"]:
        query = query.where(Voucher.state == wanted["state"])
    if wanted["programme"]:
        query = query.where(Voucher.programme == wanted["programme"])
    if wanted["month"]:
        query = query.where(Voucher.period_from == parse_month(wanted["month"]))
    if wanted["community"]:
        query = query.where(Division.code == wanted["community"])
    return query


def find_serial(*, actor: Actor, print_code: str) -> str:
    """
    Give the serial of the voucher of the area that a print, live or dead, is of.

    :raises NotFound: voucher_unknown.
    """
    found = db.session.scalar(
        select(Voucher.serial)
        .join(Print, Print.voucher_id == Voucher.id)
        .where(Print.code == print_code, within_area(Voucher.community_id, actor))
    )
    if found is None:
        raise NotFound("voucher_unknown", N_("没有这张券，或不在您的辖区"))
    return found


def get_voucher_file(*, actor: Actor, serial: str) -> VoucherFile:
    """
    Give everything about a voucher of the area.

    :raises NotFound: voucher_unknown.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    resident = db.session.get_one(Resident, voucher.resident_id)
    programme = get_programme_version(voucher.scheme_version_id)
    return VoucherFile(
        voucher=voucher,
        public_id=resident.public_id,
        name=mask_name(resident.name),
        community=db.session.get_one(Division, voucher.community_id).name,
        programme=programme,
        item=next(item for item in programme.items if item.id == voucher.item),
        prints=_list_prints(voucher.id),
        uses=_list_uses(voucher.id),
        replaces=_find_serial(Voucher.id == voucher.replaces_id),
        replaced_by=_find_serial(Voucher.replaces_id == voucher.id),
        replacement=find_open_case(kind=Kind.REPLACEMENT, subject_id=voucher.id),
    )


def _find_serial(which: Any) -> str | None:
    return db.session.scalar(select(Voucher.serial).where(which))


def _list_prints(voucher_id: int) -> list[PaperRow]:
    columns = (Print.number, Print.state, Print.made_at, Print.died_at)
    rows = db.session.execute(
        select(*columns, Handover.handed_over_at, Account.name)
        .outerjoin(Handover, Handover.print_id == Print.id)
        .outerjoin(Account, Account.id == Handover.handed_over_by)
        .where(Print.voucher_id == voucher_id)
        .order_by(Print.number)
    )
    return [PaperRow(*row) for row in rows]


def _list_uses(voucher_id: int) -> list[UseRow]:
    columns = (Redemption.id, Redemption.redeemed_at, Shop.name)
    rows = db.session.execute(
        select(*columns, Redemption.amount_fen, Redemption.uses, Reversal.reversed_at)
        .join(Shop, Shop.id == Redemption.shop_id)
        .outerjoin(Reversal, Reversal.redemption_id == Redemption.id)
        .where(Redemption.voucher_id == voucher_id)
        .order_by(Redemption.id)
    )
    return [UseRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class VoidPreview:
    """What voiding a range would do: how many vouchers of how many people, and fen to return."""

    vouchers: int
    residents: int
    value_fen: int


def preview_void(*, actor: Actor, first: str, last: str) -> VoidPreview:
    """Give what voiding the open vouchers of the area in a range of serials would do."""
    row = db.session.execute(
        select(
            func.count(Voucher.id),
            func.count(func.distinct(Voucher.resident_id)),
            func.coalesce(func.sum(Voucher.balance_fen), 0),
        ).where(
            Voucher.serial.between(first, last),
            Voucher.state.in_(OPEN_STATES),
            within_area(Voucher.community_id, actor),
        )
    ).one()
    return VoidPreview(row[0], row[1], int(row[2]))
