"""Who may keep an installation."""

from voucher.access import Action, Role, has_role

SET_CLOCK = Action("upkeep.set_clock", (has_role(Role.CONSOLE, Role.ADMIN),))
VERIFY = Action("upkeep.verify", (has_role(Role.CONSOLE, Role.AUDITOR, Role.ADMIN),))
KEEP_KEYS = Action("upkeep.keep_keys", (has_role(Role.CONSOLE, Role.ADMIN),))
WORK = Action("upkeep.work", (has_role(Role.CONSOLE),))
REHEARSE = Action("upkeep.rehearse", (has_role(Role.CONSOLE),))
