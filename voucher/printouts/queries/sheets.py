"""Gathering what a sheet shows from the rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from voucher.access import Actor, within_area
from voucher.codes import read_print_code, show_typed_code
from voucher.config import Home
from voucher.config import Kind as HomeKind
from voucher.db import db
from voucher.divisions.models import Division
from voucher.money import show_yuan
from voucher.periods import full_years, last_day, next_month
from voucher.printouts.drawing.fields import SAMPLE, Addressee, Mark, SheetVoucher
from voucher.printouts.drawing.handover import HandoverLine
from voucher.refusals import N_
from voucher.residents.models import Resident, Sex
from voucher.schemes.queries import get_programme_version, get_service
from voucher.schemes.rules.programmes import Kind, VoucherItem
from voucher.signing import KeyRing, sign
from voucher.text import mask_name
from voucher.tokens import TokenBody, TokenKind, pack_discount, show_url
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.queries.vouchers import list_live_prints
from voucher.vouchers.rules import PrintState, VoucherState

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
    for voucher, made, resident, _ in list_live_prints(run_id=run_id, community_id=community.id):
        yield _as_sheet(voucher, made, resident, community, office, keyring)


def get_sheet_voucher(*, voucher: Voucher, office: Office, keyring: KeyRing) -> SheetVoucher:
    """Give the live print of one voucher as its sheet shows it."""
    made, resident, community = db.session.execute(
        select(Print, Resident, Division)
        .join(Voucher, Voucher.id == Print.voucher_id)
        .join(Resident, Resident.id == Voucher.resident_id)
        .join(Division, Division.id == Voucher.community_id)
        .where(Voucher.id == voucher.id, Print.state == PrintState.LIVE)
    ).one()
    return _as_sheet(voucher, made, resident, community, office, keyring)


def _as_sheet(
    voucher: Voucher,
    made: Print,
    resident: Resident,
    community: Division,
    office: Office,
    keyring: KeyRing,
) -> SheetVoucher:
    programme = get_programme_version(voucher.scheme_version_id)
    item = next(item for item in programme.items if item.id == voucher.item)
    body = _describe_token(voucher, made, item, office.is_test)
    return SheetVoucher(
        programme=programme.paper_name.zh,
        value=_show_value(voucher),
        covers=item.terms.zh,
        valid_from=voucher.period_from,
        last_date=body.last_date,
        masked_name=mask_name(resident.name),
        sex=_show_sex(resident.sex),
        age_band=_show_age_band(resident.born_date, voucher.period_from),
        community=community.name,
        serial=voucher.serial,
        print_number=made.number,
        typed_code=show_typed_code(body.print_id),
        qr_text=show_url(sign(body=body, keyring=keyring), host=office.host),
        host=office.host,
        desk_phone=office.desk_phone,
        addressee=Addressee(resident.id, resident.name, resident.address),
    )


def _describe_token(voucher: Voucher, made: Print, item: VoucherItem, is_test: bool) -> TokenBody:
    grant = next(grant for grant in item.grants if voucher.level in grant.levels)
    return TokenBody(
        kid=made.kid,
        scheme=voucher.scheme_version_id,
        print_id=read_print_code(made.code),
        kind=TokenKind(voucher.kind),
        value=_describe_value(voucher, item),
        service_class=get_service(item.services[0]).number if len(item.services) == 1 else 0,
        valid_from=voucher.period_from,
        # Inclusive on paper and in the token, exclusive everywhere else.
        last_date=last_day(voucher.period_to),
        community=voucher.community_id,
        partial_use=grant.partial,
        offline_allowed=voucher.is_offline,
        home_shop_required=False,
        is_test=is_test,
    )


def _describe_value(voucher: Voucher, item: VoucherItem) -> int:
    if voucher.kind == Kind.AMOUNT:
        return voucher.unit_fen
    if voucher.kind == Kind.COUNT:
        return voucher.uses_total
    shares = {share.basis_points for share in item.shares if _reads(share.levels, voucher.level)}
    # Several shares cannot be written down: 0 tells the till to ask.
    share = shares.pop() if len(shares) == 1 else 0
    return pack_discount(share=share, cap_yuan=voucher.unit_fen // 100)


def _reads(levels: tuple[str, ...], level: str) -> bool:
    return not levels or level in levels


def _show_value(voucher: Voucher) -> str:
    if voucher.kind == Kind.COUNT:
        return f"{voucher.uses_total} 次"
    if voucher.kind == Kind.AMOUNT:
        return f"{show_yuan(voucher.unit_fen)} 元"
    is_of_month = voucher.period_to == next_month(voucher.period_from)
    cap = show_yuan(voucher.unit_fen).removesuffix(".00")
    return f"{'本月' if is_of_month else ''}最高抵扣 {cap} 元"


def _show_sex(sex: str) -> str:
    return N_("女") if sex == Sex.FEMALE else N_("男")


def _show_age_band(born: date, on: date) -> str:
    start = full_years(born, on) // _AGE_BAND * _AGE_BAND
    return f"{start}岁以上" if start >= 100 else f"{start}-{start + _AGE_BAND - 1}岁"


def list_people_on_paper(*, actor: Actor, run_id: int) -> list[Any]:
    """Give what is printed of each person of the actor's area who has a live print of a run."""
    live = (
        select(
            *(Resident.id, Resident.name, Resident.address, Resident.sex, Resident.born_date),
            *(Voucher.community_id, Division.name.label("community")),
        )
        .join(Voucher, Voucher.resident_id == Resident.id)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Division, Division.id == Voucher.community_id)
        .where(
            Voucher.run_id == run_id,
            Voucher.state != VoucherState.VOID,
            Print.state == PrintState.LIVE,
            within_area(Voucher.community_id, actor),
        )
    )
    return list(db.session.execute(live.distinct().order_by(Resident.id)))


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


def list_handover_lines(*, run_id: int, community_id: int) -> Iterator[HandoverLine]:
    """Give one line a resident with the serials to be handed over, in delivery order."""
    people: dict[int, tuple[Resident, list[str]]] = {}
    for voucher, _, resident, _ in list_live_prints(run_id=run_id, community_id=community_id):
        people.setdefault(resident.id, (resident, []))[1].append(voucher.serial)
    for resident, serials in people.values():
        yield HandoverLine(name=resident.name, address=resident.address, serials=tuple(serials))


def get_street(*, community: Division) -> Any:
    """Give the street a community lies in."""
    return db.session.scalars(select(Division).where(Division.id == community.parent_id)).one()
