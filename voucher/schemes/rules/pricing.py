"""Pricing: how one purchase is divided between other payers, the voucher and the resident."""

from dataclasses import dataclass

from voucher.money import show_yuan
from voucher.refusals import N_, BadInput
from voucher.schemes.rules.households import check_household
from voucher.schemes.rules.programmes import (
    Capped,
    GrantRule,
    Kind,
    PriceCap,
    Programme,
    VoucherItem,
)
from voucher.schemes.rules.purchases import Purchase, check_amounts
from voucher.schemes.rules.sharing import explain_share, find_share, take_part
from voucher.schemes.rules.values import Reason


@dataclass(frozen=True, slots=True)
class Priced:
    """The three parts of a price, in fen; together they are the price."""

    voucher_fen: int
    own_fen: int
    other_payer_fen: int
    reasons: tuple[Reason, ...]


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
    units: int = 1,
    unit: str = "",
    chosen_fen: int = 0,
) -> Priced:
    """
    Divide the price of one use as `divide_price` does.

    :raises BadInput: as `divide_price`.
    """
    purchase = Purchase(
        item=item,
        level=level,
        household=household,
        service=service,
        price_fen=price_fen,
        other_payer_fen=other_payer_fen,
        used_fen=used_fen,
        units=units,
        unit=unit,
        chosen_fen=chosen_fen,
    )
    return divide_price(programme=programme, purchase=purchase, cap_fen=cap_fen)


def divide_price(*, programme: Programme, purchase: Purchase, cap_fen: int | None = None) -> Priced:
    """
    Divide the price of one use: other payers first, then the voucher, then the resident.

    Only the price up to the programme's price cap counts. `used_fen` is what the voucher has paid
    before, or the price it shared in where the cap limits that; the uses of a count voucher are
    counted where they are stored. `cap_fen` is the voucher's own frozen face value or cap; without
    it, what the holder chose or the level's first grant states. Programmes without households do
    not look at `household`. A voucher that does not cover service, level or household pays nothing
    and says so.

    :raises BadInput: level_unknown, household_unknown, service_unknown, item_unknown,
        unit_unknown, price_format, other_payer_high or chosen_out_of_range.
    """
    check_level(programme, purchase.level)
    check_household(programme, purchase.household)
    _check_service(programme, purchase.service)
    check_amounts(purchase)
    other_fen, base_fen = purchase.other_payer_fen, purchase.price_fen - purchase.other_payer_fen
    reasons = _explain_other_payer(base_fen, other_fen)
    item = _choose_item(programme, purchase)
    if isinstance(item, Reason):
        return Priced(0, base_fen, other_fen, (*reasons, item))
    limit_fen = _find_limit(item, purchase) if cap_fen is None else cap_fen
    counted_fen, why = _apply_price_cap(item, purchase)
    counted_fen = max(0, counted_fen - other_fen)
    apply_limit = _limit_price if item.capped is Capped.PRICE else _limit_voucher
    voucher_fen, shared = apply_limit(programme, item, purchase, counted_fen, limit_fen)
    return Priced(voucher_fen, base_fen - voucher_fen, other_fen, (*reasons, *why, *shared))


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


def _choose_item(programme: Programme, purchase: Purchase) -> VoucherItem | Reason:
    """Choose the named item, or the first that covers the service for level and household."""
    item_id, service, level = purchase.item, purchase.service, purchase.level
    if item_id and item_id not in [item.id for item in programme.items]:
        raise BadInput("item_unknown", N_("方案没有“%(item)s”这一项"), item=item_id[:40])
    items = [item for item in programme.items if not item_id or item.id == item_id]
    covering = [item for item in items if service in item.services]
    for item in covering:
        if _find_grant(item, purchase):
            return item
    if not covering:
        return Reason("service_not_covered", {"service": service}, N_("本方案的券不能用于此服务"))
    if any(level in grant.levels for item in covering for grant in item.grants):
        facts = {"household": purchase.household}
        return Reason("household_not_covered", facts, N_("此家庭类别没有可用于此服务的券"))
    return Reason("level_not_covered", {"level": level}, N_("本等级没有可用于此服务的券"))


