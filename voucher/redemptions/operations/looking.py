"""A till looks at a voucher before it asks for money, and asks how a price would be divided."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from voucher.access import Actor
from voucher.periods import CHINA, local_date
from voucher.redemptions.operations.attempting import guard_typing, record_attempt
from voucher.redemptions.operations.redeeming import judge_use
from voucher.redemptions.queries.paper import (
    Found,
    Holder,
    Read,
    Reader,
    get_found,
    get_holder,
    guess_mode,
    read_code,
    was_used_here,
)
from voucher.redemptions.queries.uses import find_last_use
from voucher.redemptions.rules.taking import (
    Claim,
    Mode,
    RedemptionRefused,
    Seen,
    Taking,
    check_voucher,
    find_status,
)
from voucher.refusals import N_
from voucher.schemes.queries import get_programme_version, get_service
from voucher.schemes.rules.services import Service
from voucher.schemes.rules.values import Words
from voucher.shops.queries import list_prices
from voucher.vouchers.rules import PrintState, VoucherState


def look_up_voucher(
    *, actor: Actor, text: str, reader: Reader, now: datetime
) -> dict[str, Any] | RedemptionRefused:
    """
    Tell what a voucher is and what is left of it; nothing of whose it is.

    A refusal is kept as an attempt and given back, not raised, as in `attempt_redemption`.

    :raises TypingPaused: too_many_attempts. :raises NotAllowed: typing_locked.
    """
    read: Read | None = None
    try:
        read = read_code(text=text, reader=reader)
        if read.mode is Mode.TYPED:
            guard_typing(actor=actor, now=now)
        found = get_found(print_code=read.print_code)
        if found.seen.print_state == PrintState.DEAD and found.seen.state != VoucherState.VOID:
            raise RedemptionRefused("superseded", N_("此券已补印，请出示新的那张"))
        return _show(found)
    except RedemptionRefused as refusal:
        record_attempt(
            actor=actor,
            voucher_id=None,
            mode=read.mode if read else guess_mode(text),
            reason=refusal.word,
            now=now,
        )
        return refusal


@dataclass(frozen=True, slots=True)
class Offer:
    """A voucher that can be used here and now: what it is, whose, and for which prices in fen."""

    found: Found
    programme: Words
    holder: Holder
    services: tuple[tuple[Service, int], ...]


def inspect_voucher(
    *, actor: Actor, text: str, reader: Reader, now: datetime
) -> Offer | RedemptionRefused:
    """
    Tell a till's clerk what the voucher is and what this shop can do for it, or why nothing.

    A refusal is kept as an attempt and given back, not raised, as in `attempt_redemption`.

    :raises TypingPaused: too_many_attempts. :raises NotAllowed: typing_locked.
    """
    read: Read | None = None
    found: Found | None = None
    try:
        read = read_code(text=text, reader=reader)
        if read.mode is Mode.TYPED:
            guard_typing(actor=actor, now=now)
        found = get_found(print_code=read.print_code)
        return _offer(actor, found, now)
    except RedemptionRefused as refusal:
        record_attempt(
            actor=actor,
            voucher_id=found.seen.voucher_id if found else None,
            mode=read.mode if read else guess_mode(text),
            reason=refusal.word,
            now=now,
        )
        return refusal


def quote_redemption(
    *, actor: Actor, text: str, reader: Reader, claim: Claim, now: datetime
) -> Taking | RedemptionRefused:
    """
    Tell how the price of a use would be divided now; nothing is taken.

    A code that names nothing is kept as an attempt, so that asking for prices is no way to guess.

    :raises BadInput: a fault of the claim. :raises TypingPaused: too_many_attempts.
    :raises NotAllowed: typing_locked.
    """
    mode = guess_mode(text)
    try:
        read = read_code(text=text, reader=reader)
        if read.mode is Mode.TYPED:
            guard_typing(actor=actor, now=now)
        found = get_found(print_code=read.print_code)
        return judge_use(actor=actor, found=found, claim=claim, now=now)
    except RedemptionRefused as refusal:
        if refusal.word == "unknown":
            record_attempt(actor=actor, voucher_id=None, mode=mode, reason=refusal.word, now=now)
        return refusal


@dataclass(frozen=True, slots=True)
class Glance:
    """What anybody may know of a voucher who holds its paper: nothing of whose it is."""

    status: str
    seen: Seen
    services: tuple[Service, ...]


def glance_at_voucher(*, text: str, reader: Reader, today: date) -> Glance | None:
    """
    Tell a stranger what stands on the paper and whether it still counts; writes nothing.

    The signature is proved before anything is looked up; without proof, and for a print nobody
    knows, the answer is the same None.
    """
    try:
        found = get_found(print_code=read_code(text=text, reader=reader).print_code)
    except RedemptionRefused:
        return None
    programme = get_programme_version(found.scheme_version_id)
    item = next(item for item in programme.items if item.id == found.seen.item)
    services = tuple(get_service(code) for code in item.services)
    return Glance(find_status(found.seen, today=today), found.seen, services)


def explain_use(
    *, actor: Actor, text: str, reader: Reader, refusal: RedemptionRefused, now: datetime
) -> RedemptionRefused:
    """Add to a refusal for what was used before when that was; any other is given back."""
    if refusal.word not in ("used", "already_yours"):
        return refusal
    is_ours = refusal.word == "already_yours"
    found = get_found(print_code=read_code(text=text, reader=reader).print_code)
    used_at = find_last_use(
        voucher_id=found.seen.voucher_id, shop_id=actor.shop_id if is_ours else None
    )
    if used_at is None:
        return refusal
    local = used_at.astimezone(CHINA)
    if not is_ours:
        # Never where: that is nobody's business but the district's.
        return RedemptionRefused("used", N_("已于 %(day)s 核销"), day=local.date())
    is_today = local.date() == local_date(now)
    when = f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}"
    return RedemptionRefused("already_yours", N_("本店 %(when)s 已核销"), when=when)


def _offer(actor: Actor, found: Found, now: datetime) -> Offer:
    assert actor.shop_id is not None
    seen, today = found.seen, local_date(now)
    used_here = seen.state == VoucherState.USED and was_used_here(
        voucher_id=seen.voucher_id, shop_id=actor.shop_id
    )
    check_voucher(seen, today=today, used_here=used_here)
    programme = get_programme_version(found.scheme_version_id)
    item = next(item for item in programme.items if item.id == seen.item)
    prices = list_prices(actor=actor, day=today).get(actor.shop_id, {})
    services = tuple((get_service(code), prices[code]) for code in item.services if code in prices)
    if not services:
        raise RedemptionRefused(
            "class", N_("本店不能使用“%(service)s”券"), service=" ".join(item.services)
        )
    holder = get_holder(resident_id=found.resident_id, on=seen.period_from)
    return Offer(found, programme.paper_name, holder, services)


def _show(found: Found) -> dict[str, Any]:
    seen = found.seen
    programme = get_programme_version(found.scheme_version_id)
    item = next(item for item in programme.items if item.id == seen.item)
    return {
        "serial": found.serial,
        "kind": str(seen.kind),
        "services": list(item.services),
        # To a till a voucher on hold is no active one, whatever its life says.
        "state": "held" if seen.held_reason is not None else str(seen.state),
        "balance_fen": seen.balance_fen,
        "balance_uses": seen.balance_uses,
        "valid_from": seen.period_from.isoformat(),
        # As on the paper, the last day it counts.
        "valid_to": (seen.period_to - timedelta(days=1)).isoformat(),
    }
