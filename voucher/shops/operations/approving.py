"""Approving shops and their bank accounts: what one person proposed, another puts in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.shops.models import Shop, ShopAccount
from voucher.shops.queries import (
    get_shop,
    list_shops,
    list_waiting_accounts,
    shop_unknown,
    within_scope,
)
from voucher.shops.rules.states import ACCOUNT_COOLING, ShopState


@dataclass(frozen=True, slots=True)
class Approvals:
    """Codes of the shops approved, those whose account was, and those left: own proposals."""

    shops: list[str]
    accounts: list[str]
    own: list[str]


class Chosen(NamedTuple):
    """A shop chosen for approval, with the waiting account that was shown of it."""

    code: str
    account_id: int | None


def approve_shops(*, actor: Actor, now: datetime, today: date) -> Approvals:
    """
    Approve whatever waits in the actor's area, except what the actor proposed.

    :raises NotAllowed: self_approve, when nothing but own proposals waits.
    """
    waiting = {shop.code for shop in list_shops(actor=actor, state=ShopState.PROPOSED)}
    waiting |= {shop.code for shop, _ in list_waiting_accounts(actor=actor)}
    done = Approvals([], [], [])
    for code in sorted(waiting):
        try:
            one = approve_shop(actor=actor, code=code, now=now, today=today)
        except NotAllowed:
            done.own.append(code)
            continue
        done.shops.extend(one.shops)
        done.accounts.extend(one.accounts)
    if done.own and not (done.shops or done.accounts):
        raise self_approve()
    return done


def approve_chosen_shops(
    *, actor: Actor, chosen: Sequence[Chosen], now: datetime, today: date
) -> Approvals:
    """
    Approve exactly what was seen of these shops, all of them or none.

    :raises NotFound: shop_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: nothing_chosen, shop_state, account_changed (another account waits by now).
    """
    if not chosen:
        raise Refusal("nothing_chosen", N_("请先勾选要批准的商户"))
    done = Approvals([], [], [])
    for code, account_id in chosen:
        shop = get_shop(code=code, actor=actor)
        # An account nobody looked at must not be paid.
        account = _find_waiting_account(shop.id)
        if account is not None and account.id != account_id:
            raise Refusal(
                "account_changed",
                N_("商户 %(shop)s 待批准的账户刚刚改过，请重新查看"),
                shop=code,
            )
        one = approve_shop(actor=actor, code=code, now=now, today=today)
        done.shops.extend(one.shops)
        done.accounts.extend(one.accounts)
    return done


def approve_shop(*, actor: Actor, code: str, now: datetime, today: date) -> Approvals:
    """
    Approve a proposed shop, its bank account, or both; another person than who proposed them.

    The account of a new shop counts from today; a changed one after three days, until when the
    earlier one is paid.

    :raises NotFound: shop_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: shop_state, when nothing waits for approval.
    """
    # The lock keeps an import from changing the account between this look and the approval.
    shop = db.session.scalar(
        select(Shop).where(Shop.code == code, within_scope(actor)).with_for_update()
    )
    if shop is None:
        raise shop_unknown(code)
    account = _find_waiting_account(shop.id)
    is_new = shop.state == ShopState.PROPOSED
    if not is_new and account is None:
        raise Refusal("shop_state", N_("商户 %(shop)s 没有待批准的内容"), shop=code)
    proposers = {shop.proposed_by} if is_new else set()
    if actor.account_id in proposers | ({account.proposed_by} if account else set()):
        raise self_approve()
    if is_new:
        _approve(shop, actor, now)
    if account:
        _put_in_force(account, actor, today if is_new else today + ACCOUNT_COOLING)
    record_event(
        actor=actor,
        action="shops.approve_shop",
        subject_kind="shop",
        subject_id=code,
        now=now,
        facts={"shop": is_new, "account": account.id if account else None},
    )
    return Approvals([code] if is_new else [], [code] if account else [], [])


def _find_waiting_account(shop_id: int) -> ShopAccount | None:
    return db.session.scalar(
        select(ShopAccount).where(
            ShopAccount.shop_id == shop_id,
            ShopAccount.approved_by.is_(None),
            ShopAccount.to_date.is_(None),
        )
    )


def _approve(shop: Shop, actor: Actor, now: datetime) -> None:
    approve = (
        update(Shop)
        .where(Shop.id == shop.id, Shop.state == ShopState.PROPOSED)
        .values(state=ShopState.APPROVED, approved_by=actor.account_id, approved_at=now)
    )
    if count_changed(approve) != 1:
        raise Refusal("shop_state", N_("商户 %(shop)s 没有待批准的内容"), shop=shop.code)


def _put_in_force(account: ShopAccount, actor: Actor, first_day: date) -> None:
    # The earlier account ends first: at no moment are there two that are paid.
    db.session.execute(
        update(ShopAccount)
        .where(
            ShopAccount.shop_id == account.shop_id,
            ShopAccount.approved_by.is_not(None),
            ShopAccount.to_date.is_(None),
        )
        .values(to_date=first_day)
    )
    approve = (
        update(ShopAccount)
        .where(
            ShopAccount.id == account.id,
            ShopAccount.approved_by.is_(None),
            ShopAccount.to_date.is_(None),
        )
        .values(approved_by=actor.account_id, from_date=first_day)
    )
    if count_changed(approve) != 1:
        raise Refusal("shop_state", N_("该账号已被另一次操作处理，请重新查看"))
