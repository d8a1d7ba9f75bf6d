"""Making an installation."""

from datetime import datetime

from voucher.access import Actor
from voucher.accounts.operations.keeping import add_console
from voucher.audit.operations import record_event
from voucher.config import Home, read_key
from voucher.divisions.operations import found_installation
from voucher.signing import create_key, rotate_key

FOUNDER = Actor(key="system:init", name="init", channel="console")


def install(*, home: Home, now: datetime) -> None:
    """Fit a fresh database to its home: district and mark, the console's account, a signing key."""
    found_installation(actor=FOUNDER, district_code=home.district, kind=home.kind, now=now)
    add_console(actor=FOUNDER, now=now)
    create_key(home.path / "keys", wrapping_key=read_key(home, "wrap"), now=now)


def rotate(*, actor: Actor, home: Home, now: datetime) -> int:
    """Let new prints be signed by a new key, and give its kid; older prints keep their own."""
    key = rotate_key(home.path / "keys", wrapping_key=read_key(home, "wrap"), now=now)
    record_event(
        actor=actor,
        action="upkeep.rotate_key",
        subject_kind="key",
        subject_id=key.kid,
        now=now,
    )
    return key.kid
