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
SUSPEND_SHOP = Action("shops.suspend_shop", (has_role(Role.APPROVER),))
REOPEN_SHOP = Action("shops.reopen_shop", (has_role(Role.APPROVER),), is_grave=True)
CLEAR_SHOP_PIN = Action("shops.clear_shop_pin", (has_role(Role.WORKER, Role.APPROVER),))
# Bank and last digits of an account; the desk and the administrator have no use for them.
SEE_ACCOUNT = Action(
    "shops.see_account", (has_role(Role.WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR),)
)
SEE_WAITING = Action("shops.see_waiting", (has_role(Role.APPROVER),))
UNLOCK_TILL = Action("shops.unlock_till", (works_a_till,))
