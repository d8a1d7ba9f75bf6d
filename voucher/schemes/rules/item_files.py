"""Reads the voucher items of a programme: kinds, shares and grants that fit each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NoReturn

from voucher.refusals import N_
from voucher.schemes.rules.conditions import Samples
from voucher.schemes.rules.programmes import (
    WHOLE_BASIS_POINTS,
    Capped,
    GrantRule,
    Kind,
    PriceCap,
    Share,
    VoucherItem,
)
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.services import Catalogue, Setting
from voucher.schemes.rules.sharing import find_share
from voucher.schemes.rules.values import Confidence, Words

NO_WORDS = Words(zh="", en="")
FEN_A_YUAN = 100
# Two bytes of a token hold a discount's cap in whole yuan, four hold a face value in fen.
MAX_CAP_FEN = 65_535 * FEN_A_YUAN
MAX_FACE_FEN = 100_000 * FEN_A_YUAN
MAX_USES = 1_000
MAX_FEN = 10**13


@dataclass(frozen=True, slots=True)
class Frame:
    """What the items of a programme may name, and whether their vouchers are printed."""

    samples: Samples
    households: tuple[str, ...]
    catalogue: Catalogue
    is_printed: bool

    @property
    def level_ids(self) -> Sequence[str]:
        """Give the ids of the levels."""
        return self.samples["level"]


def read_items(top: Table, frame: Frame) -> tuple[VoucherItem, ...]:
    """
    Take the items of a programme.

    :raises BadInput: scheme_invalid.
    """
    items = [_read_item(table, frame) for table in top.tables("items", least=1)]
    top.refuse_repeats("items", (item.id for item in items))
    return tuple(items)


def _read_item(table: Table, frame: Frame) -> VoucherItem:
    kind = table.choice("kind", Kind)
    services = table.texts_among("services", frame.catalogue)
    grants = table.tables("grants", least=1)
    item = VoucherItem(
        id=table.text("id"),
        kind=kind,
        name=table.words("name"),
        terms=table.words("terms", NO_WORDS),
        services=services,
        shares=tuple(_read_share(t, frame) for t in table.tables("shares")),
        capped=_read_capped(table) if kind is Kind.DISCOUNT else Capped.VOUCHER,
        price_caps=_read_price_caps(table, frame, services),
        grants=tuple(_read_grant(t, kind, frame) for t in grants),
    )
    if not item.services:
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：至少写一项服务"), key="services")
    _check_shares(table, item, frame)
    _check_reach(grants, item, frame)
    table.finish()
    return item


def _read_capped(table: Table) -> Capped:
    return table.choice("cap_of", Capped) if table.has("cap_of") else Capped.VOUCHER


def _read_price_caps(table: Table, frame: Frame, services: Sequence[str]) -> tuple[PriceCap, ...]:
    caps = [_read_price_cap(t, frame, services) for t in table.tables("price_caps")]
    places = [
        (cap.unit, service, level)
        for cap in caps
        for service, level in product(cap.services, cap.levels or frame.level_ids)
    ]
    table.refuse_repeats("price_caps", (" ".join(place) for place in places))
    return tuple(caps)


def _read_price_cap(table: Table, frame: Frame, services: Sequence[str]) -> PriceCap:
    cap = PriceCap(
        services=table.texts_among("services", services),
        levels=table.texts_among("levels", frame.level_ids, ()),
        unit=table.text("unit"),
        name=table.words("name"),
        cap_fen=table.whole("cap_fen", least=1, most=MAX_FACE_FEN),
    )
    table.finish()
    return cap


def _read_share(table: Table, frame: Frame) -> Share:
    share = Share(
        services=table.texts_among("services", frame.catalogue, ()),
        settings=tuple(Setting(word) for word in table.texts_among("settings", Setting, ())),
        levels=table.texts_among("levels", frame.level_ids, ()),
        households=table.texts_among("households", frame.households, ()),
        basis_points=table.whole("basis_points", most=WHOLE_BASIS_POINTS),
    )
    if bool(share.services) is bool(share.settings):
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：services 和 settings 写且只写一项"))
    table.finish()
    return share


def _check_shares(table: Table, item: VoucherItem, frame: Frame) -> None:
    """Refuse shares on other kinds; a discount needs one wherever it is granted."""
    if item.kind is not Kind.DISCOUNT:
        if item.shares:
            table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：只有折扣券写分担比例"), key="shares")
        return
    for (level, household), code in product(_list_granted(item, frame), item.services):
        service = frame.catalogue[code]
        if find_share(item=item, service=service, level=level, household=household) is None:
            _refuse_unshared(table, level, household, code)


def _refuse_unshared(table: Table, level: str, household: str, service: str) -> NoReturn:
    facts = {"level": level, "service": service}
    if not household:
        sentence = N_(
            "%(file)s 第 %(line)s 行 %(path)s：%(level)s 级的服务 %(service)s 没有分担比例"
        )
        table.refuse(sentence, key="shares", **facts)
    sentence = N_(
        "%(file)s 第 %(line)s 行 %(path)s："
        "%(level)s 级、家庭类别 %(household)s 的服务 %(service)s 没有分担比例"
    )
    table.refuse(sentence, key="shares", household=household, **facts)


def _list_granted(item: VoucherItem, frame: Frame) -> list[tuple[str, str]]:
    return sorted({pair for grant in item.grants for pair in _list_pairs(grant, frame)})


def _list_pairs(grant: GrantRule, frame: Frame) -> set[tuple[str, str]]:
    """List the levels and households of a grant; where a programme has no households, with ""."""
    return set(product(grant.levels, grant.households or frame.households or ("",)))


def _check_reach(tables: Sequence[Table], item: VoucherItem, frame: Frame) -> None:
    """Refuse a grant that earlier ones without a condition leave nobody for."""
    taken: set[tuple[str, str]] = set()
    for table, grant in zip(tables, item.grants, strict=True):
        pairs = _list_pairs(grant, frame)
        if pairs <= taken:
            table.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：前面的各组已包括这些等级，这一组永远用不到")
            )
        if grant.when is None:
            taken |= pairs


def _read_grant(table: Table, kind: Kind, frame: Frame) -> GrantRule:
    has_condition = table.has("when")
    # Only a token has no room for more; what is merely priced may be worth as much as it likes.
    most_face, most_cap = (MAX_FACE_FEN, MAX_CAP_FEN) if frame.is_printed else (MAX_FEN, MAX_FEN)
    grant = GrantRule(
        levels=table.texts_among("levels", frame.level_ids),
        households=table.texts_among("households", frame.households, ()),
        when=table.condition("when", frame.samples) if has_condition else None,
        name=table.words("name") if has_condition else None,
        floor_fen=_read_fen(table, "floor_fen", MAX_FEN) if table.has("floor_fen") else 0,
        face_fen=_read_fen(table, "face_fen", most_face) if kind is Kind.AMOUNT else 0,
        uses=table.whole("uses", least=1, most=MAX_USES) if kind is Kind.COUNT else 1,
        cap_fen=0 if kind is Kind.AMOUNT else _read_fen(table, "cap_fen", most_cap),
        partial=table.flag("partial", False) if kind is Kind.AMOUNT else kind is Kind.DISCOUNT,
        offline=table.flag("offline", False),
        confidence=table.choice("confidence", Confidence),
    )
    _check_grant(table, kind, grant)
    table.finish()
    return grant


def _read_fen(table: Table, key: str, most: int) -> int:
    return table.whole(key, least=1, most=most)


def _check_grant(table: Table, kind: Kind, grant: GrantRule) -> None:
    if not grant.levels:
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：至少写一个等级"), key="levels")
    if grant.floor_fen > (grant.face_fen or grant.cap_fen):
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：下限高于上限"), key="floor_fen")
    if kind is Kind.DISCOUNT and grant.cap_fen % FEN_A_YUAN:
        table.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：折扣券的上限应为整元"), key="cap_fen")
    # Offline a till takes a whole face value or a single use: it cannot know what is left.
    if grant.offline and (kind is Kind.DISCOUNT or grant.uses > 1):
        table.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：只有储值券和一次的次数券可以离线使用"),
            key="offline",
        )
