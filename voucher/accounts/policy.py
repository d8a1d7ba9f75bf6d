"""Who may do what with accounts."""

from voucher.access import Action, Role, has_role, is_signed_in

ADD_ACCOUNT = Action("accounts.add", (has_role(Role.ADMIN, Role.CONSOLE),), is_grave=True)
RENEW_PASSWORD = Action(
    "accounts.renew_password", (has_role(Role.ADMIN, Role.CONSOLE),), is_grave=True
)
LIST_ACCOUNTS = Action("accounts.list", (has_role(Role.ADMIN),))
CHANGE_DUTY = Action("accounts.change_duty", (has_role(Role.ADMIN),), is_grave=True)
# Stopping is done at once, when a laptop is stolen; starting again says who may.
STOP_ACCOUNT = Action("accounts.stop", (has_role(Role.ADMIN),))
START_ACCOUNT = Action("accounts.start", (has_role(Role.ADMIN),), is_grave=True)
TAKE_OFF_SECOND_FACTOR = Action(
    "accounts.take_off_second_factor", (has_role(Role.ADMIN, Role.CONSOLE),), is_grave=True
)
SIGN_OUT = Action("accounts.sign_out", (is_signed_in,))
SEE_OWN = Action("accounts.see_own", (is_signed_in,))
CONFIRM_PASSWORD = Action("accounts.confirm_password", (is_signed_in,))
CHANGE_PASSWORD = Action("accounts.change_password", (is_signed_in,))
SET_UP_SECOND_FACTOR = Action("accounts.set_up_second_factor", (is_signed_in,), is_grave=True)
