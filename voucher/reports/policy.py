"""Who may ask what a policy costs, and how much of health the answer may show."""

from voucher.access import Action, Actor, Role, has_role

SIMULATE = Action(
    "reports.simulate",
    (has_role(Role.APPROVER, Role.FINANCE, Role.AUDITOR, Role.CONSOLE),),
)
# Rules of one's own making ask the roster any question: whose work is not health asks none.
SIMULATE_EDITED = Action(
    "reports.simulate_edited",
    (has_role(Role.APPROVER, Role.AUDITOR, Role.CONSOLE),),
)


def sees_levels(actor: Actor, *, is_part: bool) -> bool:
    """Tell whether levels and reasons may be shown: finance sees them of the whole district."""
    return actor.role != Role.FINANCE or not (is_part or actor.community_ids is not None)
