"""Who may do what with shops and tills."""

from voucher.access import Action, Role, has_role, works_a_till

IMPORT_SHOPS = Action("shops.import_shops", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
APPROVE_SHOP = Action("shops.approve_shop", (has_role(Role.APPROVER),), is_grave=True)
LIST_SHOPS = Action(
    "shops.list_shops",
    (
        has_role(
            Role.WORKER,
            Role.APPROVER,
            Role.FINANCE,
            Role.AUDITOR,
            Role.DESK,
            Role.ADMIN,
            Role.CONSOLE,
        ),
    ),
)
ENROL_DEVICE = Action("shops.enrol_device", (has_role(Role.WORKER, Role.APPROVER, Role.CONSOLE),))
LIST_DEVICES = Action(
    "shops.list_devices",
    (has_role(Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.DESK, Role.ADMIN, Role.CONSOLE),),
)
# A lost phone is reported to whoever answers: stopping it is nobody's privilege.
SUSPEND_DEVICE = Action(
    "shops.suspend_device",
    (has_role(Role.WORKER, Role.APPROVER, Role.DESK, Role.ADMIN, Role.CONSOLE),),
)
UNLOCK_TILL = Action("shops.unlock_till", (works_a_till,))
