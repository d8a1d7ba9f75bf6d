"""Pricing: how one purchase is divided between other payers, the voucher and the resident."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from voucher.money import MAX_FEN, take_share
from voucher.refusals import N_, BadInput
from voucher.schemes.rules.programmes import (
    WHOLE_BASIS_POINTS,
    GrantRule,
    Kind,
    Programme,
    Share,
    VoucherItem,
    get_price_type,
)
from voucher.schemes.rules.services import Service
from voucher.schemes.rules.values import Reason

PURCHASE_KEYS = frozenset(
    {"item", "level", "household", "service", "price_fen", "other_payer_fen", "used_fen"}
)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One use of a service, in fen. `item` "" lets the programme choose."""

    item: str
    level: str
    household: str
    service: str
    price_fen: int
    other_payer_fen: int
    used_fen: int


@dataclass(frozen=True, slots=True)
class Priced:
    """The three parts of a price, in fen; together they are the price."""

    voucher_fen: int
    own_fen: int
    other_payer_fen: int
    reasons: tuple[Reason, ...]


def parse_purchase(data: Mapping[str, Any]) -> Purchase:
    """
    Read a purchase; everything but level, service and price may be left out.

    :raises BadInput: field_unknown, field_missing, field_format or price_format.
    """
    for key in data:
        if key not in PURCHASE_KEYS:
            raise BadInput("field_unknown", N_("没有“%(field)s”这一项"), field=str(key)[:40])
    return Purchase(
        item=_read_text(data, "item", ""),
        level=_read_text(data, "level"),
        household=_read_text(data, "household", ""),
        service=_read_text(data, "service"),
        price_fen=_read_fen(data, "price_fen"),
        other_payer_fen=_read_fen(data, "other_payer_fen", 0),
        used_fen=_read_fen(data, "used_fen", 0),
    )


def price_purchase(
    *,
    programme: Programme,
    level: str,
    service: str,
    price_fen: int,
    other_payer_fen: int = 0,
    used_fen: int = 0,
    household: str = "",
    item: str = "",
    cap_fen: int | None = None,
) -> Priced:
    """
    Divide the price of one use: other payers first, then the voucher, then the resident.

    `used_fen` is what the voucher has paid before, and counts for amount and discount; the uses
    of a count voucher are counted where they are stored. `cap_fen` is the voucher's own frozen
    face value or cap; without it the level's first grant states it. No bundled programme looks at
    `household`. A voucher that does not cover the service or the level pays nothing and says so.

    :raises BadInput: level_unknown, service_unknown, item_unknown, price_format or
        other_payer_high.
    """
    check_level(programme, level)
    _check_service(programme, service)
    _check_amounts(price_fen, other_payer_fen, used_fen)
    base_fen = price_fen - other_payer_fen
    reasons = _explain_other_payer(base_fen, other_payer_fen)
    chosen = _choose_item(programme, item, service, level)
    if isinstance(chosen, Reason):
        return Priced(0, base_fen, other_payer_fen, (*reasons, chosen))
    limit_fen = _find_limit(chosen, level) if cap_fen is None else cap_fen
    wanted_fen, why = _apply_kind(programme, chosen, service, level, base_fen)
    left_fen = limit_fen if chosen.kind is Kind.COUNT else max(0, limit_fen - used_fen)
    voucher_fen = min(wanted_fen, left_fen)
    reasons = (*reasons, *why, *_explain_limit(wanted_fen, limit_fen, left_fen))
    return Priced(voucher_fen, base_fen - voucher_fen, other_payer_fen, reasons)


def check_level(programme: Programme, level: str) -> None:
    """
    Make sure that the programme's scale has this level.

    :raises BadInput: level_unknown.
    """
    known = [known.id for known in programme.levels]
    if level not in known:
        raise BadInput(
            "level_unknown",
            N_("没有等级“%(level)s”，可用：%(known)s"),
            level=str(level)[:40],
            known=" ".join(known),
        )


def _check_service(programme: Programme, service: str) -> None:
    if service not in programme.catalogue:
        raise BadInput(
            "service_unknown",
            N_("没有服务“%(service)s”，可用：%(known)s"),
            service=service[:40],
            known=" ".join(programme.catalogue),
        )


def find_share(*, item: VoucherItem, service: Service, level: str) -> Share | None:
    """Find the share of a service for a level: by its code first, then by its setting."""
    fitting = [share for share in item.shares if not share.levels or level in share.levels]
    for share in fitting:
        if service.code in share.services:
            return share
    for share in fitting:
        if service.setting in share.settings:
            return share
    return None


