"""Who may print."""

from voucher.access import Action, Role, has_role

PRINT_RUN = Action("printouts.print_run", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
PRINT_VOUCHER = Action(
    "printouts.print_voucher", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
