"""Who may read what was done."""

from voucher.access import Action, Role, has_role

READ_EVENTS = Action("audit.read_events", (has_role(Role.AUDITOR),))