def _find_grant(item: VoucherItem, purchase: Purchase) -> GrantRule | None:
    fitting = (g for g in item.grants if g.fits(purchase.level, purchase.household))
    return next(fitting, None)


def _find_limit(item: VoucherItem, purchase: Purchase) -> int:
    """Give the face value or cap: what the holder chose of what may be chosen, else the most."""
    grant = _find_grant(item, purchase)
    assert grant is not None, "an item is only chosen for a level it grants"
    most_fen = grant.face_fen if item.kind is Kind.AMOUNT else grant.cap_fen
    least_fen = grant.floor_fen or most_fen
    if purchase.chosen_fen and not least_fen <= purchase.chosen_fen <= most_fen:
        raise BadInput(
            "chosen_out_of_range",
            N_("所选面额应在 %(least)s 至 %(most)s 之间"),
            least=show_yuan(least_fen),
            most=show_yuan(most_fen),
        )
    return purchase.chosen_fen or most_fen


def _apply_price_cap(item: VoucherItem, purchase: Purchase) -> tuple[int, tuple[Reason, ...]]:
    """Give how much of the price counts."""
    caps = [cap for cap in item.price_caps if cap.fits(purchase.service, purchase.level)]
    if not caps and not purchase.unit:
        return purchase.price_fen, ()
    cap = _pick_cap(caps, purchase.unit)
    counted_fen = min(purchase.price_fen, cap.cap_fen * purchase.units)
    if counted_fen == purchase.price_fen:
        return counted_fen, ()
    facts = {
        "unit": cap.unit,
        "units": purchase.units,
        "cap_fen": cap.cap_fen,
        "counted_fen": counted_fen,
    }
    return counted_fen, (Reason("price_cap", facts, N_("价格高于方案认可的单价，高出的部分自付")),)


def _pick_cap(caps: list[PriceCap], unit: str) -> PriceCap:
    for cap in caps:
        if unit in ("", cap.unit):
            return cap
    raise BadInput(
        "unit_unknown",
        N_("此服务没有计价单位“%(unit)s”，可用：%(known)s"),
        unit=unit[:40],
        known=" ".join(cap.unit for cap in caps),
    )


def _limit_voucher(
    programme: Programme, item: VoucherItem, purchase: Purchase, price_fen: int, limit_fen: int
) -> tuple[int, tuple[Reason, ...]]:
    """Share first; then the cap limits what the voucher pays."""
    wanted_fen, why = _apply_kind(programme, item, purchase, price_fen)
    is_counted = item.kind is Kind.COUNT
    left_fen = limit_fen if is_counted else max(0, limit_fen - purchase.used_fen)
    return min(wanted_fen, left_fen), (*why, *_explain_limit(wanted_fen, limit_fen, left_fen))


def _limit_price(
    programme: Programme, item: VoucherItem, purchase: Purchase, price_fen: int, limit_fen: int
) -> tuple[int, tuple[Reason, ...]]:
    """Limit the price first; then the voucher shares in what is within the cap."""
    left_fen = max(0, limit_fen - purchase.used_fen)
    voucher_fen, why = _apply_kind(programme, item, purchase, min(price_fen, left_fen))
    return voucher_fen, (*_explain_limit(price_fen, limit_fen, left_fen), *why)


def _apply_kind(
    programme: Programme, item: VoucherItem, purchase: Purchase, price_fen: int
) -> tuple[int, tuple[Reason, ...]]:
    """Give what the voucher pays of a price it covers: all of it, or its share."""
    share = find_share(
        item=item,
        service=programme.catalogue[purchase.service],
        level=purchase.level,
        household=purchase.household,
    )
    if item.kind is not Kind.DISCOUNT or share is None:
        return price_fen, ()
    why = explain_share(programme, share=share, purchase=purchase, price_fen=price_fen)
    return take_part(programme, share, price_fen), why


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
