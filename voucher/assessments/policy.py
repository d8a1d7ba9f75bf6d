"""Who may assess, bring assessments in, and read them."""

from voucher.access import Action, Role, has_role

IMPORT_ASSESSMENTS = Action(
    "assessments.import", (has_role(Role.WORKER, Role.ASSESSOR, Role.CONSOLE),)
)
RECORD_ASSESSMENT = Action("assessments.record", (has_role(Role.WORKER, Role.ASSESSOR),))
# The second assessor's part; the draft itself says who may not.
CONFIRM_ASSESSMENT = Action("assessments.confirm", (has_role(Role.WORKER, Role.ASSESSOR),))
# Health data: neither the desk, nor finance, nor the administrator.
FIND_ASSESSMENTS = Action(
    "assessments.find", (has_role(Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR),)
)
