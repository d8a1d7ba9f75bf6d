"""Categories of households: read from the file, stated from outside or found by circumstance."""

from voucher.refusals import N_, BadInput
from voucher.schemes.rules.conditions import RESIDENT_SAMPLES
from voucher.schemes.rules.programmes import Household, Programme
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import Facts


def read_households(top: Table) -> tuple[Household, ...]:
    """
    Take the categories; all but the last have a condition, or none has.

    :raises BadInput: scheme_invalid.
    """
    found = [_read_household(table) for table in top.tables("households")]
    top.refuse_repeats("households", (household.id for household in found))
    conditional = [household.when is not None for household in found]
    if any(conditional) and (not all(conditional[:-1]) or conditional[-1]):
        top.refuse(
            N_(
                "%(file)s 第 %(line)s 行 %(path)s："
                "除最后一类外都写 when，最后一类是其余的人；或者都不写"
            ),
            key="households",
        )
    return tuple(found)


def _read_household(table: Table) -> Household:
    household = Household(
        id=table.text("id"),
        name=table.words("name"),
        when=table.condition("when", RESIDENT_SAMPLES) if table.has("when") else None,
    )
    table.finish()
    return household


def check_household(programme: Programme, household: str) -> None:
    """
    Make sure that a programme with households has this one; any other looks at none.

    :raises BadInput: household_unknown.
    """
    known = [household.id for household in programme.households]
    if known and household not in known:
        raise BadInput(
            "household_unknown",
            N_("没有家庭类别“%(household)s”，可用：%(known)s"),
            household=household[:40],
            known=" ".join(known),
        )


def class_household(programme: Programme, facts: Facts) -> str:
    """
    Give the household category: the stated one, else the first whose condition holds, else "".

    :raises BadInput: household_unknown.
    """
    if not programme.households:
        return ""
    if facts.household:
        check_household(programme, facts.household)
        return facts.household
    values = facts.as_condition_values()
    for household in programme.households:
        if household.when and household.when.holds(values):
            return household.id
    return programme.households[-1].id if programme.households[0].when else ""
