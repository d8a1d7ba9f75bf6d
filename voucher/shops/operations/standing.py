"""What a shop may do at the moment: suspended and reopened, its PIN taken back."""

from datetime import datetime

from sqlalchemy import update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed
from voucher.refusals import N_, BadInput, Refusal
from voucher.shops.models import Shop
from voucher.shops.queries import get_shop
from voucher.shops.rules.states import ShopState

MAX_REASON = 200


def suspend_shop(*, actor: Actor, shop_code: str, reason: str, now: datetime) -> None:
    """
    Stop a shop at once: its tills are refused from now on; what it is owed stays owed.

    :raises NotFound: shop_unknown. :raises BadInput: reason_missing.
    :raises Refusal: shop_state, unless it is approved.
    """
    _move(actor, shop_code, ShopState.APPROVED, ShopState.SUSPENDED, reason, now)


def reopen_shop(*, actor: Actor, shop_code: str, reason: str, now: datetime) -> None:
    """
    Let a suspended shop take vouchers again, with the tills it had.

    :raises NotFound: shop_unknown. :raises BadInput: reason_missing.
    :raises Refusal: shop_state, unless it is suspended.
    """
    _move(actor, shop_code, ShopState.SUSPENDED, ShopState.APPROVED, reason, now)


_NOT_NOW = {
    ShopState.SUSPENDED: N_("商户 %(shop)s 不在营业状态，不能暂停"),
    ShopState.APPROVED: N_("商户 %(shop)s 没有暂停，不用恢复"),
}
_ACTIONS = {
    ShopState.SUSPENDED: "shops.suspend_shop",
    ShopState.APPROVED: "shops.reopen_shop",
}


def _move(
    actor: Actor, code: str, before: ShopState, after: ShopState, reason: str, now: datetime
) -> None:
    shop = get_shop(code=code, actor=actor)
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise BadInput("reason_missing", N_("请写明原因（不超过200字）"))
    move = update(Shop).where(Shop.id == shop.id, Shop.state == before).values(state=after)
    if count_changed(move) != 1:
        raise Refusal("shop_state", _NOT_NOW[after], shop=code)
    _record(actor, _ACTIONS[after], code, now, {"reason": reason})


def clear_shop_pin(*, actor: Actor, shop_code: str, now: datetime) -> None:
    """
    Forget a shop's PIN: the next till that would ask for it sets a new one.

    :raises NotFound: shop_unknown.
    """
    shop = get_shop(code=shop_code, actor=actor)
    had_one = count_changed(
        update(Shop).where(Shop.id == shop.id, Shop.pin_hash.is_not(None)).values(pin_hash=None)
    )
    _record(actor, "shops.clear_shop_pin", shop_code, now, {"had_one": bool(had_one)})


def _record(actor: Actor, action: str, code: str, now: datetime, facts: dict[str, object]) -> None:
    record_event(
        actor=actor, action=action, subject_kind="shop", subject_id=code, now=now, facts=facts
    )
