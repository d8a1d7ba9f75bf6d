"""Who makes, approves and pays settlements. Maker is never checker: the table says so."""

from voucher.access import Action, Role, has_role

MAKE = Action("settlements.make", (has_role(Role.FINANCE),), is_grave=True)
PREVIEW = Action("settlements.preview", (has_role(Role.FINANCE),))
APPROVE = Action("settlements.approve", (has_role(Role.FINANCE),), is_grave=True)
PAY = Action("settlements.pay", (has_role(Role.FINANCE),), is_grave=True)
LIST = Action("settlements.list", (has_role(Role.FINANCE, Role.AUDITOR),))
SEE_PAYMENTS = Action("settlements.see_payments", (has_role(Role.FINANCE),))
# The one place where account numbers stand in full.
READ_ACCOUNTS = Action("settlements.read_accounts", (has_role(Role.FINANCE),), is_grave=True)
# What a shop took today: for who looks after shops, and for who pays them.
SEE_TODAY = Action(
    "settlements.see_today",
    (has_role(Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR),),
)
