"""The rehearsal's shopping: a share of the sample vouchers is spent, tried twice, taken back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from voucher import clock
from voucher.access import Actor
from voucher.codes import show_print_code
from voucher.config import Home
from voucher.db import db, transaction
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.queries.paper import Reader
from voucher.redemptions.rules.taking import Claim, RedemptionRefused
from voucher.schemes.queries import get_programme_version
from voucher.schemes.rules.programmes import Kind
from voucher.shops.models import Shop, ShopService
from voucher.shops.rules.states import ShopState
from voucher.signing import load_ring
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.rules import PrintState, VoucherState

# One voucher in four is spent; of these one in ten is shown a second time, one in forty undone.
SPENT, SHOWN_TWICE, UNDONE = 4, 10, 40


def shop_around(*, actor: Actor, home: Home, name: str) -> dict[str, int]:
    """
    Spend the active vouchers at shops that offer their services; give what was answered.

    `name` tells the attempts of one outing from those of another.
    """
    reader = Reader(
        host=home.host,
        keyring=load_ring(home),
        test_allowed=True,
    )
    counted: Counter[str] = Counter()
    for number, (code, claim, shop_id) in enumerate(_list_errands()):
        till = replace(actor, shop_id=shop_id)
        first = _present(till, code, claim, reader, f"{name}-{number}")
        counted[_word(first)] += 1
        if number % SHOWN_TWICE == 0:
            counted[_word(_present(till, code, claim, reader, f"{name}-{number}-again"))] += 1
        if number % UNDONE == 0 and isinstance(first, dict):
            with transaction():
                reverse_redemption(
                    actor=till,
                    redemption_id=first["redemption"],
                    reason="演示撤销",
                    may_reverse_late=False,
                    now=clock.now(),
                )
            counted["reversed"] += 1
    return dict(counted)


def _present(
    till: Actor, code: str, claim: Claim, reader: Reader, key: str
) -> dict[str, Any] | RedemptionRefused:
    with transaction():
        return attempt_redemption(
            actor=till, text=code, reader=reader, claim=claim, client_key=key, now=clock.now()
        )


def _word(outcome: dict[str, Any] | RedemptionRefused) -> str:
    if isinstance(outcome, RedemptionRefused):
        return f"refused {outcome.word}"
    return "accepted"


def _list_errands() -> Iterator[tuple[str, Claim, int]]:
    offers = _list_offers()
    rows = db.session.execute(
        select(Voucher.id, Voucher.item, Voucher.kind, Voucher.scheme_version_id, Print.code)
        .join(Print, Print.voucher_id == Voucher.id)
        .where(Voucher.state == VoucherState.ACTIVE, Print.state == PrintState.LIVE)
        .order_by(Voucher.id)
    ).all()
    for number, row in enumerate(rows[::SPENT]):
        programme = get_programme_version(row.scheme_version_id)
        item = next(item for item in programme.items if item.id == row.item)
        services = [service for service in item.services if service in offers]
        service = services[number % len(services)]
        shop_id, price_fen = offers[service][number % len(offers[service])]
        price = price_fen if row.kind == Kind.DISCOUNT else None
        yield show_print_code(row.code), Claim(service=service, price_fen=price), shop_id


def _list_offers() -> dict[str, list[tuple[int, int]]]:
    offers: dict[str, list[tuple[int, int]]] = {}
    rows = db.session.execute(
        select(ShopService.service, ShopService.shop_id, ShopService.price_fen)
        .join(Shop, Shop.id == ShopService.shop_id)
        .where(Shop.state == ShopState.APPROVED, ShopService.to_date.is_(None))
        .order_by(ShopService.shop_id, ShopService.service)
    )
    for service, shop_id, price_fen in rows:
        offers.setdefault(service, []).append((shop_id, price_fen))
    return offers
