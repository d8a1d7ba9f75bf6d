"""Cases in words. Pure."""

from voucher.refusals import N_

KIND_TITLES: dict[str, str] = {
    "same_person": N_("是否同一人"),
    "late_reversal": N_("冲正核销"),
    "used_after_death": N_("去世后使用"),
    "void_of_departed": N_("作废去世者的券"),
    "replacement": N_("换发"),
}
DECISION_TITLES: dict[str, str] = {
    "voided": N_("已作废"),
    "reversed": N_("冲正"),
    "kept": N_("保留，照付"),
    "replaced": N_("已换发"),
    "declined": N_("未换发"),
    "nothing_left": N_("已无可换发"),
    "same": N_("是同一人"),
    "not_same": N_("不是同一人"),
}
# What a finance account decides is money; the rest tells of people.
MONEY_KINDS = ("late_reversal", "used_after_death")
