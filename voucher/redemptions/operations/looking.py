"""A till looks at a voucher before it asks for money."""

from datetime import datetime, timedelta
from typing import Any

from voucher.access import Actor
from voucher.redemptions.operations.attempting import guard_typing, record_attempt
from voucher.redemptions.queries import Found, Read, Reader, get_found, guess_mode, read_code
from voucher.redemptions.rules import Mode, RedemptionRefused
from voucher.refusals import N_
from voucher.schemes.queries import get_programme_version
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
