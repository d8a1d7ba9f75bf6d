"""Who calls, what may be told of a voucher, and where it can be used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from voucher.access import Actor, within_area
from voucher.audit.models import Event
from voucher.codes import show_serial
from voucher.db import db
from voucher.divisions.models import Division
from voucher.overview.rules import MISSES_ALLOWED, By, Proof, Question
from voucher.redemptions.rules.taking import RedemptionRefused, Seen, check_voucher
from voucher.residents.models import Resident
from voucher.residents.queries import ID_COLUMN, index_phone
from voucher.schemes.queries import get_programme_version, get_service
from voucher.schemes.rules.programmes import Kind
from voucher.schemes.rules.values import Words
from voucher.sealing import unseal
from voucher.shops.queries import NearShop, list_nearest_shops
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.rules import PrintState, VoucherState

MISS = "overview.miss_call"
MOST_CALLERS, MOST_SHOPS = 20, 3
# Whoever left the roster may still hold paper of that month, and calls about it.
REMEMBERED = timedelta(days=92)
READY = "ready"


class Caller(NamedTuple):
    """Somebody a call may be about; only the masked name and the place are shown before proof."""

    id: int
    public_id: str
    name: str
    born_date: date
    id_sealed: bytes
    community: str
    street: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A shop that takes a voucher, and its prices in fen for the services the voucher pays."""

    shop: NearShop
    prices: tuple[tuple[Words, int], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """
    What may be told of one voucher: never its level, never whose it is.

    `condition` is `ready`, or the word by which a till would refuse it.
    """

    serial: str
    paper_name: Words
    covers: Words
    kind: Kind
    condition: str
    balance_fen: int
    balance_uses: int
    first_date: date
    last_date: date
    print_number: int
    community: str
    offers: tuple[Offer, ...]

    @property
    def grouped_serial(self) -> str:
        """Give the serial as the paper shows it."""
        return show_serial(self.serial)

    @property
    def has_future(self) -> bool:
        """Tell whether it can be used, now or after somebody did what is said."""
        return self.condition in (READY, "early", "inactive", "held", "superseded")


def list_misses(*, actor: Actor) -> list[datetime]:
    """Give when the account last missed, newest first, as many as lock it."""
    return list(
        db.session.scalars(
            select(Event.happened_at)
            .where(
                Event.subject_kind == "account",
                Event.subject_id == str(actor.account_id),
                Event.action == MISS,
            )
            .order_by(Event.id.desc())
            .limit(MISSES_ALLOWED)
        )
    )


def list_callers(*, actor: Actor, question: Question, today: date) -> list[Caller]:
    """Give who of the area has this telephone number or this name, at most one more than shown."""
    street = aliased(Division)
    wanted = (
        select(
            Resident.id,
            Resident.public_id,
            Resident.name,
            Resident.born_date,
            Resident.id_sealed,
            Division.name,
            street.name,
        )
        .join(Division, Division.id == Resident.community_id)
        .join(street, street.id == Division.parent_id)
        .where(
            _matches(question),
            within_area(Resident.community_id, actor),
            or_(Resident.departed_date.is_(None), Resident.departed_date > today - REMEMBERED),
            *(
                or_(Division.name.contains(place), street.name.contains(place))
                for place in question.places
            ),
        )
        .order_by(Division.code, Resident.name_key, Resident.id)
        .limit(MOST_CALLERS + 1)
    )
    return [Caller(*row) for row in db.session.execute(wanted)]


def _matches(question: Question) -> ColumnElement[bool]:
    if question.by is By.PHONE:
        return Resident.phone_index == index_phone(question.text)
    if question.by is By.NAME:
        return Resident.name == question.text
    # The sorting key is the pinyin and the name behind it.
    squeezed = func.replace(func.replace(Resident.name_key, " ", ""), "·", "")
    name = func.replace(func.replace(func.lower(Resident.name), " ", ""), "·", "")
    return squeezed == literal(question.text) + name


def proves(*, caller: Caller, proof: Proof, today: date) -> bool:
    """Tell whether the proof fits: a serial in the person's hand today, or birth date and ID."""
    if proof.serial is None:
        number = unseal(caller.id_sealed, column=ID_COLUMN, row=caller.public_id)
        return caller.born_date == proof.born_date and number[-4:] == proof.last_four
    in_hand = exists().where(
        Voucher.serial == proof.serial,
        Voucher.resident_id == caller.id,
        Voucher.state.in_((VoucherState.ACTIVE, VoucherState.USED)),
        Voucher.period_to > today,
    )
    return bool(db.session.scalar(select(in_hand)))


def list_told_of_person(*, caller: Caller, today: date) -> list[Told]:
    """Give what may be told of a person's vouchers that are not over, each by its live print."""
    rows = _select_papers().where(
        Voucher.resident_id == caller.id,
        Voucher.period_to > today,
        Print.state == PrintState.LIVE,
    )
    return _tell(db.session.execute(rows.order_by(Voucher.period_from, Voucher.id)).all(), today)


def find_told(*, actor: Actor, question: Question, today: date) -> Told | None:
    """Give what may be told of the voucher of a serial or a typed code within the area."""
    paper = _select_papers().where(within_area(Voucher.community_id, actor))
    if question.by is By.CODE:
        paper = paper.where(Print.code == question.text)
    else:
        paper = paper.where(Voucher.serial == question.text).order_by(Print.number.desc()).limit(1)
    told = _tell(db.session.execute(paper).all(), today)
    return told[0] if told else None


def _select_papers() -> Select[Voucher, Print, str]:
    return (
        select(Voucher, Print, Division.name)
        .join(Print, Print.voucher_id == Voucher.id)
        .join(Division, Division.id == Voucher.community_id)
    )


def _tell(rows: Sequence[Any], today: date) -> list[Told]:
    """Read the shops once for all vouchers: they hang in the same community, or nearly so."""
    services = {code for voucher, _, _ in rows for code in _get_item(voucher).services}
    shops: dict[int, list[NearShop]] = {
        community_id: list_nearest_shops(community_id=community_id, services=services, day=today)
        for community_id in {voucher.community_id for voucher, _, _ in rows}
    }
    return [
        _describe(voucher, made, community, shops[voucher.community_id], today)
        for voucher, made, community in rows
    ]


def _describe(
    voucher: Voucher, made: Print, community: str, shops: Iterable[NearShop], today: date
) -> Told:
    item = _get_item(voucher)
    near = [shop for shop in shops if set(item.services) & set(shop.prices)][:MOST_SHOPS]
    return Told(
        serial=voucher.serial,
        paper_name=get_programme_version(voucher.scheme_version_id).paper_name,
        covers=item.terms,
        kind=Kind(voucher.kind),
        condition=_find_condition(voucher, made, today),
        balance_fen=voucher.balance_fen,
        balance_uses=voucher.balance_uses,
        first_date=voucher.period_from,
        last_date=voucher.period_to - timedelta(days=1),
        print_number=made.number,
        community=community,
        offers=tuple(Offer(shop, _pick_prices(shop, item.services)) for shop in near),
    )


def _get_item(voucher: Voucher) -> Any:
    programme = get_programme_version(voucher.scheme_version_id)
    return next(item for item in programme.items if item.id == voucher.item)


def _pick_prices(shop: NearShop, services: Iterable[str]) -> tuple[tuple[Words, int], ...]:
    return tuple(
        (get_service(code).name, shop.prices[code]) for code in services if code in shop.prices
    )


def _find_condition(voucher: Voucher, made: Print, today: date) -> str:
    seen = Seen(
        voucher_id=voucher.id,
        print_id=made.id,
        print_state=made.state,
        kind=Kind(voucher.kind),
        **{name: getattr(voucher, name) for name in _SEEN},
    )
    try:
        check_voucher(seen, today=today, used_here=False)
    except RedemptionRefused as refusal:
        return refusal.word
    return READY


_SEEN = (
    *("state", "held_reason", "item", "level", "period_from", "period_to", "unit_fen"),
    *("committed_fen", "balance_fen", "balance_uses", "redeemed_fen"),
)
