"""The one way an account's events are written."""

from datetime import datetime

from voucher.access import Actor
from voucher.audit.operations import record_event


def record_account_event(
    actor: Actor, action: str, account_id: object, now: datetime, **facts: object
) -> None:
    """Write what was done to an account, in the transaction of the deed."""
    record_event(
        actor=actor,
        action=action,
        subject_kind="account",
        subject_id=account_id,
        now=now,
        facts=facts,
    )


def record_list_export(*, actor: Actor, rows: int, now: datetime) -> None:
    """Write that the list of people who sign in left the system as a workbook."""
    record_account_event(actor, "accounts.export_list", "", now, rows=rows)
