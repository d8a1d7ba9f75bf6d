"""Writing rows down as sheets show them, each with its token."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from voucher.codes import read_print_code, show_print_code
from voucher.money import show_yuan
from voucher.periods import full_years, last_day, next_month
from voucher.printouts.drawing.fields import Addressee, SheetVoucher
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
from voucher.vouchers.queries.vouchers import SHEET_COLUMNS

_AGE_BAND = 10


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
class Writer:
    """Writes down rows it has met as sheets show them; what returns is worked out once."""

    community_id: int
    community: str
    host: str
    desk_phone: str
    is_test: bool
    keyring: KeyRing
    faces: dict[Any, _Face] = field(default_factory=dict)
    person: tuple[str, str, str, Addressee] | None = None

    def meet(self, rows: Iterable[Any]) -> None:
        """Read what else is to be known of some rows."""
        for shared in {row[_PRINT_COLUMNS:_FACE_COLUMNS] for row in rows} - self.faces.keys():
            self._add_face(shared)

    def write(self, row: Any) -> SheetVoucher:
        """Give a row as its sheet shows it, with its token; reads nothing."""
        serial, number, code = row[_PERSON_COLUMNS:_PRINT_COLUMNS]
        face = self.faces[row[_PRINT_COLUMNS:_FACE_COLUMNS]]
        masked_name, sex, age_band, addressee = self._describe_person(row, face.valid_from)
        token = face.sign(name_print(face.body, print_id=read_print_code(code)))
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
            serial=serial,
            print_number=number,
            typed_code=show_print_code(code),
            qr_text=show_url(token, host=self.host),
            host=self.host,
            desk_phone=self.desk_phone,
            addressee=addressee,
        )

    def _describe_person(self, row: Any, on: date) -> tuple[str, str, str, Addressee]:
        # One after another the vouchers of a person come together.
        if self.person is None or self.person[-1].id != row[0]:
            self.person = (
                mask_name(row.name),
                show_sex(row.sex),
                show_age_band(row.born_date, on),
                Addressee(row.id, row.name, row.address),
            )
        return self.person

    def _add_face(self, shared: tuple[Any, ...]) -> None:
        right = _Right(*shared)
        programme = get_programme_version(right.scheme_version_id)
        item = next(item for item in programme.items if item.id == right.item)
        body = _describe_token(right, item, self.community_id, self.is_test)
        self.faces[shared] = _Face(
            programme=programme.paper_name.zh,
            value=_show_value(right),
            covers=item.terms.zh,
            valid_from=right.period_from,
            last_date=body.last_date,
            body=pack_body(body),
            sign=open_signer(kid=right.kid, keyring=self.keyring),
        )


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


_PERSON_COLUMNS = 5
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


def show_sex(sex: str) -> str:
    return N_("女") if sex == Sex.FEMALE else N_("男")


def show_age_band(born: date, on: date) -> str:
    start = full_years(born, on) // _AGE_BAND * _AGE_BAND
    return f"{start}岁以上" if start >= 100 else f"{start}-{start + _AGE_BAND - 1}岁"
