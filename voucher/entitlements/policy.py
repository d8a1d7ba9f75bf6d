"""Who may ask why somebody is due what."""

from voucher.access import Action, Role, has_role

EXPLAIN = Action(
    "entitlements.explain",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.CONSOLE),),
)
