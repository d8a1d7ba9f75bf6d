"""A till's work. Nothing here decides: the operations do."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.vouchers.factories import SHOP, Town
from voucher import clock
from voucher.access import Actor
from voucher.db import transaction
from voucher.redemptions.operations.redeeming import redeem_voucher
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.queries.paper import Read
from voucher.redemptions.rules.taking import Claim, Mode

HAIRCUT = Claim(service="haircut")


def at_shop(town: Town, shop: str = SHOP) -> Actor:
    """Give the worker who stands at a shop's counter, with no till of the shop's own."""
    return replace(town.worker, shop_id=town.shops[shop])


def redeem(
    town: Town,
    code: str,
    claim: Claim = HAIRCUT,
    *,
    key: str = "key-1",
    shop: str = SHOP,
    now: datetime | None = None,
) -> dict[str, Any]:
    with transaction():
        return redeem_voucher(
            actor=at_shop(town, shop),
            read=Read(code, Mode.SCANNED),
            claim=claim,
            client_key=key,
            now=now or clock.now(),
        )


def reverse(actor: Actor, redemption_id: int, *, now: datetime | None = None) -> dict[str, Any]:
    with transaction():
        return reverse_redemption(
            actor=actor,
            redemption_id=redemption_id,
            reason="记错了",
            may_reverse_late=True,
            now=now or clock.now(),
        )
