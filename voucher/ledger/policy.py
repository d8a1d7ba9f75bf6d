"""Who may set and approve budgets."""

from voucher.access import Action, Role, has_role

SET_BUDGET = Action("ledger.set_budget", (has_role(Role.FINANCE),))
APPROVE_BUDGET = Action("ledger.approve_budget", (has_role(Role.FINANCE),), is_grave=True)
LIST_BUDGETS = Action(
    "ledger.list_budgets",
    (has_role(Role.FINANCE, Role.AUDITOR, Role.APPROVER, Role.CONSOLE),),
)
