"""Who may change the list of divisions."""

from voucher.access import Action, Role, has_role

IMPORT_DIVISIONS = Action("divisions.import", (has_role(Role.ADMIN, Role.CONSOLE),))
