"""Who may write down a stay in hospital, and who may know of it."""

from voucher.access import Action, Role, has_role

RECORD_STAY = Action("stays.record", (has_role(Role.WORKER, Role.APPROVER),))
LIST_STAYS = Action("stays.list", (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR),))
