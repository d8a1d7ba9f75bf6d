"""Who may see the pages of the whole chain."""

from voucher.access import Action, Role, has_role, is_signed_in

SEE_HOME = Action("overview.see_home", (is_signed_in,))
# Levels and situations: neither the desk, nor finance, nor the administrator.
SEE_FILE = Action(
    "overview.see_file",
    (has_role(Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR),),
)
REVEAL_NUMBER = Action(
    "overview.reveal_number", (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR),)
)
SEARCH = Action(
    "overview.search",
    (has_role(Role.WORKER, Role.ASSESSOR, Role.APPROVER, Role.AUDITOR, Role.FINANCE),),
)
# The telephone is the desk's alone: a worker meets people and papers, not voices.
ANSWER_CALLS = Action("overview.answer_calls", (has_role(Role.DESK),))
LIST_CASES = Action(
    "overview.list_cases",
    (has_role(Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR),),
)
