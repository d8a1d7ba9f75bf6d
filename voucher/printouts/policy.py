"""Who may print, and who may take what was printed away."""

from voucher.access import Action, Role, has_role

PRINT_RUN = Action("printouts.print_run", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
PRINT_VOUCHER = Action(
    "printouts.print_voucher", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
SEE_FILES = Action("printouts.see_files", (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR),))
DOWNLOAD = Action("printouts.download", (has_role(Role.WORKER, Role.APPROVER),))
# A letter tells a level: neither the desk, nor finance, nor the administrator.
WRITE_LETTERS = Action(
    "printouts.write_letters", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
