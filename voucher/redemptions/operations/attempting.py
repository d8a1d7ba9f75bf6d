"""Refused attempts are kept; too many typed codes that name nothing stop a till's typing."""

import math
from datetime import datetime, timedelta

from sqlalchemy import select

from voucher.access import Actor
from voucher.db import db
from voucher.redemptions.models import Attempt
from voucher.redemptions.rules.taking import Mode
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.shops.models import Device

# A code of 64 random bits is not found by guessing; this keeps anybody from trying at all.
MISSES_AN_HOUR, MISSES_A_TILL = 10, 50
_HOUR = timedelta(hours=1)


class TypingPaused(Refusal):
    """Too many typed codes of the last hour named nothing; scans still work."""

    status = 429


def record_attempt(
    *, actor: Actor, voucher_id: int | None, mode: Mode, reason: str, now: datetime
) -> None:
    """Keep a refused attempt: the refusal itself wrote nothing."""
    db.session.add(
        Attempt(
            attempted_at=now,
            shop_id=actor.shop_id,
            device_id=actor.device_id,
            voucher_id=voucher_id,
            mode=mode,
            reason=reason,
        )
    )
    db.session.flush()


def guard_typing(*, actor: Actor, now: datetime) -> None:
    """
    Let a till type a code unless too many of its typed codes named nothing.

    :raises TypingPaused: too_many_attempts, after ten of the last hour.
    :raises NotAllowed: typing_locked, after fifty in all; enrolling the till again unlocks it.
    """
    if actor.device_id is None:
        return
    # One typed code of a till at a time, or ten sent at once would all pass the count.
    db.session.execute(select(Device.id).where(Device.id == actor.device_id).with_for_update())
    misses = db.session.scalars(
        select(Attempt.attempted_at)
        .where(
            Attempt.device_id == actor.device_id,
            Attempt.mode == Mode.TYPED,
            Attempt.reason == "unknown",
        )
        .order_by(Attempt.attempted_at.desc())
        .limit(MISSES_A_TILL)
    ).all()
    if len(misses) >= MISSES_A_TILL:
        raise NotAllowed("typing_locked", N_("本机输错短码太多，已停止手工输入；请重新绑定本机"))
    if len(misses) < MISSES_AN_HOUR:
        return
    wait = misses[MISSES_AN_HOUR - 1] + _HOUR - now
    if wait > timedelta():
        raise TypingPaused(
            "too_many_attempts",
            N_("输错短码太多，请在 %(retry_after)s 秒后再输，或改用扫码"),
            retry_after=math.ceil(wait.total_seconds()),
        )
