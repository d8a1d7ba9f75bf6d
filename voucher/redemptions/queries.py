"""Reading vouchers as a till sees them, and redemptions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select

from voucher.access import Actor, within_area
from voucher.codes import is_typed_code, parse_typed_code, write_print_code
from voucher.config import Home, read_key
from voucher.db import db
from voucher.periods import full_years, start_of_day
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.rules import Mode, RedemptionRefused, Seen
from voucher.refusals import N_, BadInput, NotFound
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


def get_redemption(*, actor: Actor, redemption_id: int) -> Redemption:
    """
    Give a redemption: a till's own, or one of a resident of the account's area.

    :raises NotFound: redemption_unknown.
    """
    found = db.session.get(Redemption, redemption_id)
    if found is not None and actor.device_id is not None and found.shop_id != actor.shop_id:
        found = None
    if found is not None and actor.device_id is None:
        found = found if actor.covers(get_community_of(redemption=found)) else None
    if found is None:
        raise NotFound(
            "redemption_unknown", N_("没有编号为 %(redemption)s 的核销"), redemption=redemption_id
        )
    return found


def list_uses_of_resident(*, actor: Actor, resident_id: int, limit: int) -> list[Any]:
    """List a person's last uses, newest first: (Redemption, Reversal or None, serial, shop)."""
    wanted = (
        select(Redemption, Reversal, Voucher.serial, Shop.code, Shop.name.label("shop"))
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(Shop, Shop.id == Redemption.shop_id)
        .outerjoin(Reversal, Reversal.redemption_id == Redemption.id)
        .where(Voucher.resident_id == resident_id, within_area(Voucher.community_id, actor))
        .order_by(Redemption.redeemed_at.desc(), Redemption.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def count_uses_after(*, resident_id: int, instant: datetime) -> int:
    """Count what was taken from a person's vouchers from an instant on and not given back."""
    reversed_since = exists().where(Reversal.redemption_id == Redemption.id)
    later = (
        select(func.count())
        .select_from(Redemption)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(
            Voucher.resident_id == resident_id,
            Redemption.redeemed_at >= instant,
            ~reversed_since,
        )
    )
    return db.session.scalar(later) or 0


def get_community_of(*, redemption: Redemption) -> int:
    """Give the community whose voucher was used."""
    return db.session.scalars(
        select(Voucher.community_id).where(Voucher.id == redemption.voucher_id)
    ).one()


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


def find_last_use(*, voucher_id: int, shop_id: int | None = None) -> datetime | None:
    """Give the instant of a voucher's last use that stands, anywhere or at one shop."""
    query = select(func.max(Redemption.redeemed_at)).where(
        Redemption.voucher_id == voucher_id,
        ~exists().where(Reversal.redemption_id == Redemption.id),
    )
    if shop_id is not None:
        query = query.where(Redemption.shop_id == shop_id)
    return db.session.scalar(query)


@dataclass(frozen=True, slots=True)
class Today:
    """What a shop took since midnight: newest first, and what stands of all of it, in fen."""

    rows: list[tuple[Redemption, str, bool]]
    count: int
    amount_fen: int
    own_fen: int


def read_today(*, actor: Actor, today: date, most: int) -> Today:
    """Give the day of a till's shop: redemption, serial and whether it was taken back."""
    undone = exists().where(Reversal.redemption_id == Redemption.id)
    of_today = (
        Redemption.shop_id == actor.shop_id,
        Redemption.redeemed_at >= start_of_day(today),
    )
    rows = db.session.execute(
        select(Redemption, Voucher.serial, undone)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .where(*of_today)
        .order_by(Redemption.id.desc())
        .limit(most)
    )
    count, amount_fen, own_fen = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Redemption.amount_fen), 0),
            func.coalesce(func.sum(Redemption.own_fen), 0),
        ).where(*of_today, ~undone)
    ).one()
    shown = [(redemption, serial, is_undone) for redemption, serial, is_undone in rows]
    return Today(shown, count, int(amount_fen), int(own_fen))
