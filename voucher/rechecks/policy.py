"""Who draws, who assesses again, and who may read how far assessors agree."""

from voucher.access import Action, Role, has_role

DRAW_RECHECKS = Action("rechecks.draw", (has_role(Role.APPROVER),))
LIST_RECHECKS = Action(
    "rechecks.list",
    (has_role(Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR),),
)
RECORD_RECHECK = Action("rechecks.record", (has_role(Role.WORKER, Role.ASSESSOR),))
# Both results, with names: whoever assesses again must not know them beforehand.
SEE_RESULTS = Action("rechecks.see_results", (has_role(Role.APPROVER, Role.AUDITOR),))
# An assessor reads his own figures and nobody else's.
SEE_AGREEMENT = Action(
    "rechecks.see_agreement", (has_role(Role.APPROVER, Role.AUDITOR, Role.ASSESSOR),)
)
