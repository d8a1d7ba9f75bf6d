"""How settlements and what holds them back are said. Pure."""

from voucher.refusals import N_

# By settlement state.
STATE_TITLES = {
    "made": N_("待批准"),
    "approved": N_("已批准，待付款"),
    "paid": N_("已付款"),
}
# By kind of the case that holds a line back.
CASE_TITLES = {
    "late_reversal": N_("冲正待第二人确认"),
    "used_after_death": N_("老人去世后使用，待核实"),
}
OTHER_CASE = N_("待办案件")
