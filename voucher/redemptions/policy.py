"""Who may redeem and who may take back."""

from voucher.access import Action, Role, has_role, works_a_till

REDEEM = Action("redemptions.redeem", (works_a_till, has_role(Role.CONSOLE)))
LOOK_UP = Action("redemptions.look_up", (works_a_till,))
UNDO = Action(
    "redemptions.undo",
    (works_a_till, has_role(Role.CONSOLE, Role.APPROVER, Role.FINANCE)),
)
REVERSE_LATE = Action(
    "redemptions.reverse_late", (has_role(Role.APPROVER, Role.FINANCE),), is_grave=True
)
WORK_TILL = Action("redemptions.work_till", (works_a_till,))
QUOTE = Action("redemptions.quote", (works_a_till,))
LIST_TODAY = Action("redemptions.list_today", (works_a_till,))
RECORD_DEPARTURES = Action(
    "redemptions.record_departures", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
DECIDE_USE = Action(
    "redemptions.decide_use", (has_role(Role.APPROVER, Role.FINANCE),), is_grave=True
)
LIST_REDEMPTIONS = Action(
    "redemptions.list", (has_role(Role.APPROVER, Role.FINANCE, Role.AUDITOR),)
)
