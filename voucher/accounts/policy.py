"""Who may do what with accounts."""

from voucher.access import Action, Role, has_role, is_signed_in

ADD_ACCOUNT = Action("accounts.add", (has_role(Role.ADMIN, Role.CONSOLE),), is_grave=True)
RENEW_PASSWORD = Action(
    "accounts.renew_password", (has_role(Role.ADMIN, Role.CONSOLE),), is_grave=True
)
SIGN_OUT = Action("accounts.sign_out", (is_signed_in,))
SEE_OWN = Action("accounts.see_own", (is_signed_in,))
CONFIRM_PASSWORD = Action("accounts.confirm_password", (is_signed_in,))
CHANGE_PASSWORD = Action("accounts.change_password", (is_signed_in,))
