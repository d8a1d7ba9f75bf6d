"""The laws of shops, recomputed from their rows."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from voucher.db import db
from voucher.laws import Breach, Check, Finding
from voucher.shops.models import ShopAccount, ShopService


def check_one_price_and_payee() -> Finding:
    """I09: on any day a shop has at most one price a service, and at most one account is paid."""
    prices, later_prices = aliased(ShopService), aliased(ShopService)
    accounts, later_accounts = aliased(ShopAccount), aliased(ShopAccount)
    overlapping_prices = select(prices.id, later_prices.id).join(
        later_prices,
        and_(later_prices.service == prices.service, _overlap(prices, later_prices)),
    )
    overlapping_accounts = (
        select(accounts.id, later_accounts.id)
        .join(later_accounts, _overlap(accounts, later_accounts))
        .where(accounts.approved_by.is_not(None), later_accounts.approved_by.is_not(None))
    )
    breaches = [
        Breach("I09", f"{table} {first}", {"overlaps": second})
        for table, query in (
            ("shop_service", overlapping_prices),
            ("shop_account", overlapping_accounts),
        )
        for first, second in db.session.execute(query)
    ]
    return Finding(_count(ShopService) + _count(ShopAccount), breaches)


def _overlap(first: Any, second: Any) -> ColumnElement[bool]:
    """Two periods of one shop share a day; one that ends where it begins has no day."""
    return and_(
        second.shop_id == first.shop_id,
        second.id > first.id,
        _has_a_day(first),
        _has_a_day(second),
        or_(first.to_date.is_(None), second.from_date < first.to_date),
        or_(second.to_date.is_(None), first.from_date < second.to_date),
    )


def _has_a_day(row: Any) -> ColumnElement[bool]:
    return or_(row.to_date.is_(None), row.from_date < row.to_date)


def _count(table: type[ShopService] | type[ShopAccount]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


CHECKS: dict[str, Check] = {"I09": check_one_price_and_payee}
