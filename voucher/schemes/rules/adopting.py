"""A scheme of a district's own: proposed by one person, adopted by another, from a day on."""

from enum import StrEnum

from voucher.refusals import N_
from voucher.schemes.rules.values import Confidence


class AdoptionState(StrEnum):
    """`proposed` becomes `approved` or `withdrawn`; both are final."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


STATE_TITLES = {
    AdoptionState.PROPOSED: N_("待批准"),
    AdoptionState.APPROVED: N_("已采用"),
    AdoptionState.WITHDRAWN: N_("已撤回"),
}
CONFIDENCE_TITLES = {
    Confidence.CONFIRMED: N_("已核实"),
    Confidence.RECALLED: N_("需区里核对"),
    Confidence.FOUNDING: N_("按立项文件，需区里核对"),
    Confidence.SAMPLE: N_("示例，需区里核对"),
}
KIND_TITLES = {"instrument": N_("量表"), "programme": N_("方案")}
