"""Who may look at schemes, and who may put a district's own in force."""

from voucher.access import Action, Actor, Role, has_role, is_signed_in


def approves_for_the_district(actor: Actor) -> bool:
    """Hold for an approver of the whole district: a scheme counts everywhere in it."""
    return has_role(Role.APPROVER)(actor) and actor.community_ids is None


LIST_SCHEMES = Action("schemes.list", (is_signed_in,))
PROPOSE_SCHEME = Action("schemes.propose", (approves_for_the_district,))
APPROVE_SCHEME = Action("schemes.approve", (approves_for_the_district,), is_grave=True)
WITHDRAW_SCHEME = Action("schemes.withdraw", (approves_for_the_district,))
