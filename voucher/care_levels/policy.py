"""Who may grade, confirm, send back and see levels, and who deals with appeals."""

from voucher.access import Action, Role, has_role

GRADE = Action("care_levels.grade", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
CONFIRM = Action("care_levels.confirm", (has_role(Role.APPROVER),))
REJECT = Action("care_levels.reject", (has_role(Role.APPROVER),))
LIST_LEVELS = Action(
    "care_levels.list",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.ASSESSOR),),
)
# The desk hears an appeal on the telephone and tells how far it is; it never sees a level.
REGISTER_APPEAL = Action(
    "care_levels.register_appeal", (has_role(Role.WORKER, Role.DESK, Role.APPROVER),)
)
WITHDRAW_APPEAL = Action(
    "care_levels.withdraw_appeal", (has_role(Role.WORKER, Role.DESK, Role.APPROVER),)
)
LIST_APPEALS = Action(
    "care_levels.list_appeals",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.ASSESSOR, Role.DESK),),
)
ASSESS_APPEAL = Action("care_levels.assess_appeal", (has_role(Role.WORKER, Role.ASSESSOR),))
DECIDE_APPEAL = Action("care_levels.decide_appeal", (has_role(Role.APPROVER),))
