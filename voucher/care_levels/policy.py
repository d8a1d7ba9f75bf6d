"""Who may grade, who confirms and who may see levels."""

from voucher.access import Action, Role, has_role

GRADE = Action("care_levels.grade", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
CONFIRM = Action("care_levels.confirm", (has_role(Role.APPROVER),))
LIST_LEVELS = Action(
    "care_levels.list",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.ASSESSOR),),
)
