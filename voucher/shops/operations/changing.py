"""Writing one shop, its account and its prices as an import wants them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from voucher.access import Actor
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.sealing import blind_index, seal, unseal
from voucher.shops.models import Shop, ShopAccount, ShopService
from voucher.shops.queries import NUMBER_COLUMN, PHONE_COLUMN
from voucher.shops.rules.service_rows import ServiceRow
from voucher.shops.rules.shop_rows import ShopRow
from voucher.shops.rules.states import ShopState

# What an event says of a change: before and after, but of a sealed value only that it changed.
Changes = dict[str, Any]
_SEALED = "sealed"
_PLAIN = ("name", "registration", "licence", "address", "contact", "hours")


def add_shop(*, actor: Actor, row: ShopRow, community_id: int, now: datetime) -> Shop:
    """Propose a shop with its bank account."""
    assert actor.account_id is not None
    shop = Shop(
        code=row.code,
        community_id=community_id,
        phone_sealed=_seal_phone(row),
        state=ShopState.PROPOSED,
        proposed_by=actor.account_id,
        proposed_at=now,
        **{name: getattr(row, name) for name in _PLAIN},
    )
    db.session.add(shop)
    db.session.flush()
    _propose_account(shop, row, actor.account_id)
    return shop


def change_shop(
    *, actor: Actor, shop: Shop, row: ShopRow, community_id: int, now: datetime, today: date
) -> Changes:
    """
    Bring a known shop to what a row says and tell what changed.

    Whoever changes a proposed shop becomes its proposer, so that he cannot approve it.
    """
    assert actor.account_id is not None
    wanted = {name: getattr(row, name) for name in _PLAIN} | {"community_id": community_id}
    changes: Changes = {
        name: [getattr(shop, name), value]
        for name, value in wanted.items()
        if getattr(shop, name) != value
    }
    for name in changes:
        setattr(shop, name, wanted[name])
    if row.phone != _open_phone(shop):
        shop.phone_sealed = _seal_phone(row)
        changes["phone"] = _SEALED
    if _change_account(shop, row, actor.account_id, today):
        changes["account"] = _SEALED
    if changes and shop.state == ShopState.PROPOSED:
        shop.proposed_by, shop.proposed_at = actor.account_id, now
    db.session.flush()
    return changes


def _seal_phone(row: ShopRow) -> bytes | None:
    return seal(row.phone, column=PHONE_COLUMN, row=row.code) if row.phone else None


def _open_phone(shop: Shop) -> str | None:
    if shop.phone_sealed is None:
        return None
    return unseal(shop.phone_sealed, column=PHONE_COLUMN, row=shop.code)


def _propose_account(shop: Shop, row: ShopRow, proposer: int) -> None:
    db.session.add(
        ShopAccount(
            shop_id=shop.id,
            bank=row.bank,
            holder=row.holder,
            number_sealed=seal(row.account, column=NUMBER_COLUMN, row=shop.code),
            number_index=blind_index(row.account, column=NUMBER_COLUMN),
            number_tail=row.account[-4:],
            proposed_by=proposer,
        )
    )
    db.session.flush()


def _change_account(shop: Shop, row: ShopRow, proposer: int, today: date) -> bool:
    """Propose the row's account unless it is the newest already; tell whether that was a change."""
    accounts = db.session.scalars(
        select(ShopAccount).where(ShopAccount.shop_id == shop.id, ShopAccount.to_date.is_(None))
    ).all()
    waiting = next((account for account in accounts if account.approved_by is None), None)
    in_force = next((account for account in accounts if account.approved_by is not None), None)
    newest = waiting or in_force
    if newest is not None and _is_account(newest, row):
        return False
    if waiting is not None:
        _withdraw(waiting, today)
    if in_force is None or not _is_account(in_force, row):
        _propose_account(shop, row, proposer)
    return True


def _is_account(account: ShopAccount, row: ShopRow) -> bool:
    index = blind_index(row.account, column=NUMBER_COLUMN)
    return (account.bank, account.holder, account.number_index) == (row.bank, row.holder, index)


def _withdraw(account: ShopAccount, today: date) -> None:
    withdraw = (
        update(ShopAccount)
        .where(
            ShopAccount.id == account.id,
            ShopAccount.approved_by.is_(None),
            ShopAccount.to_date.is_(None),
        )
        .values(to_date=today)
    )
    if count_changed(withdraw) != 1:
        raise _changed_meanwhile()


def change_prices(
    *,
    shop_id: int,
    present: dict[str, ShopService],
    rows: Collection[ServiceRow],
    ends_others: bool,
    today: date,
) -> dict[str, list[int | None]]:
    """
    Publish a shop's prices from today and tell before and after, in fen, of each that changed.

    With `ends_others` the services it no longer lists end today.
    """
    changes: dict[str, list[int | None]] = {}
    for row in rows:
        before = present.get(row.service)
        if before is not None and before.price_fen == row.price_fen:
            continue
        if before is not None:
            _end_service(before, today)
        db.session.add(
            ShopService(
                shop_id=shop_id, service=row.service, price_fen=row.price_fen, from_date=today
            )
        )
        changes[row.service] = [before.price_fen if before else None, row.price_fen]
    listed = {row.service for row in rows}
    for service in sorted(present.keys() - listed if ends_others else ()):
        _end_service(present[service], today)
        changes[service] = [present[service].price_fen, None]
    db.session.flush()
    return changes


def _end_service(row: ShopService, today: date) -> None:
    end = (
        update(ShopService)
        .where(ShopService.id == row.id, ShopService.to_date.is_(None))
        .values(to_date=today)
    )
    if count_changed(end) != 1:
        raise _changed_meanwhile()


def _changed_meanwhile() -> Refusal:
    return Refusal("changed_meanwhile", N_("商户资料刚被另一次操作修改，请重新导入"))
