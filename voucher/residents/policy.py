"""Who keeps the roster."""

from voucher.access import Action, Role, has_role

IMPORT_ROSTER = Action("residents.import", (has_role(Role.WORKER, Role.CONSOLE),))
