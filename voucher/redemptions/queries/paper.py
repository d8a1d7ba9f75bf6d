"""Reading a voucher as a till sees it: the code, the paper, its holder."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select

from voucher.access import Actor
from voucher.codes import is_typed_code, parse_typed_code, write_print_code
from voucher.config import Home, read_key
from voucher.db import db
from voucher.periods import full_years
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.rules.taking import Mode, RedemptionRefused, Seen
from voucher.refusals import N_, BadInput
from voucher.residents.models import Resident, Sex
from voucher.schemes.rules.programmes import Kind
from voucher.shops.models import Shop
from voucher.shops.queries import get_shop
from voucher.shops.rules.states import ShopState
from voucher.signing import KeyRing, load_keyring, verify
from voucher.text import mask_name
from voucher.vouchers.models import Print, Voucher


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a code needs to know of the installation."""

    host: str
    keyring: KeyRing
    test_allowed: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A code that was understood: the print it names and how it came."""

    print_code: str
    mode: Mode


def load_reader(home: Home) -> Reader:
    """
    Give what reading a code needs to know of this home.

    :raises Refusal: key_unreadable.
    """
    return Reader(
        host=home.host,
        keyring=load_keyring(home.path / "keys", wrapping_key=read_key(home, "wrap")),
        test_allowed=home.is_rehearsal,
    )


def read_code(*, text: str, reader: Reader) -> Read:
    """
    Read a scanned text, a bare token or a typed code.

    :raises RedemptionRefused: not_ours version key key_revoked signature damaged test typo.
    """
    trimmed = text.strip()
    try:
        if is_typed_code(trimmed):
            return Read(write_print_code(parse_typed_code(trimmed)), Mode.TYPED)
        body = verify(
            trimmed, host=reader.host, keyring=reader.keyring, test_allowed=reader.test_allowed
        )
    except BadInput as fault:
        raise RedemptionRefused(fault.word, fault.sentence, **fault.facts) from None
    return Read(write_print_code(body.print_id), Mode.SCANNED)


def guess_mode(text: str) -> Mode:
    """Tell how a text that could not be read was meant."""
    return Mode.TYPED if is_typed_code(text.strip()) else Mode.SCANNED


def find_voucher_of_print(*, print_code: str) -> int | None:
    """Give the voucher a print is of, or None."""
    return db.session.scalar(select(Print.voucher_id).where(Print.code == print_code))


@dataclass(frozen=True, slots=True)
class Found:
    """A voucher as a till sees it, with what the ledger needs to know of it."""

    seen: Seen
    serial: str
    programme: str
    scheme_version_id: int
    community_id: int
    resident_id: int


def get_found(*, print_code: str) -> Found:
    """
    Give the voucher of a print, fresh from the database.

    :raises RedemptionRefused: unknown.
    """
    row = db.session.execute(
        select(
            Voucher.id,
            Print.id.label("print_id"),
            Print.state.label("print_state"),
            *_COLUMNS,
        )
        .join(Print, Print.voucher_id == Voucher.id)
        .where(Print.code == print_code)
    ).one_or_none()
    if row is None:
        raise RedemptionRefused("unknown", N_("没有这张券，请核对券码"))
    return Found(
        _as_seen(row),
        row.serial,
        row.programme,
        row.scheme_version_id,
        row.community_id,
        row.resident_id,
    )


_COLUMNS = (
    Voucher.serial,
    Voucher.state,
    Voucher.held_reason,
    Voucher.kind,
    Voucher.item,
    Voucher.level,
    Voucher.programme,
    Voucher.scheme_version_id,
    Voucher.community_id,
    Voucher.resident_id,
    Voucher.period_from,
    Voucher.period_to,
    Voucher.unit_fen,
    Voucher.committed_fen,
    Voucher.balance_fen,
    Voucher.balance_uses,
    Voucher.redeemed_fen,
)


def _as_seen(row: Any) -> Seen:
    return Seen(
        voucher_id=row.id,
        print_id=row.print_id,
        print_state=row.print_state,
        state=row.state,
        held_reason=row.held_reason,
        kind=Kind(row.kind),
        item=row.item,
        level=row.level,
        period_from=row.period_from,
        period_to=row.period_to,
        unit_fen=row.unit_fen,
        committed_fen=row.committed_fen,
        balance_fen=row.balance_fen,
        balance_uses=row.balance_uses,
        redeemed_fen=row.redeemed_fen,
    )


def get_open_shop(*, actor: Actor, code: str) -> Shop:
    """
    Give a shop that may take vouchers.

    :raises NotFound: shop_unknown. :raises RedemptionRefused: shop_closed.
    """
    shop = get_shop(code=code, actor=actor)
    if shop.state != ShopState.APPROVED:
        raise RedemptionRefused("shop_closed", N_("商户 %(shop)s 尚未批准或已停用"), shop=code)
    return shop


def was_used_here(*, voucher_id: int, shop_id: int) -> bool:
    """Tell whether this shop took from the voucher and has not taken it back."""
    reversed_since = exists().where(Reversal.redemption_id == Redemption.id)
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Redemption.voucher_id == voucher_id,
                    Redemption.shop_id == shop_id,
                    ~reversed_since,
                )
            )
        )
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a clerk expects to see at the counter, as the paper says it; never the level."""

    masked_name: str
    is_woman: bool
    decade: int


def get_holder(*, resident_id: int, on: date) -> Holder:
    """Give a voucher's holder for the face check; `on` is the day the age band is told for."""
    row = db.session.execute(
        select(Resident.name, Resident.sex, Resident.born_date).where(Resident.id == resident_id)
    ).one()
    decade = full_years(row.born_date, on) // 10 * 10
    return Holder(mask_name(row.name), row.sex == Sex.FEMALE, decade)
