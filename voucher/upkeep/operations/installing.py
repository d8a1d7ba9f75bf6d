"""Making an installation."""

from datetime import datetime

from voucher.access import Actor
from voucher.accounts.operations import add_console
from voucher.audit.operations import record_event
from voucher.config import Home
from voucher.db import db
from voucher.divisions.models import Installation


def install(*, actor: Actor, home: Home, now: datetime) -> None:
    """Tie a fresh database to its home: the district, the mark, and the console's account."""
    db.session.add(Installation(id=1, district_code=home.district, kind=home.kind, made_at=now))
    record_event(
        actor=actor,
        action="upkeep.install",
        subject_kind="district",
        subject_id=home.district,
        now=now,
        facts={"kind": home.kind},
    )
    add_console(actor=actor, now=now)
