"""The words under which the parts of a scheme stand on screens."""

from voucher.refusals import N_

# The names conditions and examples use; others show as they stand in the file.
FACT_TITLES = {
    "age": N_("年龄"),
    "situation": N_("家庭情况"),
    "gbt_level": N_("国标等级"),
    "level": N_("老人的等级"),
    "household": N_("户型"),
    "service": N_("服务"),
    "price_fen": N_("价格"),
    "other_payer_fen": N_("其他支付"),
    "used_fen": N_("本期已用"),
    "item": N_("券"),
    "units": N_("数量"),
    "unit": N_("单位"),
    "chosen_fen": N_("自选金额"),
    "subtotals": N_("小计"),
    "grades": N_("分级"),
    "diagnoses": N_("诊断"),
    "event_count": N_("意外事件次数"),
    "coma": N_("昏迷"),
}
VOUCHER_TITLES = {
    "amount": N_("储值券"),
    "count": N_("次数券"),
    "discount": N_("折扣券"),
}
ROUNDING_TITLES = {"down": N_("舍去"), "up": N_("进一"), "half_up": N_("四舍五入")}
ROUNDED_TITLES = {"voucher": N_("取整的是券付的部分"), "own": N_("取整的是自付的部分")}
CAPPED_TITLES = {"voucher": N_("券付的钱"), "price": N_("由券分担的价格")}
PERIOD_TITLES = {"month": N_("每月"), "year": N_("每年")}
UNUSED_TITLES = {"lapses": N_("到期作废"), "carries": N_("转入专用账户")}
DIRECTION_TITLES = {"better": N_("分数越高，能力越好"), "worse": N_("分数越高，失能越重")}
RECORD_TITLES = {
    "choice": N_("选一项"),
    "several": N_("可选几项"),
    "text": N_("写文字"),
    "count": N_("填整数"),
    "day": N_("填日期"),
}
SETTING_TITLES = {
    "counter": N_("门店"),
    "home": N_("上门"),
    "daycare": N_("日托"),
    "institution": N_("机构"),
    "short_stay": N_("短期入住"),
    "assessment": N_("评估"),
}
WORSENING_TITLES = {
    "once": N_("几条规则同时成立，只加重一次"),
    "each": N_("每条成立的规则各加重一次"),
}
