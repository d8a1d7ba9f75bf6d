"""Who makes, approves and pays settlements. Maker is never checker: the table says so."""

from voucher.access import Action, Role, has_role

MAKE = Action("settlements.make", (has_role(Role.FINANCE),), is_grave=True)
APPROVE = Action("settlements.approve", (has_role(Role.FINANCE),), is_grave=True)
PAY = Action("settlements.pay", (has_role(Role.FINANCE),), is_grave=True)
LIST = Action("settlements.list", (has_role(Role.FINANCE, Role.AUDITOR),))
