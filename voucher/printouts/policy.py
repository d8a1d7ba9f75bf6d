"""Who may print, and who may take what was printed away."""

from voucher.access import Action, Role, has_role

PRINT_RUN = Action("printouts.print_run", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
PRINT_VOUCHER = Action(
    "printouts.print_voucher", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
SEE_FILES = Action(
    "printouts.see_files",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.CONSOLE),),
)
PREFLIGHT = Action("printouts.preflight", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
# Whoever prints answers for the paper: it gives nobody anything before its handover, the money has
# had its second person, and what is wrong with a code is found by reading it, not by rank.
RELEASE = Action("printouts.release", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
DOWNLOAD = Action("printouts.download", (has_role(Role.WORKER, Role.APPROVER),))
# A letter tells a level: neither the desk, nor finance, nor the administrator.
WRITE_LETTERS = Action(
    "printouts.write_letters", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),)
)
