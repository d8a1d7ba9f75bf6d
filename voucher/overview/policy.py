"""Who may see the pages of the whole chain."""

from voucher.access import Action, is_signed_in

SEE_HOME = Action("overview.see_home", (is_signed_in,))