def _choose_item(
    programme: Programme, item_id: str, service: str, level: str
) -> VoucherItem | Reason:
    """Choose the named item, or the first that covers the service for the level."""
    if item_id and item_id not in [item.id for item in programme.items]:
        raise BadInput("item_unknown", N_("方案没有“%(item)s”这一项"), item=item_id[:40])
    items = [item for item in programme.items if not item_id or item.id == item_id]
    covering = [item for item in items if service in item.services]
    for item in covering:
        if _find_grant(item, level):
            return item
    if covering:
        return Reason("level_not_covered", {"level": level}, N_("本等级没有可用于此服务的券"))
    return Reason("service_not_covered", {"service": service}, N_("本方案的券不能用于此服务"))


def _find_grant(item: VoucherItem, level: str) -> GrantRule | None:
    return next((grant for grant in item.grants if level in grant.levels), None)


def _find_limit(item: VoucherItem, level: str) -> int:
    grant = _find_grant(item, level)
    assert grant is not None, "an item is only chosen for a level it grants"
    return grant.face_fen if item.kind is Kind.AMOUNT else grant.cap_fen


def _apply_kind(
    programme: Programme, item: VoucherItem, service: str, level: str, base_fen: int
) -> tuple[int, tuple[Reason, ...]]:
    """Give what the voucher would pay without its limit: all of it, or its share."""
    share = find_share(item=item, service=programme.catalogue[service], level=level)
    if item.kind is not Kind.DISCOUNT or share is None:
        return base_fen, ()
    part_fen = take_share(
        base_fen,
        Fraction(share.basis_points, WHOLE_BASIS_POINTS),
        rounding=programme.rounding,
        unit_fen=programme.rounding_unit_fen,
    )
    return min(part_fen, base_fen), _explain_share(programme, service, share, base_fen)


def _explain_share(
    programme: Programme, service: str, share: Share, base_fen: int
) -> tuple[Reason, ...]:
    price_type = get_price_type(basis_points=share.basis_points)
    facts = {"service": service, "basis_points": share.basis_points, "price_type": price_type.value}
    reason = Reason("share", facts, N_("此服务按万分之 %(basis_points)s 分担"))
    unit = WHOLE_BASIS_POINTS * programme.rounding_unit_fen
    if base_fen * share.basis_points % unit == 0:
        return (reason,)
    rounding = {"mode": programme.rounding.value, "unit_fen": programme.rounding_unit_fen}
    return (reason, Reason("rounded", rounding, N_("按方案的取整方式取整")))


def _explain_other_payer(base_fen: int, other_payer_fen: int) -> tuple[Reason, ...]:
    if not other_payer_fen:
        return ()
    facts = {"other_payer_fen": other_payer_fen, "base_fen": base_fen}
    return (Reason("other_payer_first", facts, N_("先扣除其他支付方的部分")),)


def _explain_limit(wanted_fen: int, limit_fen: int, left_fen: int) -> tuple[Reason, ...]:
    if wanted_fen <= left_fen:
        return ()
    facts = {"wanted_fen": wanted_fen, "cap_fen": limit_fen, "left_fen": left_fen}
    return (Reason("cap_reached", facts, N_("以券的上限或余额为限")),)


def _check_amounts(price_fen: int, other_payer_fen: int, used_fen: int) -> None:
    amounts = {"price_fen": price_fen, "other_payer_fen": other_payer_fen, "used_fen": used_fen}
    for field, amount in amounts.items():
        _check_fen(field, amount, least=1 if field == "price_fen" else 0)
    if other_payer_fen > price_fen:
        raise BadInput("other_payer_high", N_("其他支付方的金额高于价格"))


def _check_fen(field: str, amount: Any, *, least: int) -> None:
    is_whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not is_whole or not least <= amount <= MAX_FEN:
        raise BadInput(
            "price_format",
            N_("“%(field)s”应为不小于 %(least)s 的整数，单位为分"),
            field=field,
            least=least,
        )


def _read_text(data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if value is None:
        raise BadInput("field_missing", N_("缺少“%(field)s”这一项"), field=key)
    if not isinstance(value, str):
        raise BadInput("field_format", N_("“%(field)s”应为文字"), field=key)
    return value


def _read_fen(data: Mapping[str, Any], key: str, default: int | None = None) -> int:
    value = data.get(key, default)
    if value is None:
        raise BadInput("field_missing", N_("缺少“%(field)s”这一项"), field=key)
    _check_fen(key, value, least=0)
    return int(value)
