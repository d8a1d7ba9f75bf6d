"""The part of a price a discount voucher pays: which share counts, and how it is rounded."""

from fractions import Fraction

from voucher.money import take_share
from voucher.refusals import N_
from voucher.schemes.rules.programmes import (
    WHOLE_BASIS_POINTS,
    Programme,
    Rounded,
    Share,
    VoucherItem,
    get_price_type,
)
from voucher.schemes.rules.purchases import Purchase
from voucher.schemes.rules.services import Service
from voucher.schemes.rules.values import Reason


def find_share(
    *, item: VoucherItem, service: Service, level: str, household: str = ""
) -> Share | None:
    """Find the share of a service for a level: by its code first, then by its setting."""
    fitting = [share for share in item.shares if share.fits(level, household)]
    for share in fitting:
        if service.code in share.services:
            return share
    for share in fitting:
        if service.setting in share.settings:
            return share
    return None


def take_part(programme: Programme, share: Share, price_fen: int) -> int:
    """Give what the voucher pays of a price by its share, rounded as the programme states."""
    part = Fraction(_find_rounded_points(programme, share), WHOLE_BASIS_POINTS)
    rounded_fen = take_share(
        price_fen, part, rounding=programme.rounding, unit_fen=programme.rounding_unit_fen
    )
    rounded_fen = min(rounded_fen, price_fen)
    return rounded_fen if programme.rounded is Rounded.VOUCHER else price_fen - rounded_fen


def _find_rounded_points(programme: Programme, share: Share) -> int:
    if programme.rounded is Rounded.VOUCHER:
        return share.basis_points
    return WHOLE_BASIS_POINTS - share.basis_points


def explain_share(
    programme: Programme, *, share: Share, purchase: Purchase, price_fen: int
) -> tuple[Reason, ...]:
    """Say which share counted and, where the exact part is no whole unit, how it was rounded."""
    price_type = get_price_type(basis_points=share.basis_points)
    facts = {
        "service": purchase.service,
        "basis_points": share.basis_points,
        "price_type": price_type.value,
    }
    if programme.households:
        facts["household"] = purchase.household
    reason = Reason("share", facts, N_("此服务按万分之 %(basis_points)s 分担"))
    unit = WHOLE_BASIS_POINTS * programme.rounding_unit_fen
    if price_fen * _find_rounded_points(programme, share) % unit == 0:
        return (reason,)
    rounding: dict[str, str | int] = {
        "mode": programme.rounding.value,
        "unit_fen": programme.rounding_unit_fen,
    }
    if programme.rounded is Rounded.OWN:
        rounding["of"] = programme.rounded.value
    return (reason, Reason("rounded", rounding, N_("按方案的取整方式取整")))
