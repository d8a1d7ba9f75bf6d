"""Who may see the pages of the whole chain."""

from voucher.access import Action, Role, has_role, is_signed_in

SEE_HOME = Action("overview.see_home", (is_signed_in,))
LIST_CASES = Action(
    "overview.list_cases",
    (has_role(Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR),),
)
