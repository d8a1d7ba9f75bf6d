"""Gathering what a sheet shows from the rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select

from voucher.codes import read_print_code, show_typed_code
from voucher.config import Home
from voucher.config import Kind as HomeKind
from voucher.db import db
from voucher.divisions.models import Division
from voucher.money import show_yuan
from voucher.periods import full_years, last_day, next_month
from voucher.printouts.drawing.fields import SAMPLE, Addressee, Mark, SheetVoucher
from voucher.printouts.drawing.handover import HandoverLine
from voucher.printouts.rules import MAX_VOUCHERS_A_FILE
from voucher.refusals import N_
from voucher.residents.models import Sex
from voucher.schemes.queries import get_programme_version, get_service
from voucher.schemes.rules.programmes import Kind, VoucherItem
from voucher.signing import KeyRing, open_signer
from voucher.text import mask_name
from voucher.tokens import (
    TokenBody,
    TokenKind,
    name_print,
    pack_body,
    pack_discount,
    show_url,
)
from voucher.vouchers.models import Voucher
from voucher.vouchers.queries.vouchers import SHEET_COLUMNS, get_live_print, list_live_prints

_AGE_BAND = 10


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
        yield from some


def list_sheet_files(
    *, run_id: int, community: Division, office: Office, keyring: KeyRing
) -> Iterator[tuple[SheetVoucher, ...]]:
    """
    Give what `list_sheet_vouchers` gives, a file at a time, nobody's vouchers in two files.

    Each file is read by itself: between two the caller may end the reading and take his time.
    """
    writer = _Writer(community.id, community.name, office, keyring)
    after = 0
    while True:
        vouchers, after = _take_file(writer, run_id, after)
        if not vouchers:
            return
        yield tuple(vouchers)


def _take_file(writer: "_Writer", run_id: int, after: int) -> tuple[list[SheetVoucher], int]:
    """Give what is in the file after a position, and the last position in it."""
    vouchers, positions = [], [after]
    rows = list_live_prints(
        run_id=run_id,
        community_id=writer.community_id,
        after=after,
        limit=MAX_VOUCHERS_A_FILE + 1,
    )
    for row in rows:
        vouchers.append(writer.write(row))
        positions.append(row.position)
    if len(vouchers) > MAX_VOUCHERS_A_FILE:
        whose = vouchers[-1].addressee.id
        while vouchers[-1].addressee.id == whose:
            del vouchers[-1], positions[-1]
    return vouchers, positions[-1]


def get_sheet_voucher(*, voucher: Voucher, office: Office, keyring: KeyRing) -> SheetVoucher:
    """Give the live print of one voucher as its sheet shows it."""
    community = db.session.get_one(Division, voucher.community_id)
    writer = _Writer(community.id, community.name, office, keyring)
    return writer.write(get_live_print(voucher_id=voucher.id))


@dataclass(frozen=True, slots=True)
class _Face:
    """What many vouchers of a community share, and the body of their tokens but for the print."""

    programme: str
    value: str
    covers: str
    valid_from: date
    last_date: date
    body: bytes
    sign: Callable[[bytes], bytes]


@dataclass(slots=True)
class _Writer:
    """Writes down row after row as sheets show them; what returns is worked out once."""

    community_id: int
    community: str
    office: Office
    keyring: KeyRing
    faces: dict[Any, _Face] = field(default_factory=dict)
    person: tuple[str, str, str, Addressee] | None = None

    def write(self, row: Any) -> SheetVoucher:
        shared = row[_PRINT_COLUMNS:_FACE_COLUMNS]
        face = self.faces.get(shared) or self._add_face(shared)
        masked_name, sex, age_band, addressee = self._describe_person(row, face.valid_from)
        print_id = read_print_code(row.code)
        token = face.sign(name_print(face.body, print_id=print_id))
        return SheetVoucher(
            programme=face.programme,
            value=face.value,
            covers=face.covers,
            valid_from=face.valid_from,
            last_date=face.last_date,
            masked_name=masked_name,
            sex=sex,
            age_band=age_band,
            community=self.community,
            serial=row.serial,
            print_number=row.number,
            typed_code=show_typed_code(print_id),
            qr_text=show_url(token, host=self.office.host),
            host=self.office.host,
            desk_phone=self.office.desk_phone,
            addressee=addressee,
        )

    def _describe_person(self, row: Any, on: date) -> tuple[str, str, str, Addressee]:
        # One after another the vouchers of a person come together.
        if self.person is None or self.person[-1].id != row.id:
            self.person = (
                mask_name(row.name),
                _show_sex(row.sex),
                _show_age_band(row.born_date, on),
                Addressee(row.id, row.name, row.address),
            )
        return self.person

    def _add_face(self, shared: tuple[Any, ...]) -> _Face:
        right = _Right(*shared)
        programme = get_programme_version(right.scheme_version_id)
        item = next(item for item in programme.items if item.id == right.item)
        body = _describe_token(right, item, self.community_id, self.office.is_test)
        self.faces[shared] = face = _Face(
            programme=programme.paper_name.zh,
            value=_show_value(right),
            covers=item.terms.zh,
            valid_from=right.period_from,
            last_date=body.last_date,
            body=pack_body(body),
            sign=open_signer(kid=right.kid, keyring=self.keyring),
        )
        return face


class _Right(NamedTuple):
    """What a voucher is worth, for how long, and which key signs it: the last of SHEET_COLUMNS."""

    scheme_version_id: int
    item: str
    level: str
    kind: str
    is_offline: bool
    unit_fen: int
    uses_total: int
    period_from: date
    period_to: date
    kid: int


_PRINT_COLUMNS = len(SHEET_COLUMNS) - len(_Right._fields)
_FACE_COLUMNS = len(SHEET_COLUMNS)


def _describe_token(
    right: _Right, item: VoucherItem, community_id: int, is_test: bool
) -> TokenBody:
    grant = next(grant for grant in item.grants if right.level in grant.levels)
    return TokenBody(
        kid=right.kid,
        scheme=right.scheme_version_id,
        print_id=0,
        kind=TokenKind(right.kind),
        value=_describe_value(right, item),
        service_class=get_service(item.services[0]).number if len(item.services) == 1 else 0,
        valid_from=right.period_from,
        # Inclusive on paper and in the token, exclusive everywhere else.
        last_date=last_day(right.period_to),
        community=community_id,
        partial_use=grant.partial,
        offline_allowed=right.is_offline,
        home_shop_required=False,
        is_test=is_test,
    )


def _describe_value(right: _Right, item: VoucherItem) -> int:
    if right.kind == Kind.AMOUNT:
        return right.unit_fen
    if right.kind == Kind.COUNT:
        return right.uses_total
    shares = {share.basis_points for share in item.shares if _reads(share.levels, right.level)}
    # Several shares cannot be written down: 0 tells the till to ask.
    share = shares.pop() if len(shares) == 1 else 0
    return pack_discount(share=share, cap_yuan=right.unit_fen // 100)


def _reads(levels: tuple[str, ...], level: str) -> bool:
    return not levels or level in levels


def _show_value(right: _Right) -> str:
    if right.kind == Kind.COUNT:
        return f"{right.uses_total} 次"
    if right.kind == Kind.AMOUNT:
        return f"{show_yuan(right.unit_fen)} 元"
    is_of_month = right.period_to == next_month(right.period_from)
    cap = show_yuan(right.unit_fen).removesuffix(".00")
    return f"{'本月' if is_of_month else ''}最高抵扣 {cap} 元"


def _show_sex(sex: str) -> str:
    return N_("女") if sex == Sex.FEMALE else N_("男")


def _show_age_band(born: date, on: date) -> str:
    start = full_years(born, on) // _AGE_BAND * _AGE_BAND
    return f"{start}岁以上" if start >= 100 else f"{start}-{start + _AGE_BAND - 1}岁"


def describe_person(*, person: Any, period_from: date, office: Office) -> SheetVoucher:
    """Give a voucher that shows this person, to see whether they fit: not one to print."""
    return replace(
        SAMPLE,
        masked_name=mask_name(person.name),
        sex=_show_sex(person.sex),
        age_band=_show_age_band(person.born_date, period_from),
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
