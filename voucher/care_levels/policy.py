"""Who may grade and who confirms."""

from voucher.access import Action, Role, has_role

GRADE = Action("care_levels.grade", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
CONFIRM = Action("care_levels.confirm", (has_role(Role.APPROVER),))
