"""Who may see the pages of the whole chain."""

from voucher.access import Action, Role, has_role, is_signed_in

SEE_HOME = Action("overview.see_home", (is_signed_in,))
# The telephone is the desk's alone: a worker meets people and papers, not voices.
ANSWER_CALLS = Action("overview.answer_calls", (has_role(Role.DESK),))
