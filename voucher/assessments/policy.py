"""Who may bring in assessments."""

from voucher.access import Action, Role, has_role

IMPORT_ASSESSMENTS = Action(
    "assessments.import", (has_role(Role.WORKER, Role.ASSESSOR, Role.CONSOLE),)
)
