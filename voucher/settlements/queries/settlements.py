"""Reading settlements."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    func,
    select,
)
from sqlalchemy.orm import aliased

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.db import db
from voucher.listing import Slice, Wanted, take_slice
from voucher.refusals import N_, NotFound
from voucher.settlements.models import Settlement, SettlementState
from voucher.shops.models import Shop
from voucher.shops.queries import within_scope

LIST_SORTS = ("through", "shop", "lines", "amount", "state")


_maker, _approver, _payer = aliased(Account), aliased(Account), aliased(Account)


def get_settlement(*, actor: Actor, settlement_id: int) -> Settlement:
    """
    Give a settlement of a shop of the actor's area.

    :raises NotFound: settlement_unknown.
    """
    found = db.session.scalar(
        select(Settlement)
        .join(Shop, Shop.id == Settlement.shop_id)
        .where(Settlement.id == settlement_id, within_scope(actor))
    )
    if found is None:
        raise NotFound(
            "settlement_unknown", N_("没有编号为 %(settlement)s 的结算单"), settlement=settlement_id
        )
    return found


def list_settlements() -> list[tuple[Settlement, Shop]]:
    """Give every settlement with its shop, newest first."""
    rows = db.session.execute(
        select(Settlement, Shop)
        .join(Shop, Shop.id == Settlement.shop_id)
        .order_by(Settlement.through_date.desc(), Shop.code)
    )
    return [(row[0], row[1]) for row in rows]


def count_waiting_settlements(*, actor: Actor) -> int:
    """Count the settlements another finance account made, which wait for approval."""
    return _count_settlements(
        Settlement.state == SettlementState.MADE, Settlement.made_by != actor.account_id
    )


def count_unpaid_settlements() -> int:
    """Count the settlements that are approved and not paid yet."""
    return _count_settlements(Settlement.state == SettlementState.APPROVED)


def _count_settlements(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Settlement.id)).where(*conditions)) or 0


def slice_settlements(
    *, actor: Actor, wanted: Wanted, state: str, shop: str, through: date | None
) -> tuple[Slice[Any], Any]:
    """Give part of the settlements, newest first, and the sums of all that were asked for."""
    query = _select_rows().where(within_scope(actor))
    if state:
        query = query.where(Settlement.state == state)
    if shop:
        query = query.where(Shop.name.contains(shop, autoescape=True) | (Shop.code == shop.upper()))
    if through is not None:
        query = query.where(Settlement.through_date == through)
    columns = (
        *(Settlement.through_date, Shop.code, Settlement.lines),
        *(Settlement.amount_fen, Settlement.state),
    )
    sorts: dict[str, Any] = dict(zip(LIST_SORTS, columns, strict=True))
    whole = query.subquery()
    sums = select(*(_sum(whole.c[name]).label(name) for name in ("lines", "amount_fen", "held")))
    ordered = query.order_by(Settlement.through_date.desc(), Shop.code)
    found = take_slice(ordered, wanted=wanted, sorts=sorts, last=Settlement.id.asc())
    return found, db.session.execute(sums).one()


def _sum(column: Any) -> ColumnElement[int]:
    # PostgreSQL sums whole numbers as decimals; fen are whole.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _select_rows() -> Any:
    return (
        select(
            *(Settlement.id, Settlement.shop_id, Settlement.through_date, Settlement.cut_at),
            *(Settlement.lines, Settlement.amount_fen, Settlement.held, Settlement.state),
            *(Settlement.bank, Settlement.holder, Settlement.number_tail, Settlement.bank_ref),
            *(Settlement.made_by, Settlement.made_at, Settlement.approved_at, Settlement.paid_at),
            *(Shop.code.label("shop_code"), Shop.name.label("shop_name")),
            _maker.name.label("maker"),
            _approver.name.label("approver"),
            _payer.name.label("payer"),
        )
        .join(Shop, Shop.id == Settlement.shop_id)
        .join(_maker, _maker.id == Settlement.made_by)
        .outerjoin(_approver, _approver.id == Settlement.approved_by)
        .outerjoin(_payer, _payer.id == Settlement.paid_by)
    )


def get_row(*, actor: Actor, settlement_id: int) -> Any:
    """
    Give one settlement as `slice_settlements` does.

    :raises NotFound: settlement_unknown.
    """
    get_settlement(actor=actor, settlement_id=settlement_id)
    return db.session.execute(_select_rows().where(Settlement.id == settlement_id)).one()


def list_in_state(*, actor: Actor, state: SettlementState) -> list[Any]:
    """Give the settlements of the actor's area in one state, as `slice_settlements` does."""
    query = _select_rows().where(within_scope(actor), Settlement.state == state)
    return list(db.session.execute(query.order_by(Settlement.through_date, Shop.code)))
